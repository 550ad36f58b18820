//! What is odd about a dynamic header that could be read.

use medv_format::SECTOR;
use medv_format::vhd::{DynamicHeader, Footer, NO_OFFSET, NO_OFFSET_AS_SPECIFIED};

use super::finding::Report;

/// Records what other programs may stumble over.
pub(super) fn record(footer: &Footer, header: &DynamicHeader, needed: u32, report: &mut Report<'_>) {
    if footer.data_offset != 512 || header.table_offset.get() != 1536 {
        let message = format!(
            "dynamic header at byte {}, block allocation table at byte {}, usually 512 and 1536",
            footer.data_offset, header.table_offset
        );
        report.note(20, "tables-elsewhere", message, "read where they are");
    }
    match header.data_offset {
        NO_OFFSET => {}
        NO_OFFSET_AS_SPECIFIED => {
            let message = "the dynamic header's data offset is 0xffffffff, as the specification prints it";
            report.note(21, "header-data-offset", message, "ignored; some programs want all ones");
        }
        other => {
            let message = format!("the dynamic header's data offset is {other:#x}, expected all ones");
            report.note(21, "header-data-offset", message, "ignored");
        }
    }
    block_size(header.block_size, report);
    if header.max_table_entries > needed {
        let message =
            format!("the block allocation table has {} entries, {needed} needed", header.max_table_entries);
        report.note(26, "table-larger-than-needed", message, "the rest is ignored");
    }
    if footer.creator_application.0.starts_with(b"tap") && footer.creator_version == 1 {
        let message = "written by blktap 0.1, whose bitmaps count bits from the lowest";
        report.note(23, "bitmap-bit-order", message, "read in that order");
    }
    let size = footer.current_size;
    if size.is_multiple_of(SECTOR) && !size.is_multiple_of(header.block_size.into()) {
        report.note(
            17,
            "last-block-partial",
            "the last block lies partly behind the disk's end",
            "read up to the end",
        );
    }
}

fn block_size(block_size: u32, report: &mut Report<'_>) {
    let message = format!("blocks have {block_size} bytes, usually {}", DynamicHeader::DEFAULT_BLOCK_SIZE);
    if block_size < 4096 {
        report.note(22, "small-blocks", message, "read right; qemu returns wrong data for such disks");
    } else if block_size > DynamicHeader::DEFAULT_BLOCK_SIZE {
        report.note(22, "large-blocks", message, "read; Xen's tools refuse such disks");
    } else if block_size < DynamicHeader::DEFAULT_BLOCK_SIZE {
        report.note(22, "unusual-blocks", message, "read");
    }
}
