//! A raw image: the file's bytes are the disk's.

use std::ops::Range;

use medv_format::{DiskOffset, FileOffset};

use super::positional::DiskFile;
use super::{Disk, holes};
use crate::Result;

/// A disk whose bytes lie in a file from its first byte on.
pub(super) struct RawDisk {
    file: DiskFile,
    size: u64,
}

impl RawDisk {
    /// The first `size` bytes of `file`, which must have them.
    pub(super) fn new(file: DiskFile, size: u64) -> Self {
        Self { file, size }
    }
}

impl Disk for RawDisk {
    fn virtual_size(&self) -> u64 {
        self.size
    }

    fn next_extent(&self, from: DiskOffset) -> Result<Option<Range<DiskOffset>>> {
        let data = holes::next_data(self.file.file(), from.get(), self.size);
        Ok(data.map(|data| DiskOffset::new(data.start)..DiskOffset::new(data.end)))
    }

    fn read_at(&self, offset: DiskOffset, buf: &mut [u8]) -> Result<()> {
        self.file.read_exact_at(FileOffset::new(offset.get()), buf)
    }
}
