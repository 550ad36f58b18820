//! The file a `.medv` is packed into: it grows under a temporary name, past the page cache, and gets its own name only
//! once it is whole and on disk.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::buffer::PageBuffer;
use crate::storage::{Storage, StoredFile};
use crate::{Error, Result};

/// Bytes gathered before they are written.
const BATCH: usize = 4 << 20;

/// A file that appears when it is finished, and not before.
pub struct OutputFile<'a> {
    storage: &'a dyn Storage,
    path: PathBuf,
    part: PathBuf,
    file: Option<Box<dyn StoredFile>>,
    batch: PageBuffer,
    filled: usize,
    written: u64,
}

impl<'a> OutputFile<'a> {
    /// Starts the file that will stand at `path`. With `replace`, one that stands there already is replaced at the end.
    ///
    /// # Errors
    /// Usage if `path` exists and may not be replaced; I/O.
    pub fn create(storage: &'a dyn Storage, path: &Path, replace: bool) -> Result<Self> {
        let cannot = |error| Error::io("cannot create the file", error).in_file(path);
        if !replace && storage.exists(path).map_err(cannot)? {
            return Err(Error::usage("the file exists already")
                .in_file(path)
                .advice("give another name with -o, or --force to replace it"));
        }
        let part = with_suffix(path, ".part");
        // What an earlier run that was killed has left there is of no use: packing starts at the beginning.
        if storage.exists(&part).map_err(cannot)? {
            drop(storage.open(&part, false).map_err(cannot)?);
            storage.remove(&part).map_err(cannot)?;
        }
        let file = storage
            .open(&part, true)
            .map_err(|error| Error::io("cannot create the file", error).in_file(&part))?;
        let (path, batch) = (path.to_owned(), PageBuffer::new(BATCH)?);
        Ok(Self { storage, path, part, file: Some(file), batch, filled: 0, written: 0 })
    }

    /// Makes everything durable and puts the file in its place.
    ///
    /// # Errors
    /// I/O.
    pub fn finish(mut self) -> Result<()> {
        let path = self.path.clone();
        let cannot = |error| Error::io("cannot finish the file", error).in_file(&path);
        self.write_batch().map_err(cannot)?;
        if let Some(file) = &self.file {
            file.sync().map_err(cannot)?;
        }
        // Closed first: Windows moves no open files.
        self.file = None;
        let moved = self
            .storage
            .rename(&self.part, &self.path)
            .and_then(|()| self.storage.sync_folder_of(&self.path));
        if moved.is_err() {
            let _ = self.storage.remove(&self.part);
        }
        moved.map_err(cannot)
    }

    fn write_batch(&mut self) -> io::Result<()> {
        if let Some(file) = self.file.as_ref().filter(|_| self.filled > 0) {
            file.write_at(self.written, &self.batch[..self.filled])?;
            self.written += self.filled as u64;
            self.filled = 0;
        }
        Ok(())
    }
}

impl Write for OutputFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.filled == BATCH {
            self.write_batch()?;
        }
        let taken = bytes.len().min(BATCH - self.filled);
        self.batch[self.filled..self.filled + taken].copy_from_slice(&bytes[..taken]);
        self.filled += taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for OutputFile<'_> {
    /// An unfinished file is of no use to anyone.
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = self.storage.remove(&self.part);
        }
    }
}

/// `path` with `suffix` behind its file name, extension included.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
