//! The files that a `workspace.toml` names.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Where they are looked for.
pub trait Files {
    /// Whether there is a file at `path`.
    fn has(&self, path: &Path) -> bool;

    /// What is in the file at `path`; `None` if that is more than `most` bytes.
    ///
    /// # Errors
    /// I/O.
    fn read(&self, path: &Path, most: u64) -> io::Result<Option<Vec<u8>>>;
}

/// The files of this computer.
#[derive(Clone, Copy, Debug)]
pub struct LocalFiles;

impl Files for LocalFiles {
    fn has(&self, path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|found| found.is_file())
    }

    fn read(&self, path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        // A length is no promise: devices and pipes have none.
        File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok((bytes.len() as u64 <= most).then_some(bytes))
    }
}
