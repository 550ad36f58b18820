//! The block allocation table: where in the file each block of the disk is, if it is there at all.

use byteorder::{BigEndian, ByteOrder};

use crate::{DiskOffset, FileOffset, SECTOR};

/// A block of a dynamic or differencing disk, counted from the disk's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockIndex(pub u32);

impl BlockIndex {
    /// The first byte of the block in the disk.
    pub fn start(self, block_size: u32) -> DiskOffset {
        DiskOffset::new(u64::from(self.0).saturating_mul(u64::from(block_size)))
    }
}

/// Block allocation table (specification, "Block Allocation Table and Data Blocks"): for each block the sector of
/// the file at which its bitmap, and right behind it its data, begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockAllocationTable {
    entries: Vec<u32>,
}

impl BlockAllocationTable {
    /// Bytes of an entry.
    pub const ENTRY_SIZE: u64 = 4;
    /// The entry of a block that is not there.
    pub const ABSENT: u32 = u32::MAX;

    /// Parses as many whole entries as `bytes` holds.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { entries: bytes.as_chunks::<4>().0.iter().map(|entry| BigEndian::read_u32(entry)).collect() }
    }

    /// The bytes, padded to a whole sector with absent entries.
    pub fn to_bytes(&self) -> Vec<u8> {
        let padded = self.entries.len().next_multiple_of(128);
        let mut bytes = vec![0xFF; padded.saturating_mul(4)];
        for (bytes, entry) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(&self.entries) {
            BigEndian::write_u32(bytes, *entry);
        }
        bytes
    }

    /// A table of `entries` absent blocks.
    pub fn absent(entries: usize) -> Self {
        Self { entries: vec![Self::ABSENT; entries] }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Where the block's bitmap begins, `None` if the block is absent or behind the table's end.
    pub fn bitmap_offset(&self, block: BlockIndex) -> Option<FileOffset> {
        let entry = *self.entries.get(usize::try_from(block.0).ok()?)?;
        (entry != Self::ABSENT).then(|| FileOffset::new(u64::from(entry).saturating_mul(SECTOR)))
    }

    /// Says that the block's bitmap begins at `sector` of the file. `false` if the block is behind the table's end.
    pub fn set(&mut self, block: BlockIndex, sector: u32) -> bool {
        let slot = usize::try_from(block.0).ok().and_then(|at| self.entries.get_mut(at));
        slot.map(|slot| *slot = sector).is_some()
    }

    /// The first block at or behind `from` that is there.
    pub fn next_present(&self, from: BlockIndex) -> Option<BlockIndex> {
        let start = usize::try_from(from.0).ok()?;
        let distance = self.entries.get(start..)?.iter().position(|&entry| entry != Self::ABSENT)?;
        u32::try_from(start.checked_add(distance)?).ok().map(BlockIndex)
    }

    /// All blocks that are there and where their bitmaps begin, in disk order.
    pub fn present(&self) -> impl Iterator<Item = (BlockIndex, FileOffset)> + '_ {
        (0..)
            .map(BlockIndex)
            .zip(&self.entries)
            .filter(|&(_, &entry)| entry != Self::ABSENT)
            .map(|(block, &entry)| (block, FileOffset::new(u64::from(entry).saturating_mul(SECTOR))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_pads_with_absent_entries() {
        let mut table = BlockAllocationTable::absent(3);
        assert!(table.set(BlockIndex(1), 4) && !table.set(BlockIndex(3), 9));
        let bytes = table.to_bytes();
        assert_eq!(bytes.len(), 512);
        assert_eq!(bytes[..12], [255, 255, 255, 255, 0, 0, 0, 4, 255, 255, 255, 255]);
        assert_eq!(BlockAllocationTable::from_bytes(&bytes[..14]), table);
    }

    #[test]
    fn absent_blocks_have_no_place() {
        let table = BlockAllocationTable::from_bytes(&[255, 255, 255, 255, 0, 0, 0, 4]);
        assert_eq!(table.bitmap_offset(BlockIndex(0)), None);
        assert_eq!(table.bitmap_offset(BlockIndex(1)), Some(FileOffset::new(2048)));
        assert_eq!(table.bitmap_offset(BlockIndex(2)), None);
        assert_eq!(table.next_present(BlockIndex(0)), Some(BlockIndex(1)));
        assert_eq!(table.next_present(BlockIndex(2)), None);
        assert_eq!(table.present().collect::<Vec<_>>(), [(BlockIndex(1), FileOffset::new(2048))]);
    }
}
