//! A disk in memory.

use std::ops::Range;

use medv_codec::disk::Disk;
use medv_codec::{Error, Result};
use medv_format::DiskOffset;

/// A raw disk whose bytes a test can change.
pub struct MemoryDisk(pub Vec<u8>);

impl Disk for MemoryDisk {
    fn virtual_size(&self) -> u64 {
        self.0.len() as u64
    }

    fn next_extent(&self, from: DiskOffset) -> Result<Option<Range<DiskOffset>>> {
        let end = DiskOffset::new(self.virtual_size());
        Ok((from < end).then_some(from..end))
    }

    fn read_at(&self, offset: DiskOffset, buf: &mut [u8]) -> Result<()> {
        let start = usize::try_from(offset.get()).map_err(|_| Error::usage("read beyond the disk"))?;
        let bytes = start.checked_add(buf.len()).and_then(|end| self.0.get(start..end));
        buf.copy_from_slice(bytes.ok_or_else(|| Error::usage("read beyond the disk"))?);
        Ok(())
    }
}
