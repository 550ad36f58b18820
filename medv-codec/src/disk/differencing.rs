//! A differencing VHD: what was never written in the child is in the parent.

use std::ops::Range;

use medv_format::DiskOffset;

use super::Disk;
use super::block_file::BlockFile;
use crate::Result;

/// A child and its parent, which may have a parent of its own.
pub(super) struct DifferencingDisk {
    blocks: BlockFile,
    parent: Box<dyn Disk>,
}

impl DifferencingDisk {
    pub(super) fn new(blocks: BlockFile, parent: Box<dyn Disk>) -> Self {
        Self { blocks, parent }
    }

    /// Fills `buf` from the parent, which may be smaller than the child: behind its end there is nothing.
    fn read_parent(&self, offset: DiskOffset, buf: &mut [u8]) -> Result<()> {
        let left = self.parent.virtual_size().saturating_sub(offset.get());
        let there = usize::try_from(left).unwrap_or(usize::MAX).min(buf.len());
        let (there, behind) = buf.split_at_mut(there);
        behind.fill(0);
        if there.is_empty() { Ok(()) } else { self.parent.read_at(offset, there) }
    }

    /// The parent's next extent, as far as the child can see it.
    fn parent_extent(&self, from: DiskOffset) -> Result<Option<Range<DiskOffset>>> {
        if from.get() >= self.parent.virtual_size() {
            return Ok(None);
        }
        let size = DiskOffset::new(self.blocks.virtual_size());
        let extent = self.parent.next_extent(from)?.map(|extent| extent.start..extent.end.min(size));
        Ok(extent.filter(|extent| extent.start < extent.end))
    }
}

impl Disk for DifferencingDisk {
    fn virtual_size(&self) -> u64 {
        self.blocks.virtual_size()
    }

    /// Where child or parent may have data. Blocks of the child count in full, so that bitmaps need not be read.
    fn next_extent(&self, from: DiskOffset) -> Result<Option<Range<DiskOffset>>> {
        let own = self.blocks.next_extent(from.get());
        let own = own.map(|extent| DiskOffset::new(extent.start)..DiskOffset::new(extent.end));
        Ok(match (own, self.parent_extent(from)?) {
            (Some(own), Some(parent)) if own.start <= parent.end && parent.start <= own.end => {
                Some(own.start.min(parent.start)..own.end.max(parent.end))
            }
            (Some(own), Some(parent)) => Some(if own.start < parent.start { own } else { parent }),
            (own, parent) => own.or(parent),
        })
    }

    fn read_at(&self, offset: DiskOffset, buf: &mut [u8]) -> Result<()> {
        let wanted = offset.get()..offset.get() + buf.len() as u64;
        let pieces = self.blocks.pieces(wanted, true)?;
        self.blocks.read_pieces(offset.get(), &pieces, buf, |offset, absent| self.read_parent(offset, absent))
    }
}
