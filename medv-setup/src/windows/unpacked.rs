//! The `.msi` of a component installer, unpacked for Windows Installer, and deleted when it is not needed any more.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::windows::fs::OpenOptionsExt;
use std::path::PathBuf;

use windows_sys::Win32::Storage::FileSystem::FILE_SHARE_READ;

use super::{security, system_library};
use crate::{Failure, Result};

/// The `.msi`, in a folder of its own.
pub(super) struct Unpacked {
    /// Where it is.
    pub(super) msi: PathBuf,
    folder: PathBuf,
    /// Held open, so that nobody writes to it or puts another in its place.
    file: Option<File>,
}

impl Unpacked {
    /// Unpacks. What Windows Installer reads here, it installs with all rights: the folder is new, below one in which users
    /// cannot rename what is not theirs (their own for temporary files is not such a one), and has its rights from the
    /// first moment on.
    ///
    /// # Errors
    /// I/O.
    pub(super) fn new(bytes: &[u8]) -> Result<Self> {
        let windows = system_library::windows_folder()
            .ok_or_else(|| Failure::general("Windows does not say where it is"))?;
        let folder = new_folder(&windows.join("Temp"))?;
        let msi = folder.join("medv.msi");
        let mut unpacked = Self { msi, folder, file: None };
        unpacked.file =
            Some(unpacked.write(bytes).map_err(|error| Failure::io("cannot write", &unpacked.msi, &error))?);
        Ok(unpacked)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<File> {
        let mut file = OpenOptions::new().write(true).create_new(true).share_mode(0).open(&self.msi)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        OpenOptions::new().read(true).share_mode(FILE_SHARE_READ).open(&self.msi)
    }
}

/// A folder that nobody has made before.
fn new_folder(above: &std::path::Path) -> Result<PathBuf> {
    let mut number = 0;
    loop {
        let folder = above.join(format!("medv-setup-{}-{number}", std::process::id()));
        match security::create_folder(&folder, security::USERS_READ) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => number += 1,
            Err(error) => return Err(Failure::io("cannot create", &folder, &error)),
            Ok(()) => return Ok(folder),
        }
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // It cannot be deleted while it is open.
        self.file = None;
        _ = fs::remove_dir_all(&self.folder);
    }
}
