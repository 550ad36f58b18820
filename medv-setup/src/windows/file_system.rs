//! Drives and files: what the standard library does not tell.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::os::windows::io::AsRawHandle;
use std::path::{Component, Path, PathBuf};
use std::ptr::{null, null_mut};

use windows_sys::Win32::Storage::FileSystem::{
    FILE_STANDARD_INFO, FileStandardInfo, GetDiskFreeSpaceExW, GetDriveTypeW, GetFileInformationByHandleEx,
    MOVEFILE_DELAY_UNTIL_REBOOT, MoveFileExW,
};

use super::text::wide;
use crate::check_disk::Space;
use crate::disk_files::DiskFiles;
use crate::{Failure, Result, package};

/// Room on the drive of a disk that need not be there yet, nor its folder.
///
/// # Errors
/// I/O.
pub fn space(files: &DiskFiles) -> Result<Space> {
    let folder = files.disk.ancestors().skip(1).find(|folder| folder.is_dir());
    let folder = folder.ok_or_else(|| {
        Failure::general(format!(
            "{}: no such drive; give another folder with INSTALLDIR",
            files.disk.display()
        ))
    })?;
    let mut free = 0;
    // SAFETY: the path ends in a zero; the other two answers are not wanted.
    let said = unsafe { GetDiskFreeSpaceExW(wide(folder).as_ptr(), &raw mut free, null_mut(), null_mut()) };
    if said == 0 {
        return Err(Failure::io("cannot ask for the free space", folder, &io::Error::last_os_error()));
    }
    Ok(Space { free, there: allocated(&files.part()).unwrap_or(0) })
}

/// Bytes that a file takes on its drive; `None` if it is not there.
fn allocated(path: &Path) -> Option<u64> {
    let file = File::open(path).ok()?;
    let mut told = FILE_STANDARD_INFO::default();
    // SAFETY: the handle is open, and the structure is of the kind and size that is said.
    let said = unsafe {
        GetFileInformationByHandleEx(
            file.as_raw_handle(),
            FileStandardInfo,
            (&raw mut told).cast(),
            size_of::<FILE_STANDARD_INFO>() as u32,
        )
    };
    (said != 0).then(|| told.AllocationSize.max(0).cast_unsigned())
}

/// `true` if `path` is on another computer, be it through a drive letter.
pub fn is_on_the_network(path: &Path) -> bool {
    const REMOTE: u32 = 4;
    if package::is_on_the_network(&path.to_string_lossy()) {
        return true;
    }
    let Some(Component::Prefix(drive)) = path.components().next() else {
        return false;
    };
    let mut root = PathBuf::from(drive.as_os_str());
    root.push(r"\");
    // SAFETY: the path ends in a zero.
    unsafe { GetDriveTypeW(wide(root).as_ptr()) == REMOTE }
}

/// Has a file deleted at the next start of the computer, as it is in use until then.
pub fn delete_at_restart(path: &Path) {
    // SAFETY: the path ends in a zero; no new name means deletion.
    unsafe { MoveFileExW(wide(path).as_ptr(), null(), MOVEFILE_DELAY_UNTIL_REBOOT) };
}
