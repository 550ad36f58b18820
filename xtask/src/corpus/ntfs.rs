//! An NTFS volume, filled through ntfs-3g: a used one has holes in its allocation where programs were removed, and
//! only the driver makes them as they come in life. Needs root and `/dev/fuse`.

use super::{Step, tree};
use crate::shell::{capture, command};
use crate::{Result, packages};
use std::fs;
use std::path::Path;

/// Formats `volume` and lets `steps` happen to it. `debs` has the packages; `work` is a folder to work in.
pub(super) fn fill(volume: &Path, steps: &[Step], debs: &Path, work: &Path) -> Result<()> {
    capture(
        command("mkntfs")
            .args(["--quick", "--force", "--quiet", "--sector-size", "512", "--partition-start", "2048"])
            .args(["--heads", "255", "--sectors-per-track", "63", "--label", "system"])
            .arg(volume),
    )?;
    let mount = work.join("mount");
    fs::create_dir_all(&mount)?;
    capture(command("ntfs-3g").args(["-o", "big_writes,noatime"]).arg(volume).arg(&mount))?;
    let filled = steps.iter().try_for_each(|step| apply(step, &mount, debs, &work.join("unpacked")));
    let unmounted = capture(command("umount").arg(&mount));
    filled.and(unmounted.map(drop))
}

/// A run that was killed leaves its volume mounted; nothing can be deleted until it is not.
pub(super) fn unmount_leftover(work: &Path) {
    if work.join("mount").exists() {
        // Fails when it is not mounted, which is what is wanted.
        let _ = command("umount").arg(work.join("mount")).output();
    }
}

fn apply(step: &Step, mount: &Path, debs: &Path, unpacked: &Path) -> Result<()> {
    match step {
        Step::Install { package, folder } => {
            tree::unpack(&packages::fetch(package, debs)?, unpacked)?;
            for file in tree::files(unpacked)? {
                tree::copy(&unpacked.join(&file), &mount.join(folder).join(&file))?;
            }
            fs::remove_dir_all(unpacked)?;
        }
        Step::Keep { package, folder } => {
            tree::copy(&packages::fetch(package, debs)?, &mount.join(folder).join(format!("{package}.deb")))?;
        }
        Step::Remove { folder } => fs::remove_dir_all(mount.join(folder))?,
    }
    Ok(())
}
