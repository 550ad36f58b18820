//! Reads and checks the tables of a dynamic or differencing disk.

use std::ops::Range;

use medv_format::vhd::{
    BatmapHeader, BitOrder, BlockAllocationTable, DynamicHeader, Footer, PlatformCode, SectorBitmap,
};
use medv_format::{FileOffset, SECTOR};

use super::block_file::BlockFile;
use super::block_places::{self, Surroundings};
use super::detect::{FoundFooter, refuse_front};
use super::finding::{Report, trap_of};
use super::header_findings;
use super::options::{FooterChoice, OpenOptions};
use super::positional::DiskFile;
use crate::{Error, Result};

/// Reads the dynamic header from where the footer says it is.
pub(super) fn read_header(
    file: &DiskFile,
    footer: &Footer,
    options: &OpenOptions,
    report: &mut Report<'_>,
) -> Result<DynamicHeader> {
    let at = FileOffset::new(footer.data_offset);
    if at.checked_add(DynamicHeader::SIZE as u64).is_none_or(|end| end.get() > file.len()) {
        let message = format!("the dynamic header is outside the file: found a file of {} bytes", file.len());
        let error = Error::damaged(format!("{message}, expected 1024 bytes there")).at(at);
        return Err(report.refuse(
            20,
            "dynamic-header-missing",
            error.advice("get a whole copy of the file"),
        ));
    }
    let bytes = file.read_array::<{ DynamicHeader::SIZE }>(at)?;
    let error = match DynamicHeader::from_bytes(&bytes) {
        Ok(header) => return Ok(header),
        Err(error) => error.based_at(at),
    };
    let (trap, code) = trap_of(&error);
    if code == "dynamic-header-checksum" {
        if options.allow_damage {
            report.warn(trap, code, error.to_string(), "read on as asked");
            return DynamicHeader::from_bytes_with_any_checksum(&bytes)
                .map_err(|error| report.refuse(trap, code, error.based_at(at)));
        }
        let advice = "take a backup of the disk, or allow damage to read it by this header";
        return Err(report.refuse(trap, code, Error::from(error).advice(advice)));
    }
    Err(report.refuse(trap, code, error))
}

/// Reads and checks the block allocation table.
pub(super) fn open_blocks(
    file: DiskFile,
    found: &FoundFooter,
    header: &DynamicHeader,
    virtual_size: u64,
    options: &OpenOptions,
    report: &mut Report<'_>,
) -> Result<BlockFile> {
    let needed = virtual_size.div_ceil(header.block_size.into());
    let Some(needed) = u32::try_from(needed).ok().filter(|&needed| needed <= header.max_table_entries) else {
        let message = format!(
            "the block allocation table is too small: found {} entries, expected at least {needed}",
            header.max_table_entries
        );
        let error = Error::damaged(message).at(FileOffset::new(found.footer.data_offset).saturating_add(28));
        return Err(report.refuse(
            26,
            "table-too-small",
            error.advice("check which of the disk's two sizes is right"),
        ));
    };
    header_findings::record(&found.footer, header, needed, report);
    let table = read_table(&file, header, needed, options, report)?;
    let taken = taken_ranges(found, header, needed);
    let around = Surroundings {
        file_len: file.len(),
        taken: &taken,
        bitmap_len: SectorBitmap::file_len(header.block_size),
        block_size: header.block_size,
        virtual_size,
        allow_damage: options.allow_damage,
    };
    block_places::check(&table, &around, report)?;
    if found.unconfirmed && options.footer != FooterChoice::Front {
        let end = table.present().map(|(block, bitmap)| around.span(block, bitmap).end).max().unwrap_or(0);
        refuse_what_goes_on(&file, header, &taken, end, report)?;
    }
    look_for_batmap(&file, header, &table, &around, report)?;
    let old_blktap =
        found.footer.creator_application.0.starts_with(b"tap") && found.footer.creator_version == 1;
    let bit_order = if old_blktap { BitOrder::LowestFirst } else { BitOrder::HighestFirst };
    Ok(BlockFile::new(file, table, header.block_size, virtual_size, bit_order))
}

/// A disk whose footer at the end is lost ends where its last part does, give or take what was the footer. If
/// much more follows, it is another disk that begins with this one.
fn refuse_what_goes_on(
    file: &DiskFile,
    header: &DynamicHeader,
    taken: &[(Range<u64>, &'static str)],
    end_of_blocks: u64,
    report: &mut Report<'_>,
) -> Result<()> {
    const PADDING: u64 = 4096;
    let locators = header.parent_locators.iter().filter(|locator| locator.code() != PlatformCode::None);
    let locators =
        locators.map(|locator| locator.data_offset.saturating_add(locator.data_length.into()).get());
    let tables = taken.iter().map(|(range, _)| range.end).filter(|&end| end <= file.len());
    let end = locators.chain(tables).fold(end_of_blocks, u64::max);
    if file.len().saturating_sub(end) > PADDING { Err(refuse_front(file, report)) } else { Ok(()) }
}

/// Only the entries that the disk needs, however many there are said to be; checked against the file's length
/// and the limit before memory is reserved.
fn read_table(
    file: &DiskFile,
    header: &DynamicHeader,
    needed: u32,
    options: &OpenOptions,
    report: &mut Report<'_>,
) -> Result<BlockAllocationTable> {
    let bytes = u64::from(needed) * BlockAllocationTable::ENTRY_SIZE;
    let end = header.table_offset.checked_add(bytes);
    if end.is_none_or(|end| end.get() > file.len()) {
        let message = format!(
            "the block allocation table is outside the file: found a file of {} bytes, expected {bytes} there",
            file.len()
        );
        let error = Error::damaged(message).at(header.table_offset).advice("get a whole copy of the file");
        return Err(report.refuse(30, "table-past-end", error));
    }
    let len = options.limits.table("block allocation table", bytes);
    let len = len.map_err(|error| report.refuse(30, "table-limit", error.at(header.table_offset)))?;
    let mut bytes = vec![0; len];
    file.read_exact_at(header.table_offset, &mut bytes)?;
    Ok(BlockAllocationTable::from_bytes(&bytes))
}

/// Where no block may lie.
fn taken_ranges(found: &FoundFooter, header: &DynamicHeader, needed: u32) -> Vec<(Range<u64>, &'static str)> {
    let at = found.footer.data_offset;
    let table = header.table_offset.get();
    vec![
        (0..SECTOR, "footer's copy"),
        (at..at.saturating_add(DynamicHeader::SIZE as u64), "dynamic header"),
        (
            table..table.saturating_add(u64::from(needed) * BlockAllocationTable::ENTRY_SIZE),
            "block allocation table",
        ),
        (found.end..u64::MAX, "footer"),
    ]
}

/// A batmap says nothing new about the data, but whether the disk is encrypted.
fn look_for_batmap(
    file: &DiskFile,
    header: &DynamicHeader,
    table: &BlockAllocationTable,
    around: &Surroundings<'_>,
    report: &mut Report<'_>,
) -> Result<()> {
    let Some(at) = BatmapHeader::place(header.table_offset, header.max_table_entries) else { return Ok(()) };
    let end = at.saturating_add(BatmapHeader::SIZE as u64);
    let block_len = around.bitmap_len + u64::from(around.block_size);
    let in_a_block = |bitmap: FileOffset| bitmap < end && at < bitmap.saturating_add(block_len);
    if end.get() > file.len() || table.present().any(|(_, bitmap)| in_a_block(bitmap)) {
        return Ok(());
    }
    let batmap = BatmapHeader::from_bytes(&file.read_array(at)?);
    let batmap = batmap.map_err(|error| report.refuse(29, "encrypted", error.based_at(at)))?;
    if let Some(batmap) = batmap {
        check_batmap(file, &batmap, report)?;
        let message =
            format!("found a batmap at byte {}, {} sectors", batmap.batmap_offset, batmap.batmap_sectors);
        report.note(29, "batmap", message, "not needed for reading, so not used");
    }
    Ok(())
}

/// Batmaps are small: a bit for each block. One that is not is not worth the memory.
fn check_batmap(file: &DiskFile, batmap: &BatmapHeader, report: &mut Report<'_>) -> Result<()> {
    const LARGEST: u64 = 16 << 20;
    let len = u64::from(batmap.batmap_sectors) * SECTOR;
    let inside = batmap.batmap_offset.checked_add(len).is_some_and(|end| end.get() <= file.len());
    let matches = if inside && len <= LARGEST {
        let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
        file.read_exact_at(batmap.batmap_offset, &mut bytes)?;
        batmap.checksum_matches(&bytes)
    } else {
        false
    };
    if !matches {
        report.warn(
            29,
            "batmap-broken",
            "the batmap's checksum is wrong",
            "not needed for reading, so not used",
        );
    }
    Ok(())
}
