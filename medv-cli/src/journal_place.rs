//! Where the journal of a block device stands, which has no folder beside it that would survive.

use std::env;
use std::path::{Path, PathBuf};

use medv_codec::{Error, Result};

/// The journal for expanding to `device`; its folder is made.
pub(crate) fn journal_of_device(device: &Path) -> Result<PathBuf> {
    // Links such as /dev/disk/by-id/… and /dev/sdb are one device, and get one journal.
    let device = device.canonicalize().map_err(|error| Error::io("cannot find", error).in_file(device))?;
    let folder = state_folder()?;
    std::fs::create_dir_all(&folder)
        .map_err(|error| Error::io("cannot make the folder", error).in_file(&folder))?;
    Ok(folder.join(name(&device)))
}

/// `/dev/mapper/a-b` becomes `dev-mapper-a--b.journal`: no two devices share a name.
fn name(device: &Path) -> String {
    let path = device.to_string_lossy();
    let name = path.trim_matches(['/', '\\']).replace('-', "--").replace(['/', '\\', '?', ':'], "-");
    format!("{name}.journal")
}

fn state_folder() -> Result<PathBuf> {
    if is_root() {
        return Ok(PathBuf::from("/var/lib/medv"));
    }
    let folder = |variable| env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    folder("XDG_STATE_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".local/state")))
        .or_else(|| folder("LOCALAPPDATA"))
        .map(|folder| folder.join("medv"))
        .ok_or_else(|| {
            Error::usage("there is no folder for the journal")
                .advice("set XDG_STATE_HOME to an absolute path")
        })
}

/// Whether this process belongs to root, as the owner of its own entry in /proc says.
#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_device_has_a_name_of_its_own() {
        assert_eq!(name(Path::new("/dev/sdb")), "dev-sdb.journal");
        assert_ne!(name(Path::new("/dev/mapper/a-b")), name(Path::new("/dev/mapper/a/b")));
    }
}
