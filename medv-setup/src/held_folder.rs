//! A folder that is held open while what is in it is deleted: nobody can put a link in its place meanwhile.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens `folder` itself, not what it may be a link to, so that it is neither renamed nor deleted before the answer is
/// dropped; `None` if it is not there.
///
/// # Errors
/// I/O; and if it is a link (or a junction, which a user can make without any right), or no folder at all.
pub(crate) fn hold(folder: &Path) -> io::Result<Option<File>> {
    let held = match open(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    if held.metadata()?.is_dir() {
        Ok(Some(held))
    } else {
        Err(io::Error::new(
            io::ErrorKind::NotADirectory,
            "found a link or a file, expected a folder; it is not followed",
        ))
    }
}

#[cfg(windows)]
fn open(folder: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    use windows_sys::Win32::Storage::FileSystem::{
        FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_SHARE_READ, FILE_SHARE_WRITE,
    };
    OpenOptions::new()
        .read(true)
        .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT)
        .open(folder)
}

/// Elsewhere this only runs in tests.
#[cfg(not(windows))]
fn open(folder: &Path) -> io::Result<File> {
    if folder.symlink_metadata()?.is_symlink() {
        File::open("/dev/null")
    } else {
        OpenOptions::new().read(true).open(folder)
    }
}
