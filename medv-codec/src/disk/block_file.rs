//! The blocks of a dynamic or differencing disk: where each is, and reading from them.

use std::ops::Range;
use std::sync::Arc;

use medv_format::vhd::{BitOrder, BlockAllocationTable, BlockIndex, SectorBitmap};
use medv_format::{DiskOffset, FileOffset, SECTOR};

use super::bitmap_cache::BitmapCache;
use super::holes;
use super::positional::DiskFile;
use crate::Result;

/// A file of blocks.
pub(super) struct BlockFile {
    file: DiskFile,
    table: BlockAllocationTable,
    block_size: u32,
    virtual_size: u64,
    bitmap_len: u64,
    bit_order: BitOrder,
    has_holes: bool,
    bitmaps: BitmapCache,
}

/// A part of what is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where in the disk.
    pub(super) disk: Range<u64>,
    /// Where in the file; `None` if it is not there.
    pub(super) file: Option<u64>,
}

/// Pieces longer than this are read on their own; shorter ones that lie close together, in one go.
const SMALL: u64 = 64 << 10;
/// What may lie between small pieces that are read in one go: a bitmap, and a gap for alignment.
const CLOSE: u64 = 8 << 10;
/// The most that is read in one go for small pieces.
const GATHERED: u64 = 1 << 20;
/// Blocks that are put into one extent at most, so that asking stays cheap however small they are.
const BLOCKS_IN_EXTENT: u32 = 4096;

impl BlockFile {
    /// The blocks of `file` as `table` has them; all places were checked against the file's length.
    pub(super) fn new(
        file: DiskFile,
        table: BlockAllocationTable,
        block_size: u32,
        virtual_size: u64,
        bit_order: BitOrder,
    ) -> Self {
        let has_holes = u64::from(block_size) >= SMALL && holes::has_holes(file.file(), file.len());
        let bitmap_len = SectorBitmap::file_len(block_size);
        let bitmaps = BitmapCache::new(bitmap_len);
        Self { file, table, block_size, virtual_size, bitmap_len, bit_order, has_holes, bitmaps }
    }

    pub(super) fn virtual_size(&self) -> u64 {
        self.virtual_size
    }

    /// The disk bytes of a block, cut off at the disk's end.
    pub(super) fn disk_range(&self, block: BlockIndex) -> Range<u64> {
        let start = block.start(self.block_size).get();
        start..(start + u64::from(self.block_size)).min(self.virtual_size)
    }

    /// The sector bitmap of a block that is there.
    pub(super) fn bitmap(&self, block: BlockIndex, at: FileOffset) -> Result<Arc<SectorBitmap>> {
        self.bitmaps.get(block, || {
            let mut bytes = vec![0; usize::try_from(self.bitmap_len).unwrap_or(0)];
            self.file.read_exact_at(at, &mut bytes)?;
            Ok(SectorBitmap::from_bytes(bytes, self.bit_order))
        })
    }

    /// What of `disk` is in this file, in order and without gaps. With `by_bitmap`, sectors that were never written are
    /// not there.
    pub(super) fn pieces(&self, disk: Range<u64>, by_bitmap: bool) -> Result<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut start = disk.start;
        while start < disk.end {
            let block = self.block_at(start);
            let block_start = block.start(self.block_size).get();
            let end = disk.end.min(block_start + u64::from(self.block_size));
            match self.table.bitmap_offset(block) {
                None => push(&mut pieces, Piece { disk: start..end, file: None }),
                Some(at) if by_bitmap => {
                    let data = at.get() + self.bitmap_len;
                    let bitmap = self.bitmap(block, at)?;
                    self.push_written(&mut pieces, start..end, block_start, data, &bitmap);
                }
                Some(at) => {
                    let file = Some(at.get() + self.bitmap_len + (start - block_start));
                    push(&mut pieces, Piece { disk: start..end, file });
                }
            }
            start = end;
        }
        Ok(pieces)
    }

    /// Splits a part of one block by what its bitmap says.
    fn push_written(
        &self,
        pieces: &mut Vec<Piece>,
        disk: Range<u64>,
        block_start: u64,
        data: u64,
        bitmap: &SectorBitmap,
    ) {
        let sector_of = |at: u64| u32::try_from(at / SECTOR).unwrap_or(self.block_size / 512);
        let mut start = disk.start;
        let last = sector_of((disk.end - block_start).next_multiple_of(SECTOR));
        while start < disk.end {
            let Some((run, written)) = bitmap.next_run(sector_of(start - block_start)..last) else { break };
            let end = disk.end.min(block_start + u64::from(run.end) * SECTOR);
            let file = written.then(|| data + (start - block_start));
            push(pieces, Piece { disk: start..end, file });
            start = end;
        }
    }

    /// Fills `buf`, which begins at `start` of the disk, with what the pieces have in this file; those that are not
    /// there are handed to `absent`, in order.
    pub(super) fn read_pieces(
        &self,
        start: u64,
        pieces: &[Piece],
        buf: &mut [u8],
        mut absent: impl FnMut(DiskOffset, &mut [u8]) -> Result<()>,
    ) -> Result<()> {
        let mut rest = pieces;
        let mut gathered = Vec::new();
        while let Some(first) = rest.first() {
            let group = gather(rest);
            let (now, later) = rest.split_at(group);
            rest = later;
            match (first.file, now) {
                (None, _) => absent(DiskOffset::new(first.disk.start), part(buf, start, &first.disk))?,
                (Some(at), [_]) => {
                    self.file.read_exact_at(FileOffset::new(at), part(buf, start, &first.disk))?;
                }
                (Some(at), _) => {
                    let len = now.iter().filter_map(|piece| Some(piece.file? - at + len(&piece.disk))).max();
                    gathered.resize(usize::try_from(len.unwrap_or(0)).unwrap_or(0), 0);
                    self.file.read_exact_at(FileOffset::new(at), &mut gathered)?;
                    for piece in now {
                        let to = part(buf, start, &piece.disk);
                        let from = usize::try_from(piece.file.unwrap_or(at) - at).unwrap_or(0);
                        to.copy_from_slice(&gathered[from..from + to.len()]);
                    }
                }
            }
        }
        Ok(())
    }

    /// The next disk bytes at or after `from` that this file may have data for.
    pub(super) fn next_extent(&self, from: u64) -> Option<Range<u64>> {
        let mut from = from;
        while from < self.virtual_size {
            let block = self.table.next_present(self.block_at(from))?;
            let first = self.disk_range(block);
            let start = first.start.max(from);
            if start >= self.virtual_size {
                return None;
            }
            if !self.has_holes {
                return Some(start..self.end_of_present(block));
            }
            if let Some(data) = self.data_in(block, start..first.end) {
                return Some(data);
            }
            from = first.end;
        }
        None
    }

    /// The end of the blocks that follow `block` without an absent one between them.
    fn end_of_present(&self, block: BlockIndex) -> u64 {
        let last_wanted = block.0.saturating_add(BLOCKS_IN_EXTENT);
        let next_absent = (block.0.saturating_add(1)..last_wanted)
            .find(|&next| self.table.bitmap_offset(BlockIndex(next)).is_none())
            .unwrap_or(last_wanted);
        BlockIndex(next_absent).start(self.block_size).get().min(self.virtual_size)
    }

    /// The first part of `disk`, which lies in `block`, that is no hole of the file.
    fn data_in(&self, block: BlockIndex, disk: Range<u64>) -> Option<Range<u64>> {
        let at = self.table.bitmap_offset(block)?;
        let data = at.get() + self.bitmap_len;
        let block_start = block.start(self.block_size).get();
        let file = data + (disk.start - block_start)..data + (disk.end - block_start);
        let found = holes::next_data(self.file.file(), file.start, file.end)?;
        Some(block_start + (found.start - data)..block_start + (found.end - data))
    }

    fn block_at(&self, disk: u64) -> BlockIndex {
        BlockIndex(u32::try_from(disk / u64::from(self.block_size)).unwrap_or(u32::MAX))
    }
}

/// Adds a piece, to the last one if it goes on where that ends.
fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    if let Some(last) = pieces.last_mut() {
        let goes_on = match (last.file, piece.file) {
            (None, None) => true,
            (Some(before), Some(now)) => before + len(&last.disk) == now,
            _ => false,
        };
        if goes_on {
            last.disk.end = piece.disk.end;
            return;
        }
    }
    pieces.push(piece);
}

/// How many of the first pieces to read in one go; at least one.
fn gather(pieces: &[Piece]) -> usize {
    let Some(Piece { disk, file: Some(start) }) = pieces.first() else { return 1 };
    if len(disk) > SMALL {
        return 1;
    }
    let mut end = start + len(disk);
    let close = pieces[1..].iter().take_while(|piece| {
        let Some(at) = piece.file else { return false };
        let wanted = at >= end && at - end <= CLOSE && len(&piece.disk) <= SMALL;
        let next_end = at + len(&piece.disk);
        end = next_end;
        wanted && next_end - start <= GATHERED
    });
    1 + close.count()
}

fn len(range: &Range<u64>) -> u64 {
    range.end - range.start
}

/// The part of `buf`, which begins at `start` of the disk, that is for `disk`.
fn part<'a>(buf: &'a mut [u8], start: u64, disk: &Range<u64>) -> &'a mut [u8] {
    let from = usize::try_from(disk.start - start).unwrap_or(usize::MAX);
    let to = usize::try_from(disk.end - start).unwrap_or(usize::MAX);
    &mut buf[from..to]
}
