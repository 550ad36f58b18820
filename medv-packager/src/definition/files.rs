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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_is_allowed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.txt");
        fs::write(&path, [7; 100]).unwrap();
        assert_eq!(LocalFiles.read(&path, 100).unwrap(), Some(vec![7; 100]));
        assert_eq!(LocalFiles.read(&path, 99).unwrap(), None);
        assert!(LocalFiles.has(&path) && !LocalFiles.has(folder.path()));
        assert!(LocalFiles.read(&folder.path().join("none"), 100).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_has_no_length_is_no_exception() {
        assert_eq!(LocalFiles.read(Path::new("/dev/zero"), 100).unwrap(), None);
    }
}
