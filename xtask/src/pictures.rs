//! `cargo xtask pictures`: the pictures in the documents, drawn by `medv info --map` of a disk that is the same on every
//! machine; that of first time setup; and, if asked, photographs of the Windows programs.

mod disk;
#[cfg(feature = "installers")]
mod windows;

use crate::Result;
use crate::shell::{build_medv, capture, command, root, target};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Write nothing; fail if a picture in docs/pictures is not what would be drawn
    #[arg(long)]
    check: bool,
    /// Also photograph the pages of setup.exe and uninstall.exe, under Wine
    #[arg(long, conflicts_with = "check")]
    pub(crate) windows: bool,
    /// Also leave the disk that is drawn here, as a fixed VHD: it is the one of the tour in README.md
    #[arg(long, value_name = "PATH")]
    disk: Option<PathBuf>,
    /// A medv to draw with instead of the one that is built from here
    #[arg(long, value_name = "PROGRAM")]
    medv: Option<PathBuf>,
}

/// Name of the picture, and how its disk is packed.
const PICTURES: &[(&str, &[&str])] = &[("disk", &[]), ("trimmed", &["--trim"])];

pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = target("pictures")?;
    let disk = match &options.disk {
        Some(path) => std::path::absolute(path)?,
        None => folder.join("disk.vhd"),
    };
    disk::make(&disk).map_err(|error| format!("{}: {error}", disk.display()))?;
    let medv = match &options.medv {
        Some(program) => std::path::absolute(program)?,
        None => build_medv()?,
    };
    // Not every file system keeps holes, but a dynamic VHD has its own.
    let (packed, dynamic) = (folder.join("packed.medv"), folder.join("dynamic.vhd"));
    capture(quiet(&medv, "pack").arg(&disk).arg("--force").arg("--output").arg(&packed))?;
    let mut expand = quiet(&medv, "expand");
    capture(expand.arg(&packed).args(["--format", "dynamic", "--force", "--output"]).arg(&dynamic))?;
    let mut stale = Vec::new();
    for (name, how) in PICTURES {
        let drawn = draw(&medv, &dynamic, how, name)?;
        let place = root().join("docs/pictures").join(format!("{name}.svg"));
        // Git may have given the file other line ends.
        let there = fs::read_to_string(&place).map(|text| text.replace("\r\n", "\n")).unwrap_or_default();
        if options.check && there != drawn {
            stale.push(place.display().to_string());
        } else if !options.check {
            fs::write(&place, drawn)?;
            println!("{}", place.display());
        }
    }
    if !options.check {
        stages()?;
    }
    #[cfg(feature = "installers")]
    if options.windows {
        windows::take(&packed, "disk")?;
    }
    fs::remove_dir_all(&folder)?;
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("not up to date, run `cargo xtask pictures`: {}", stale.join(", ")).into())
}

/// The picture of first time setup is drawn, and checked, by a test of the host agent: that one knows the table.
fn stages() -> Result<()> {
    let mut test = command("cargo");
    test.args(["test", "--quiet", "--package", "medv-host", "--test", "documents"]);
    capture(test.env("MEDV_WRITE_DOCS", "1"))?;
    println!("{}", root().join("docs/pictures/first-time-setup.svg").display());
    Ok(())
}

/// Packs `disk` as asked and returns its picture, titled `NAME.medv`.
fn draw(medv: &Path, disk: &Path, how: &[&str], name: &str) -> Result<String> {
    let packed = disk.with_file_name(format!("{name}.medv"));
    let picture = disk.with_file_name(format!("{name}.svg"));
    // Small chunks, for the picture shows nothing smaller than one.
    let mut pack = quiet(medv, "pack");
    pack.arg(disk).args(how).args(["--chunk-size", "1MiB", "--force", "--output"]).arg(&packed);
    capture(&mut pack)?;
    capture(quiet(medv, "info").arg(&packed).arg("--map").arg(&picture))?;
    Ok(fs::read_to_string(&picture)?)
}

fn quiet(medv: &Path, command: &str) -> Command {
    let mut quiet = Command::new(medv);
    quiet.args([command, "--quiet", "--progress", "none"]);
    quiet
}
