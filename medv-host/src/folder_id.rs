//! Which folder it is, whatever its name: another disk that is mounted there is another one.

use std::path::Path;

/// The device and the number on it.
pub(crate) type FolderId = (u64, u64);

/// That of the folder that a file is in; none if the folder is not there, or the system tells nothing of the kind.
#[cfg(unix)]
pub(crate) fn of(file: &Path) -> Option<FolderId> {
    use std::os::unix::fs::MetadataExt;
    let folder = file.parent()?.metadata().ok()?;
    Some((folder.dev(), folder.ino()))
}

#[cfg(windows)]
pub(crate) fn of(_: &Path) -> Option<FolderId> {
    None
}
