//! What a target stands on: files that can be written at any offset, synced, renamed. A trait, so that tests can
//! stand in a disk that fills up, fails, or forgets what was not synced.

mod local;

use std::io;
use std::path::Path;

pub use local::LocalStorage;

/// A file being written. Shared by several threads.
#[allow(clippy::len_without_is_empty, reason = "an empty file is nothing special here")]
pub trait StoredFile: Send + Sync {
    /// Length in bytes.
    fn len(&self) -> io::Result<u64>;

    /// Makes the file `len` bytes long; new bytes read as zeros and take no space where the file system can do that.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Writes all of `bytes` at `offset`. Fastest where offset and address are multiples of 4096.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Fills `buf` from `offset`.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()>;

    /// Returns once everything written so far would survive a power cut.
    fn sync(&self) -> io::Result<()>;
}

/// A place that holds files by path.
pub trait Storage: Send + Sync {
    /// Opens a file for reading and writing; with `create` it must not exist yet.
    fn open(&self, path: &Path, create: bool) -> io::Result<Box<dyn StoredFile>>;

    /// `true` if something stands at `path`.
    fn exists(&self, path: &Path) -> io::Result<bool>;

    /// `true` if a block device stands at `path`.
    fn is_device(&self, path: &Path) -> bool;

    /// Bytes that can still be written beside `path`, where that can be told.
    fn free_space(&self, path: &Path) -> Option<u64>;

    /// Moves a file over whatever stands at `to`, in one step.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Returns once the names in the folder of `path` would survive a power cut.
    fn sync_folder_of(&self, path: &Path) -> io::Result<()>;
}
