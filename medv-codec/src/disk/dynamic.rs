//! A dynamic VHD: blocks that are not there are zero.

use std::ops::Range;

use medv_format::DiskOffset;

use super::block_file::BlockFile;
use super::{BitmapPolicy, Disk};
use crate::Result;

/// A dynamic disk.
pub(super) struct DynamicDisk {
    blocks: BlockFile,
    bitmaps: BitmapPolicy,
}

impl DynamicDisk {
    pub(super) fn new(blocks: BlockFile, bitmaps: BitmapPolicy) -> Self {
        Self { blocks, bitmaps }
    }
}

impl Disk for DynamicDisk {
    fn virtual_size(&self) -> u64 {
        self.blocks.virtual_size()
    }

    fn next_extent(&self, from: DiskOffset) -> Result<Option<Range<DiskOffset>>> {
        let extent = self.blocks.next_extent(from.get());
        Ok(extent.map(|extent| DiskOffset::new(extent.start)..DiskOffset::new(extent.end)))
    }

    fn read_at(&self, offset: DiskOffset, buf: &mut [u8]) -> Result<()> {
        let wanted = offset.get()..offset.get() + buf.len() as u64;
        let pieces = self.blocks.pieces(wanted, self.bitmaps == BitmapPolicy::BitmapWins)?;
        self.blocks.read_pieces(offset.get(), &pieces, buf, |_, absent| {
            absent.fill(0);
            Ok(())
        })
    }
}
