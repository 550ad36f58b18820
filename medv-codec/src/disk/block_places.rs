//! Do the blocks lie where blocks may lie?

use std::ops::Range;

use medv_format::FileOffset;
use medv_format::vhd::{BlockAllocationTable, BlockIndex};

use super::finding::Report;
use crate::{Error, Result};

/// What is known about a file before its blocks are looked at.
pub(super) struct Surroundings<'a> {
    /// Length of the file.
    pub(super) file_len: u64,
    /// Ranges that no block may touch, and what is there.
    pub(super) taken: &'a [(Range<u64>, &'static str)],
    /// Bytes of a bitmap.
    pub(super) bitmap_len: u64,
    /// Bytes of a block.
    pub(super) block_size: u32,
    /// Bytes of the disk.
    pub(super) virtual_size: u64,
    /// Whether blocks on each other or on the tables are only warned of.
    pub(super) allow_damage: bool,
}

impl Surroundings<'_> {
    /// The bytes of the file that a block takes; of the last block only as much as the disk has.
    fn span(&self, block: BlockIndex, bitmap: FileOffset) -> Range<u64> {
        let left = self.virtual_size.saturating_sub(block.start(self.block_size).get());
        let data = left.min(self.block_size.into());
        bitmap.get()..bitmap.get().saturating_add(self.bitmap_len).saturating_add(data)
    }
}

/// Refuses blocks past the file's end, and, unless damage is allowed, those on the tables or on each other.
pub(super) fn check(
    table: &BlockAllocationTable,
    around: &Surroundings<'_>,
    report: &mut Report<'_>,
) -> Result<()> {
    let (mut in_order, mut aligned) = (true, true);
    let mut last_end = 0;
    for (block, bitmap) in table.present() {
        let span = around.span(block, bitmap);
        if span.end > around.file_len {
            return Err(past_the_end(block, &span, around, report));
        }
        if let Some((_, what)) = around.taken.iter().find(|(taken, _)| overlap(taken, &span)) {
            let message = format!("block {} lies at {}..{}, on the {what}", block.0, span.start, span.end);
            damaged(27, "block-on-tables", message, bitmap, around, report)?;
        }
        in_order &= span.start >= last_end;
        aligned &= (bitmap.get() + around.bitmap_len).is_multiple_of(4096);
        last_end = span.end;
    }
    if !in_order {
        check_for_overlap(table, around, report)?;
        report.note(28, "blocks-out-of-order", "the blocks are not in disk order", "read where they are");
    }
    if !aligned {
        let message = "the blocks' data does not start on 4 KiB";
        report.note(28, "blocks-unaligned", message, "read as it is; slow for guests on some disks");
    }
    Ok(())
}

/// Sorts by place, as only neighbours can overlap then.
fn check_for_overlap(
    table: &BlockAllocationTable,
    around: &Surroundings<'_>,
    report: &mut Report<'_>,
) -> Result<()> {
    let mut places: Vec<(FileOffset, BlockIndex)> =
        table.present().map(|(block, bitmap)| (bitmap, block)).collect();
    places.sort_unstable();
    for pair in places.windows(2) {
        let [(first_at, first), (second_at, second)] = *pair else { continue };
        if around.span(first, first_at).end > second_at.get() {
            let (first, second) = (first.min(second), first.max(second));
            let message = format!("blocks {} and {} lie on the same bytes of the file", first.0, second.0);
            return damaged(27, "blocks-overlap", message, second_at, around, report);
        }
    }
    Ok(())
}

fn overlap(one: &Range<u64>, other: &Range<u64>) -> bool {
    one.start < other.end && other.start < one.end
}

fn past_the_end(
    block: BlockIndex,
    span: &Range<u64>,
    around: &Surroundings<'_>,
    report: &mut Report<'_>,
) -> Error {
    let message = format!(
        "block {} is cut off: found a file of {} bytes, expected at least {}",
        block.0, around.file_len, span.end
    );
    let error = Error::damaged(message).at(FileOffset::new(span.start));
    report.refuse(27, "block-past-end", error.advice("get a whole copy of the file"))
}

fn damaged(
    trap: u8,
    code: &'static str,
    message: String,
    at: FileOffset,
    around: &Surroundings<'_>,
    report: &mut Report<'_>,
) -> Result<()> {
    if around.allow_damage {
        report.warn(trap, code, message, "read where the table says, as asked; at least one block is wrong");
        return Ok(());
    }
    let error = Error::damaged(message).at(at);
    Err(report.refuse(
        trap,
        code,
        error.advice("take a backup of the disk, or allow damage to read what is there"),
    ))
}
