//! How the files of a menu are written: a trait, so that tests can let it fail.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use super::folders::Folders;

/// What changes files.
pub trait Writer: Send {
    /// Writes a file that is whole or not there. Folders above it are made.
    ///
    /// # Errors
    /// If it cannot be written; what was there before stays. [`part`] of it may be left.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Removes a file. It is no error if there is none.
    ///
    /// # Errors
    /// If it is there still.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Tells the desktop that its menu has changed.
    fn announce(&self, folders: &Folders);
}

/// The name that a file has until it is whole.
pub fn part(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".part");
    name.into()
}

/// The file system.
#[derive(Debug)]
pub struct FileSystem;

impl Writer for FileSystem {
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        let part = part(path);
        let mut file = File::create(&part)?;
        file.write_all(bytes)?;
        // Of a file that a power cut has emptied nobody could say any more whose it was.
        file.sync_data()?;
        drop(file);
        fs::rename(&part, path)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn announce(&self, folders: &Folders) {
        // Windows' Explorer watches the folders itself.
        let Folders::Freedesktop { applications, icons, .. } = folders else { return };
        // Desktops look for new icons when the theme's own folder has changed. That they find them later is no harm, nor is
        // it if there is no such program.
        let _ = File::open(icons).and_then(|folder| folder.set_modified(SystemTime::now()));
        let mut program = Command::new("update-desktop-database");
        program.arg("-q").arg(applications);
        let _ = program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}
