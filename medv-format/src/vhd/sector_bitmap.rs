//! The sector bitmap in front of each block: which of its sectors were written.

use std::ops::Range;

use crate::SECTOR;

/// Which bit of a byte stands for the first of its eight sectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BitOrder {
    /// The highest, as the specification has it.
    #[default]
    HighestFirst,
    /// The lowest, as version 0.1 of blktap wrote it.
    LowestFirst,
}

/// Sector bitmap (specification, "Block Allocation Table and Data Blocks"): one bit a sector of the block, padded
/// to a whole sector of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectorBitmap {
    bytes: Vec<u8>,
    order: BitOrder,
}

impl SectorBitmap {
    /// Bytes that the bitmap of a block of `block_size` bytes takes in the file.
    pub const fn file_len(block_size: u32) -> u64 {
        let bits = block_size.div_ceil(512);
        let sectors = bits.div_ceil(8 * 512);
        // Widening: there is no const `From`, and 2^23 sectors at most cannot overflow.
        #[allow(clippy::as_conversions, clippy::cast_lossless)]
        (sectors as u64).saturating_mul(SECTOR)
    }

    /// A bitmap over its bytes in the file.
    pub fn from_bytes(bytes: Vec<u8>, order: BitOrder) -> Self {
        Self { bytes, order }
    }

    /// The bitmap of a block all of whose sectors were written, as our writers leave it.
    pub fn full(block_size: u32) -> Self {
        let len = usize::try_from(Self::file_len(block_size)).unwrap_or(0);
        let mut bytes = vec![0; len];
        let sectors = usize::try_from(block_size.div_ceil(512)).unwrap_or(0);
        if let Some(whole) = bytes.get_mut(..sectors / 8) {
            whole.fill(0xFF);
        }
        if let Some(last) = bytes.get_mut(sectors / 8) {
            *last = !u8::MAX.checked_shr(u32::try_from(sectors % 8).unwrap_or(0)).unwrap_or(0);
        }
        Self { bytes, order: BitOrder::HighestFirst }
    }

    /// The bytes in the file.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether sector `sector` of the block was written; `false` behind the bitmap's end.
    pub fn is_set(&self, sector: u32) -> bool {
        let Some(&byte) = usize::try_from(sector / 8).ok().and_then(|at| self.bytes.get(at)) else {
            return false;
        };
        let bit = sector % 8;
        let mask = match self.order {
            BitOrder::HighestFirst => 0x80_u8.checked_shr(bit),
            BitOrder::LowestFirst => 1_u8.checked_shl(bit),
        };
        mask.is_some_and(|mask| byte & mask != 0)
    }

    /// The first run of equal bits in `sectors`: its sectors, and whether they were written. `None` for no sectors.
    pub fn next_run(&self, sectors: Range<u32>) -> Option<(Range<u32>, bool)> {
        if sectors.is_empty() {
            return None;
        }
        let state = self.is_set(sectors.start);
        let same = if state { 0xFF } else { 0 };
        let mut end = sectors.start.saturating_add(1);
        while end < sectors.end {
            let whole_byte = usize::try_from(end / 8).ok().and_then(|at| self.bytes.get(at)) == Some(&same);
            if end.is_multiple_of(8) && whole_byte {
                end = end.saturating_add(8);
            } else if self.is_set(end) == state {
                end = end.saturating_add(1);
            } else {
                break;
            }
        }
        Some((sectors.start..end.min(sectors.end), state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_in_the_file() {
        for (block, len) in
            [(512, 512), (4096, 512), (1 << 21, 512), (1 << 22, 1024), (1 << 24, 4096), (1 << 31, 1 << 19)]
        {
            assert_eq!(SectorBitmap::file_len(block), len, "{block}");
        }
    }

    #[test]
    fn both_bit_orders() {
        let high = SectorBitmap::from_bytes(vec![0b1000_0000, 0], BitOrder::HighestFirst);
        let low = SectorBitmap::from_bytes(vec![0b1000_0000, 0], BitOrder::LowestFirst);
        assert!(high.is_set(0) && !high.is_set(7) && !low.is_set(0) && low.is_set(7));
        assert!(!high.is_set(16) && !high.is_set(u32::MAX));
    }

    #[test]
    fn runs_cover_the_range() {
        let bitmap =
            SectorBitmap::from_bytes(vec![0b0011_1111, 0xFF, 0xFF, 0b1000_0000], BitOrder::HighestFirst);
        assert_eq!(bitmap.next_run(0..32), Some((0..2, false)));
        assert_eq!(bitmap.next_run(2..32), Some((2..25, true)));
        assert_eq!(bitmap.next_run(2..12), Some((2..12, true)));
        assert_eq!(bitmap.next_run(25..40), Some((25..40, false)));
        assert_eq!(bitmap.next_run(40..40), None);
    }

    #[test]
    fn full_sets_the_blocks_sectors_and_no_more() {
        for block in [512_u32, 1024, 4096, 8192, 1 << 21, 1 << 22] {
            let bitmap = SectorBitmap::full(block);
            let sectors = block / 512;
            let all = u32::try_from(bitmap.as_bytes().len() * 8).unwrap();
            assert_eq!(bitmap.next_run(0..all), Some((0..sectors, true)), "{block}");
            assert!(
                sectors == all || bitmap.next_run(sectors..all) == Some((sectors..all, false)),
                "{block}"
            );
        }
    }
}
