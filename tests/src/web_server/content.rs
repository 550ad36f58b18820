//! The file that is served.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

/// Some bytes, and which version of the file they are.
#[derive(Clone)]
pub(super) struct Content {
    bytes: Bytes,
    version: u32,
}

#[derive(Clone)]
enum Bytes {
    Memory(Arc<[u8]>),
    File(PathBuf),
}

impl Content {
    pub(super) fn bytes(bytes: Vec<u8>, version: u32) -> Self {
        Self { bytes: Bytes::Memory(bytes.into()), version }
    }

    pub(super) fn file(path: PathBuf, version: u32) -> Self {
        Self { bytes: Bytes::File(path), version }
    }

    pub(super) fn len(&self) -> u64 {
        match &self.bytes {
            Bytes::Memory(bytes) => bytes.len() as u64,
            Bytes::File(path) => path.metadata().expect("the served file is there").len(),
        }
    }

    /// The `ETag`, quotes included.
    pub(super) fn etag(&self) -> String {
        format!("\"version-{}\"", self.version)
    }

    pub(super) fn last_modified(&self) -> String {
        format!("Mon, 01 Jan 2024 00:00:{:02} GMT", self.version)
    }

    /// A reader over `len` bytes from `start`.
    pub(super) fn span(&self, start: u64, len: u64) -> io::Result<Box<dyn Read>> {
        Ok(match &self.bytes {
            Bytes::Memory(bytes) => {
                let mut whole = io::Cursor::new(Arc::clone(bytes));
                whole.set_position(start);
                Box::new(whole.take(len))
            }
            Bytes::File(path) => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(start))?;
                Box::new(file.take(len))
            }
        })
    }
}
