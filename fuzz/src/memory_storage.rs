//! Files in memory, for targets.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use medv_codec::storage::{Storage, StoredFile};

type Bytes = Arc<Mutex<Vec<u8>>>;

/// Files by path.
#[derive(Default)]
pub(crate) struct MemoryStorage(Mutex<HashMap<PathBuf, Bytes>>);

struct MemoryFile(Bytes);

impl MemoryStorage {
    /// What stands at `path`.
    pub(crate) fn content(&self, path: &Path) -> Option<Vec<u8>> {
        let files = self.0.lock().unwrap();
        files.get(path).map(|file| file.lock().unwrap().clone())
    }
}

impl Storage for MemoryStorage {
    fn open(&self, path: &Path, create: bool) -> io::Result<Box<dyn StoredFile>> {
        let mut files = self.0.lock().unwrap();
        if files.contains_key(path) == create {
            let kind = if create { io::ErrorKind::AlreadyExists } else { io::ErrorKind::NotFound };
            return Err(kind.into());
        }
        Ok(Box::new(MemoryFile(files.entry(path.to_owned()).or_default().clone())))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        Ok(self.0.lock().unwrap().contains_key(path))
    }

    fn is_device(&self, _: &Path) -> bool {
        false
    }

    fn free_space(&self, _: &Path) -> Option<u64> {
        None
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut files = self.0.lock().unwrap();
        let file = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        files.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.lock().unwrap().remove(path).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_folder_of(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

impl StoredFile for MemoryFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().len() as u64)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.lock().unwrap().resize(usize::try_from(len).map_err(|_| io::ErrorKind::FileTooLarge)?, 0);
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let mut file = self.0.lock().unwrap();
        let end = start + bytes.len();
        let len = file.len().max(end);
        file.resize(len, 0);
        file[start..end].copy_from_slice(bytes);
        Ok(())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let file = self.0.lock().unwrap();
        let bytes = file.get(start..).and_then(|rest| rest.get(..buf.len()));
        buf.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}
