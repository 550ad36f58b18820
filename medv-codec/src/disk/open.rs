//! Opens a disk: finds out what it is, checks it, and puts its chain together.

use std::fmt;
use std::path::{Path, PathBuf};

use medv_format::vhd::{DiskType, DynamicHeader, Footer, SizeRule};

use super::chain::Chain;
use super::detect::{Detected, FoundFooter, detect, is_part_of_split_disk};
use super::differencing::DifferencingDisk;
use super::dynamic::DynamicDisk;
use super::finding::{Finding, Report};
use super::options::OpenOptions;
use super::parent::{ParentSearch, paths_of};
use super::positional::DiskFile;
use super::raw::RawDisk;
use super::tables::{open_blocks, read_header};
use super::{Assume, Disk, fixed, footer_findings};
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

impl fmt::Display for DiskForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fixed => "fixed",
            Self::Dynamic => "dynamic",
            Self::Differencing => "differencing",
            Self::Raw => "raw",
        })
    }
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
/// # Errors Damaged: cut off, tables that contradict each other, a parent that is missing or is not the right
/// one. Unsupported: dead disk types, encrypted or split disks, a suspended machine's disk, parents outside
/// the allowed folders. Limit: larger, with larger tables, or with more parents than [`OpenOptions::limits`]
/// allows. I/O: a file cannot be opened or read. Usage: `path` is no file.
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
    let (link, chain) = open_chain(path, options, &mut findings)?;
    Ok(link.finish(chain, findings))
}

/// A disk whose form is still known to the compiler.
pub(super) enum Body {
    Fixed(RawDisk),
    Dynamic(DynamicDisk),
    Differencing(DifferencingDisk),
    Raw(RawDisk),
}

/// One opened file of a chain, with what lies below it.
pub(super) struct Link {
    pub(super) body: Body,
    pub(super) footer: Option<Footer>,
    pub(super) header: Option<DynamicHeader>,
    pub(super) sizes: Option<Sizes>,
}

impl Link {
    fn new(body: Body) -> Self {
        Self { body, footer: None, header: None, sizes: None }
    }

    fn form(&self) -> DiskForm {
        match self.body {
            Body::Fixed(_) => DiskForm::Fixed,
            Body::Dynamic(_) => DiskForm::Dynamic,
            Body::Differencing(_) => DiskForm::Differencing,
            Body::Raw(_) => DiskForm::Raw,
        }
    }

    pub(super) fn virtual_size(&self) -> u64 {
        match &self.body {
            Body::Fixed(disk) | Body::Raw(disk) => disk.virtual_size(),
            Body::Dynamic(disk) => disk.virtual_size(),
            Body::Differencing(disk) => disk.virtual_size(),
        }
    }

    fn into_disk(self) -> Box<dyn Disk> {
        match self.body {
            Body::Fixed(disk) | Body::Raw(disk) => Box::new(disk),
            Body::Dynamic(disk) => Box::new(disk),
            Body::Differencing(disk) => Box::new(disk),
        }
    }

    /// What callers get.
    pub(super) fn finish(mut self, chain: Vec<PathBuf>, findings: Vec<Finding>) -> OpenedDisk {
        let (form, sizes) = (self.form(), self.sizes);
        let (footer, dynamic_header) = (self.footer.take(), self.header.take());
        OpenedDisk { disk: self.into_disk(), form, footer, dynamic_header, sizes, chain, findings }
    }
}

/// Opens the disk and says what files it is made of. The findings survive an error, and say why it is refused.
pub(super) fn open_chain(
    path: &Path,
    options: &OpenOptions,
    findings: &mut Vec<Finding>,
) -> Result<(Link, Vec<PathBuf>)> {
    let mut chain = Chain::new();
    let link = open_link(path, options, &mut chain, &mut Report::new(path, findings))?;
    Ok((link, chain.into_files()))
}

/// Opens one file of a chain and, through it, the ones below.
fn open_link(path: &Path, options: &OpenOptions, chain: &mut Chain, report: &mut Report<'_>) -> Result<Link> {
    let file = DiskFile::open(path)?;
    let resolved = chain.add(path, options, report)?;
    let found = match detect(&file, options, report)? {
        Detected::Vhd(found) => found,
        Detected::Raw => {
            let size = file.len();
            options.limits.disk(size).map_err(|error| report.refuse(16, "virtual-size-limit", error))?;
            return Ok(Link::new(Body::Raw(RawDisk::new(file, size))));
        }
    };
    footer_findings::check(&found, path, options, report)?;
    let rule = options.size_rule.resolved(&found.footer);
    let virtual_size = rule.virtual_size(&found.footer);
    options.limits.disk(virtual_size).map_err(|error| report.refuse(16, "virtual-size-limit", error))?;
    let (by_geometry, by_field) = (found.footer.geometry.total_bytes(), found.footer.current_size);
    let sizes = Some(Sizes { by_geometry, by_field, rule });
    refuse_split(&file, &found, virtual_size, report)?;

    if found.footer.disk_type == DiskType::Fixed {
        let disk = fixed::open(file, &found.footer, virtual_size, found.end, report)?;
        return Ok(Link { body: Body::Fixed(disk), footer: Some(found.footer), header: None, sizes });
    }
    let header = read_header(&file, &found.footer, options, report)?;
    let paths = match found.footer.disk_type {
        DiskType::Differencing => Some(paths_of(&file, &header, report)?),
        DiskType::Fixed | DiskType::Dynamic => None,
    };
    let blocks = open_blocks(file, &found, &header, virtual_size, options, report)?;
    let body = match paths {
        None => Body::Dynamic(DynamicDisk::new(blocks, options.bitmaps)),
        Some(paths) => {
            let search = ParentSearch::new(&resolved, header.parent_uuid, options);
            let parent_path = search.find(&paths, report)?;
            let parent = open_parent(&parent_path, rule, options, chain, &mut report.about(&parent_path))?;
            note_parent(&parent, &parent_path, virtual_size, report);
            Body::Differencing(DifferencingDisk::new(blocks, parent.into_disk()))
        }
    };
    Ok(Link { body, footer: Some(found.footer), header: Some(header), sizes })
}

/// A parent is a VHD or not whatever the child was said to be, but its size counts as the child's does: what
/// the child's program saw of it must not be cut off.
fn open_parent(
    path: &Path,
    child_rule: SizeRule,
    options: &OpenOptions,
    chain: &mut Chain,
    report: &mut Report<'_>,
) -> Result<Link> {
    let options = OpenOptions { assume: Assume::Detect, size_rule: child_rule, ..options.clone() };
    open_link(path, &options, chain, report)
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

fn note_parent(parent: &Link, path: &Path, virtual_size: u64, report: &mut Report<'_>) {
    let parent_size = parent.virtual_size();
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
    if matches!(parent.body, Body::Raw(_)) {
        report.note(
            38,
            "parent-raw",
            format!("the parent {} is a raw image", path.display()),
            "read as the disk asks",
        );
    }
}
