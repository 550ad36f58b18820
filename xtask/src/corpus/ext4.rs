//! An ext4 volume, filled by mke2fs and changed by debugfs: no mount, no root.

use super::{Step, tree};
use crate::shell::{capture, command};
use crate::{Result, packages};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Formats `volume` and lets `steps` happen to it. `debs` has the packages; `work` is a folder to work in.
pub(super) fn fill(volume: &Path, steps: &[Step], debs: &Path, work: &Path) -> Result<()> {
    // What comes before the first removal is there from the start; the rest is done to the living volume.
    let first = steps.iter().position(|step| matches!(step, Step::Remove { .. })).unwrap_or(steps.len());
    let (at_start, later) = steps.split_at(first);
    let start = work.join("start");
    fs::create_dir_all(&start)?;
    for step in at_start {
        place(step, debs, &start)?;
    }
    format(volume, &start)?;

    let mut script = String::new();
    for (number, step) in later.iter().enumerate() {
        match step {
            Step::Remove { folder } => {
                for file in tree::files(&start.join(folder))? {
                    writeln!(script, "rm \"/{folder}/{}\"", file.display())?;
                }
            }
            step => {
                let arrived = work.join(format!("later-{number}"));
                place(step, debs, &arrived)?;
                write_all(&mut script, &arrived)?;
            }
        }
    }
    if !script.is_empty() {
        let commands = work.join("debugfs");
        fs::write(&commands, script)?;
        capture(at_fixed_time(&mut command("debugfs")).arg("-w").arg("-f").arg(&commands).arg(volume))?;
    }
    capture(command("e2fsck").args(["-f", "-n"]).arg(volume))?;
    Ok(())
}

/// Formats a volume with what is in a folder.
pub(crate) fn format(volume: &Path, folder: &Path) -> Result<()> {
    let identity = "6d656476-0000-4000-8000-000000000001";
    capture(
        at_fixed_time(&mut command("mke2fs"))
            .args(["-q", "-F", "-t", "ext4", "-L", "system", "-U", identity])
            .args(["-E", &format!("hash_seed={identity},root_owner=0:0"), "-d"])
            .arg(folder)
            .arg(volume),
    )?;
    Ok(())
}

/// The tools write the time into the volume; this keeps the volume the same from day to day.
fn at_fixed_time(command: &mut std::process::Command) -> &mut std::process::Command {
    command.env("E2FSPROGS_FAKE_TIME", "1700000000")
}

fn place(step: &Step, debs: &Path, folder: &Path) -> Result<()> {
    match step {
        Step::Install { package, folder: below } => {
            tree::unpack(&packages::fetch(package, debs)?, &folder.join(below))
        }
        Step::Keep { package, folder: below } => {
            tree::copy(&packages::fetch(package, debs)?, &folder.join(below).join(format!("{package}.deb")))
        }
        Step::Remove { .. } => Ok(()),
    }
}

/// Has debugfs write the files of a folder, with the folders that they need (one that exists already is an
/// error it prints and passes over).
fn write_all(script: &mut String, folder: &Path) -> Result<()> {
    let files = tree::files(folder)?;
    let above = |file: &Path| -> Vec<PathBuf> { file.ancestors().skip(1).map(Path::to_owned).collect() };
    let folders: BTreeSet<PathBuf> = files.iter().flat_map(|file| above(file)).collect();
    for new in folders.iter().filter(|path| !path.as_os_str().is_empty()) {
        writeln!(script, "mkdir \"/{}\"", new.display())?;
    }
    for file in files {
        writeln!(script, "write \"{}\" \"/{}\"", folder.join(&file).display(), file.display())?;
    }
    Ok(())
}
