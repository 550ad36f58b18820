//! Where everything goes in a dynamic VHD that we write.
//!
//! ```text
//! 0      footer copy
//! 512    dynamic header
//! 1536   block allocation table, whole sectors
//!        blocks in disk order, each: a gap, the sector bitmap, then the data from a 4 KiB boundary on
//!        footer, right behind the last block
//! ```
//!
//! Data starts on 4 KiB so that it can be written with direct I/O, and so that guests' 4 KiB writes stay whole.

use super::{BlockAllocationTable, BlockIndex, DynamicHeader, Footer, SectorBitmap};
use crate::{Error, FileOffset, Result, SECTOR};

/// The layout of a dynamic VHD for one virtual size and block size. Where a block goes depends only on how many
/// blocks that are present come before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DynamicLayout {
    block_size: u32,
    bitmap_len: u64,
    entries: u32,
    table_len: u64,
    first_data: u64,
    stride: u64,
}

/// Where one block lies in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockPlace {
    /// Its sector bitmap, [`DynamicLayout::bitmap_len`] bytes that end where the data starts.
    pub bitmap: FileOffset,
    /// Its data, a whole block even at the disk's end; a multiple of 4 KiB.
    pub data: FileOffset,
}

impl BlockPlace {
    /// The block's entry in the block allocation table; it fits wherever [`DynamicLayout::place`] gave the place.
    pub fn table_entry(self) -> u32 {
        u32::try_from(self.bitmap.get() / SECTOR).unwrap_or(BlockAllocationTable::ABSENT)
    }
}

impl DynamicLayout {
    /// What the data of each block is aligned to, in bytes.
    pub const ALIGNMENT: u64 = 4096;

    const TABLE: FileOffset = FileOffset::new(1536);

    /// The layout for a disk of `virtual_size` bytes in blocks of `block_size`, a power of two of at least 512. A
    /// limit error if the disk has more blocks than a table can count.
    pub fn new(virtual_size: u64, block_size: u32) -> Result<Self> {
        if !block_size.is_power_of_two() || u64::from(block_size) < SECTOR {
            return Err(Error::unsupported("block size", block_size, "a power of two of at least 512"));
        }
        let blocks = virtual_size.div_ceil(u64::from(block_size));
        let entries = u32::try_from(blocks).map_err(|_| {
            Error::limit("blocks of a dynamic disk", blocks, u32::MAX).advice("use larger blocks")
        })?;
        let bitmap_len = SectorBitmap::file_len(block_size);
        let table_len = u64::from(entries).saturating_mul(4).next_multiple_of(SECTOR);
        let table_end = Self::TABLE.saturating_add(table_len);
        let first_data = table_end.saturating_add(bitmap_len).get().next_multiple_of(Self::ALIGNMENT);
        let stride = u64::from(block_size).saturating_add(bitmap_len).next_multiple_of(Self::ALIGNMENT);
        Ok(Self { block_size, bitmap_len, entries, table_len, first_data, stride })
    }

    /// Where the copy of the footer is.
    pub fn footer_copy(&self) -> FileOffset {
        FileOffset::ZERO
    }

    /// Where the dynamic header is.
    pub fn header(&self) -> FileOffset {
        FileOffset::new(512)
    }

    /// Where the block allocation table is.
    pub fn table(&self) -> FileOffset {
        Self::TABLE
    }

    /// Bytes of the table, whole sectors.
    pub fn table_len(&self) -> u64 {
        self.table_len
    }

    /// Entries of the table: one for each block of the disk, the last perhaps in part behind the disk's end.
    pub fn entries(&self) -> u32 {
        self.entries
    }

    /// Bytes of a block's data.
    pub fn block_size(&self) -> u32 {
        self.block_size
    }

    /// Bytes of a block's bitmap, whole sectors.
    pub fn bitmap_len(&self) -> u64 {
        self.bitmap_len
    }

    /// The dynamic header that describes this layout.
    pub fn dynamic_header(&self) -> DynamicHeader {
        DynamicHeader::new(self.table(), self.entries, self.block_size)
    }

    /// Where the block goes before which `earlier` present blocks come. A limit error past 2 TiB of file, where
    /// table entries end.
    pub fn place(&self, earlier: u32) -> Result<BlockPlace> {
        let data = u64::from(earlier).checked_mul(self.stride).and_then(|at| at.checked_add(self.first_data));
        let place = data.and_then(|data| {
            Some(BlockPlace {
                bitmap: FileOffset::new(data.checked_sub(self.bitmap_len)?),
                data: FileOffset::new(data),
            })
        });
        let reachable =
            place.filter(|place| place.bitmap.get() / SECTOR < u64::from(BlockAllocationTable::ABSENT));
        reachable.ok_or_else(|| {
            Error::limit(
                "blocks of a dynamic disk",
                format_args!("{earlier} before this one"),
                "a file of 2 TiB",
            )
            .advice("write a fixed or raw disk instead")
        })
    }

    /// Where the footer goes behind `present` blocks; the file ends [`Footer::SIZE`] later.
    pub fn end_footer(&self, present: u32) -> Result<FileOffset> {
        match present.checked_sub(1) {
            None => Ok(Self::TABLE.saturating_add(self.table_len)),
            Some(earlier) => Ok(self.place(earlier)?.data.saturating_add(u64::from(self.block_size))),
        }
    }

    /// Length of the whole file with `present` blocks.
    pub fn file_len(&self, present: u32) -> Result<u64> {
        let footer = u64::try_from(Footer::SIZE).unwrap_or(SECTOR);
        Ok(self.end_footer(present)?.saturating_add(footer).get())
    }

    /// Starts to give out places, block by block in disk order.
    pub fn placer(&self) -> Result<BlockPlacer> {
        let entries = usize::try_from(self.entries)
            .map_err(|_| Error::limit("blocks of a dynamic disk", self.entries, usize::MAX))?;
        Ok(BlockPlacer {
            layout: self.clone(),
            table: BlockAllocationTable::absent(entries),
            placed: 0,
            next: Some(0),
        })
    }

    /// The table for exactly these blocks, given in disk order.
    pub fn table_for(&self, present: impl IntoIterator<Item = BlockIndex>) -> Result<BlockAllocationTable> {
        let mut placer = self.placer()?;
        for block in present {
            placer.place(block)?;
        }
        Ok(placer.finish().0)
    }
}

/// Gives places to blocks as they turn out to be present, and fills the table on the way.
#[derive(Clone, Debug)]
pub struct BlockPlacer {
    layout: DynamicLayout,
    table: BlockAllocationTable,
    placed: u32,
    next: Option<u32>,
}

impl BlockPlacer {
    /// The place of `block`, which must lie behind all blocks given before.
    pub fn place(&mut self, block: BlockIndex) -> Result<BlockPlace> {
        let in_order = self.next.is_some_and(|next| block.0 >= next) && block.0 < self.layout.entries;
        if !in_order {
            let expected =
                format!("a block from {} up to {}", self.next.unwrap_or(u32::MAX), self.layout.entries);
            return Err(Error::unsupported("order of blocks", format_args!("block {}", block.0), expected));
        }
        let place = self.layout.place(self.placed)?;
        self.table.set(block, place.table_entry());
        self.placed = self.placed.saturating_add(1);
        self.next = block.0.checked_add(1);
        Ok(place)
    }

    /// Blocks placed so far.
    pub fn placed(&self) -> u32 {
        self.placed
    }

    /// The table, and how many blocks are in it.
    pub fn finish(self) -> (BlockAllocationTable, u32) {
        (self.table, self.placed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_its_own_place_and_data_is_aligned() {
        for block_size in [512, 4096, 1 << 16, 1 << 21, 1 << 22, 1 << 24] {
            let layout = DynamicLayout::new(u64::from(block_size) * 300 + 1, block_size).unwrap();
            assert_eq!(layout.entries(), 301);
            let mut end = layout.table().get() + layout.table_len();
            assert_eq!(layout.end_footer(0).unwrap().get(), end);
            for nth in 0..301 {
                let place = layout.place(nth).unwrap();
                assert!(place.bitmap.get() >= end && place.bitmap.get() < end + 4096, "{block_size} {nth}");
                assert_eq!(place.data.get(), place.bitmap.get() + layout.bitmap_len());
                assert_eq!(place.data.get() % 4096, 0);
                assert_eq!(u64::from(place.table_entry()) * 512, place.bitmap.get());
                end = place.data.get() + u64::from(block_size);
                assert_eq!(layout.end_footer(nth + 1).unwrap().get(), end);
                assert_eq!(layout.file_len(nth + 1).unwrap(), end + 512);
            }
        }
    }

    #[test]
    fn one_by_one_gives_the_same_as_all_at_once() {
        let layout = DynamicLayout::new(100 << 21, 1 << 21).unwrap();
        let present = [0, 3, 4, 50, 99].map(BlockIndex);
        let mut placer = layout.placer().unwrap();
        let one_by_one: Vec<_> = present.iter().map(|&block| placer.place(block).unwrap()).collect();
        let (table, count) = placer.finish();
        assert_eq!(table, layout.table_for(present).unwrap());
        assert_eq!(count, 5);
        for (nth, (block, place)) in (0..).zip(present.iter().zip(&one_by_one)) {
            assert_eq!(*place, layout.place(nth).unwrap());
            assert_eq!(table.bitmap_offset(*block), Some(place.bitmap));
        }
        assert_eq!(table.present().count(), 5);
    }

    #[test]
    fn blocks_out_of_order_or_behind_the_end_are_refused() {
        let mut placer = DynamicLayout::new(10 << 21, 1 << 21).unwrap().placer().unwrap();
        placer.place(BlockIndex(3)).unwrap();
        for block in [0, 3, 10] {
            assert!(placer.place(BlockIndex(block)).is_err(), "{block}");
        }
    }

    #[test]
    fn a_full_disk_of_2040_gib_still_fits() {
        let layout = DynamicLayout::new(super::super::LARGEST_DISK, 1 << 21).unwrap();
        assert!(layout.place(layout.entries() - 1).is_ok());
        assert!(layout.place(u32::MAX).is_err());
        assert!(DynamicLayout::new(u64::MAX, 1 << 21).is_err());
        assert!(DynamicLayout::new(1, 100).is_err());
    }
}
