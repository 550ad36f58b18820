//! Opens a disk: finds out what it is, checks it, and puts its chain together.

use std::ops::Range;
use std::path::{Path, PathBuf};

use medv_format::vhd::{
    BatmapHeader, BitOrder, BlockAllocationTable, DiskType, DynamicHeader, Footer, SectorBitmap, SizeRule,
};
use medv_format::{FileOffset, SECTOR};

use super::block_file::BlockFile;
use super::block_places::{self, Surroundings};
use super::chain::Chain;
use super::detect::{Detected, FoundFooter, detect, is_part_of_split_disk};
use super::differencing::DifferencingDisk;
use super::dynamic::DynamicDisk;
use super::finding::{Finding, Report, trap_of};
use super::options::OpenOptions;
use super::parent::{ParentSearch, paths_of};
use super::positional::DiskFile;
use super::raw::RawDisk;
use super::{Disk, fixed, footer_findings, header_findings};
use crate::{Error, ErrorKind, Result};

/// What form a disk's file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskForm {
    /// Bytes, then a footer.
    Fixed,
    /// Blocks.
    Dynamic,
    /// Blocks over a parent.
    Differencing,
    /// Bytes and nothing else.
    Raw,
}

/// The sizes that a footer states, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// What the geometry covers.
    pub by_geometry: u64,
    /// What the size field says.
    pub by_field: u64,
    /// Which of them counts: never [`SizeRule::ByCreator`].
    pub rule: SizeRule,
}

/// A disk ready to be read, and what is known about its file.
pub struct OpenedDisk {
    /// The disk; a differencing one with all its parents.
    pub disk: Box<dyn Disk>,
    /// The form of the file that was opened.
    pub form: DiskForm,
    /// Its footer, unless it is raw.
    pub footer: Option<Footer>,
    /// Its dynamic header, if it has blocks.
    pub dynamic_header: Option<DynamicHeader>,
    /// The sizes in its footer, unless it is raw.
    pub sizes: Option<Sizes>,
    /// The files that it is made of, links resolved: itself, its parent, and so on.
    pub chain: Vec<PathBuf>,
    /// What was odd about any of them; none of it refused.
    pub findings: Vec<Finding>,
}

/// Opens the disk at `path`: a fixed, dynamic or differencing VHD or a raw image.
///
/// # Errors
/// Damaged: cut off, tables that contradict each other, a parent that is missing or is not the right one.
/// Unsupported: dead disk types, encrypted or split disks, a suspended machine's disk, parents outside the allowed
/// folders. Limit: larger, with larger tables, or with more parents than [`OpenOptions::limits`] allows. I/O: a file cannot
/// be opened or read. Usage: `path` is no file.
///
/// # Example
/// ```no_run
/// use medv_codec::disk::{OpenOptions, open};
/// use medv_format::DiskOffset;
///
/// let opened = open("disk.vhd".as_ref(), &OpenOptions::default())?;
/// let mut boot_sector = [0; 512];
/// opened.disk.read_at(DiskOffset::ZERO, &mut boot_sector)?;
/// # Ok::<(), medv_codec::Error>(())
/// ```
pub fn open(path: &Path, options: &OpenOptions) -> Result<OpenedDisk> {
    let mut findings = Vec::new();
    let opened = open_recording(path, options, &mut findings)?;
    Ok(OpenedDisk { findings, ..opened })
}

/// As [`open`]; the findings survive an error, and say why it is refused.
pub(super) fn open_recording(
    path: &Path,
    options: &OpenOptions,
    findings: &mut Vec<Finding>,
) -> Result<OpenedDisk> {
    let mut chain = Chain::new();
    let mut report = Report::new(path, findings);
    let opened = open_link(path, options, &mut chain, &mut report)?;
    Ok(OpenedDisk { chain: chain.into_files(), ..opened })
}

/// Opens one file of a chain and, through it, the ones below.
fn open_link(
    path: &Path,
    options: &OpenOptions,
    chain: &mut Chain,
    report: &mut Report<'_>,
) -> Result<OpenedDisk> {
    let file = DiskFile::open(path)?;
    let resolved = chain.add(path, options, report)?;
    let found = match detect(&file, options, report)? {
        Detected::Vhd(found) => found,
        Detected::Raw => {
            let size = file.len();
            options.limits.disk(size).map_err(|error| report.refuse(16, "virtual-size-limit", error))?;
            return Ok(opened(Box::new(RawDisk::new(file, size)), DiskForm::Raw, None, None, None));
        }
    };
    footer_findings::check(&found.footer, path, options, report)?;
    let rule = options.size_rule.resolved(&found.footer);
    let virtual_size = rule.virtual_size(&found.footer);
    options.limits.disk(virtual_size).map_err(|error| report.refuse(16, "virtual-size-limit", error))?;
    let (by_geometry, by_field) = (found.footer.geometry.total_bytes(), found.footer.current_size);
    let sizes = Some(Sizes { by_geometry, by_field, rule });
    refuse_split(&file, &found, virtual_size, report)?;

    if found.footer.disk_type == DiskType::Fixed {
        let disk = fixed::open(file, &found.footer, virtual_size, found.end, report)?;
        return Ok(opened(Box::new(disk), DiskForm::Fixed, Some(found.footer), None, sizes));
    }
    let header = read_header(&file, &found.footer, options, report)?;
    let paths = match found.footer.disk_type {
        DiskType::Differencing => Some(paths_of(&file, &header, report)?),
        _ => None,
    };
    let blocks = open_blocks(file, &found, &header, virtual_size, options, report)?;
    let Some(paths) = paths else {
        let disk = DynamicDisk::new(blocks, options.bitmaps);
        return Ok(opened(Box::new(disk), DiskForm::Dynamic, Some(found.footer), Some(header), sizes));
    };
    let parent_path = ParentSearch::new(&resolved, header.parent_uuid, options).find(&paths, report)?;
    let parent = {
        let options =
            OpenOptions { assume: super::Assume::Detect, size_rule: SizeRule::ByCreator, ..options.clone() };
        open_link(&parent_path, &options, chain, &mut report.about(&parent_path))?
    };
    note_parent(&parent, &parent_path, virtual_size, report);
    let disk = DifferencingDisk::new(blocks, parent.disk);
    Ok(opened(Box::new(disk), DiskForm::Differencing, Some(found.footer), Some(header), sizes))
}

fn opened(
    disk: Box<dyn Disk>,
    form: DiskForm,
    footer: Option<Footer>,
    dynamic_header: Option<DynamicHeader>,
    sizes: Option<Sizes>,
) -> OpenedDisk {
    OpenedDisk { disk, form, footer, dynamic_header, sizes, chain: vec![], findings: vec![] }
}

/// The last part of a split fixed disk has a footer like any other, but not enough bytes in front of it.
fn refuse_split(
    file: &DiskFile,
    found: &FoundFooter,
    virtual_size: u64,
    report: &mut Report<'_>,
) -> Result<()> {
    let short = found.footer.disk_type == DiskType::Fixed && found.end < virtual_size;
    if !short || !is_part_of_split_disk(file) {
        return Ok(());
    }
    let message =
        format!("the disk was split into files: found {} of {virtual_size} bytes in this one", found.end);
    let error = Error::new(ErrorKind::Unsupported, message)
        .advice("join the parts in order (disk.vhd, disk.v01, disk.v02, …) into one file, then open that");
    Err(report.refuse(39, "split-disk", error))
}

fn read_header(
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
fn open_blocks(
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
    look_for_batmap(&file, header, &table, &around, report)?;
    let old_blktap =
        found.footer.creator_application.0.starts_with(b"tap") && found.footer.creator_version == 1;
    let bit_order = if old_blktap { BitOrder::LowestFirst } else { BitOrder::HighestFirst };
    Ok(BlockFile::new(file, table, header.block_size, virtual_size, bit_order))
}

/// Only the entries that the disk needs, however many there are said to be; checked against the file's length and the
/// limit before memory is reserved.
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
            "the block allocation table is outside the file: found a file of {} bytes, expected {bytes} bytes there",
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
    let mut taken = vec![
        (at..at.saturating_add(DynamicHeader::SIZE as u64), "dynamic header"),
        (
            table..table.saturating_add(u64::from(needed) * BlockAllocationTable::ENTRY_SIZE),
            "block allocation table",
        ),
        (found.end..u64::MAX, "footer"),
    ];
    if found.copy_in_front {
        taken.push((0..SECTOR, "footer's copy"));
    }
    taken
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
        let message =
            format!("found a batmap at byte {}, {} sectors", batmap.batmap_offset, batmap.batmap_sectors);
        report.note(29, "batmap", message, "not needed for reading, so not used");
    }
    Ok(())
}

fn note_parent(parent: &OpenedDisk, path: &Path, virtual_size: u64, report: &mut Report<'_>) {
    let parent_size = parent.disk.virtual_size();
    if parent_size != virtual_size {
        let message =
            format!("the disk has {virtual_size} bytes, its parent {} has {parent_size}", path.display());
        report.note(
            38,
            "parent-size-differs",
            message,
            "the child's size counts; behind the parent's end is zero",
        );
    }
    if parent.form == DiskForm::Raw {
        report.note(
            38,
            "parent-raw",
            format!("the parent {} is a raw image", path.display()),
            "read as the disk asks",
        );
    }
}
