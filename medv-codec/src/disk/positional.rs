//! Reads from a file at an offset, without moving anything that threads share.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

use medv_format::FileOffset;

use crate::positional::read_exact_at;
use crate::{Error, Result};

/// A file that a disk is read from.
pub(super) struct DiskFile {
    file: File,
    path: PathBuf,
    len: u64,
}

impl DiskFile {
    /// Opens a regular file or a block device.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let cannot_open = |error| Error::io("cannot open the disk", error).in_file(path);
        refuse_what_is_no_disk(path)?;
        let mut file = File::open(path).map_err(cannot_open)?;
        // Not the metadata's length, which is 0 for a block device.
        let len = file.seek(SeekFrom::End(0)).map_err(cannot_open)?;
        Ok(Self { file, path: path.to_owned(), len })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Length in bytes when it was opened.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Fills `buf` from `offset`.
    pub(super) fn read_exact_at(&self, offset: FileOffset, buf: &mut [u8]) -> Result<()> {
        read_exact_at(&self.file, buf, offset.get())
            .map_err(|error| Error::io("cannot read the disk", error).in_file(&self.path).at(offset))
    }

    /// The `N` bytes at `offset`.
    pub(super) fn read_array<const N: usize>(&self, offset: FileOffset) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read_exact_at(offset, &mut bytes)?;
        Ok(bytes)
    }
}

/// Opening a pipe would wait forever, and a folder has no bytes.
fn refuse_what_is_no_disk(path: &Path) -> Result<()> {
    let Ok(metadata) = fs::metadata(path) else { return Ok(()) };
    if metadata.is_file() || is_block_device(&metadata) {
        return Ok(());
    }
    Err(Error::usage("this is neither a file nor a block device")
        .in_file(path)
        .advice("name the disk's file"))
}

#[cfg(unix)]
fn is_block_device(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_block_device()
}

/// Windows gives no metadata for devices, so they do not get here.
#[cfg(windows)]
fn is_block_device(_metadata: &fs::Metadata) -> bool {
    false
}
