//! The descriptor of an ext block group: where its bitmaps are, and how much of it is free.

use super::little_endian::{u16_at, u32_at};
use crate::{Error, Result};

/// What is used of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtGroupDescriptor {
    /// The block with the map of this group's blocks.
    pub block_bitmap: u64,
    /// The block with the map of this group's inodes.
    pub inode_bitmap: u64,
    /// The first block of this group's inodes.
    pub inode_table: u64,
    /// Free blocks in the group.
    pub free_blocks: u32,
    /// The map of blocks was never written: all is free but the metadata. Counts only where
    /// [`super::ExtSuperblock::may_omit_bitmaps`].
    pub bitmap_omitted: bool,
}

impl ExtGroupDescriptor {
    /// Reads a descriptor of 32 bytes, or one of 64 and more, which has high halves.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let wide = bytes.len() >= 64;
        let block = |low, high| {
            let high = if wide { u32_at(bytes, high)? } else { 0 };
            Some((u64::from(high) << 32) | u64::from(u32_at(bytes, low)?))
        };
        let fields = || {
            let free_high = if wide { u16_at(bytes, 44)? } else { 0 };
            Some(Self {
                block_bitmap: block(0, 32)?,
                inode_bitmap: block(4, 36)?,
                inode_table: block(8, 40)?,
                free_blocks: (u32::from(free_high) << 16) | u32::from(u16_at(bytes, 12)?),
                bitmap_omitted: u16_at(bytes, 18)? & 2 != 0,
            })
        };
        fields().ok_or_else(|| Error::damaged("ext group descriptor size", bytes.len(), "32 or 64 and more"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sizes_are_read() {
        let mut bytes = [0; 64];
        for (at, value) in [(0, 1), (4, 2), (8, 3), (12, 4), (18, 3), (32, 5), (36, 6), (40, 7), (44, 8)] {
            bytes[at] = value;
        }
        let narrow = ExtGroupDescriptor::from_bytes(&bytes[..32]).unwrap();
        assert_eq!(
            (narrow.block_bitmap, narrow.inode_bitmap, narrow.inode_table, narrow.free_blocks),
            (1, 2, 3, 4)
        );
        assert!(narrow.bitmap_omitted);
        let wide = ExtGroupDescriptor::from_bytes(&bytes).unwrap();
        assert_eq!((wide.block_bitmap, wide.inode_bitmap), ((5 << 32) + 1, (6 << 32) + 2));
        assert_eq!((wide.inode_table, wide.free_blocks), ((7 << 32) + 3, (8 << 16) + 4));
        assert!(ExtGroupDescriptor::from_bytes(&bytes[..19]).is_err());
    }
}
