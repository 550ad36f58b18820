//! Is it a VHD, and which of its footers counts?
//!
//! A fixed VHD has nothing in front by which to know it, and its first bytes may be those of another VHD; so the
//! end of the file decides. Only a dynamic or differencing disk has a copy in front to fall back to.

use medv_format::vhd::{DiskType, DynamicHeader, Footer};
use medv_format::{ErrorKind as FormatErrorKind, FileOffset, SECTOR};

use super::finding::{Report, trap_of};
use super::options::{Assume, FooterChoice, OpenOptions};
use super::positional::DiskFile;
use crate::{Error, Result};

/// What a file turned out to be.
pub(super) enum Detected {
    /// No VHD: all its bytes are the disk's.
    Raw,
    /// A VHD.
    Vhd(Box<FoundFooter>),
}

/// The footer that counts.
pub(super) struct FoundFooter {
    pub(super) footer: Footer,
    /// Where the footer at the end begins, and so where blocks must have ended; the file's length if there is none.
    pub(super) end: u64,
    /// Whether a copy of the footer takes the first 512 bytes.
    pub(super) copy_in_front: bool,
}

/// What is at one of the places where a footer may be.
enum Candidate {
    /// No cookie.
    Nothing,
    /// A cookie, and then something wrong.
    Broken(medv_format::Error),
    Good(Box<Footer>),
}

impl Candidate {
    fn read(file: &DiskFile, offset: u64, len: usize) -> Result<Self> {
        let mut bytes = [0; Footer::SIZE];
        file.read_exact_at(FileOffset::new(offset), &mut bytes[..len])?;
        if bytes[..8] != Footer::COOKIE && bytes[..8] != Footer::POISON {
            return Ok(Self::Nothing);
        }
        Ok(match Footer::from_bytes(&bytes) {
            Ok(footer) => Self::Good(Box::new(footer)),
            Err(error) => Self::Broken(error.based_at(FileOffset::new(offset))),
        })
    }
}

/// Decides what the file is, and records what is odd about its footers.
pub(super) fn detect(file: &DiskFile, options: &OpenOptions, report: &mut Report<'_>) -> Result<Detected> {
    if options.assume == Assume::Raw {
        return Ok(Detected::Raw);
    }
    let front =
        if file.len() < SECTOR { Candidate::Nothing } else { Candidate::read(file, 0, Footer::SIZE)? };
    let (end, end_offset) = at_end(file, report)?;
    match (end, front) {
        (Candidate::Good(end), front) => both(end, front, end_offset, options, report),
        (Candidate::Broken(error), front) => {
            // A poisoned or dead kind of disk stays what it is, whatever the copy says.
            let copy = (error.kind() == FormatErrorKind::Damaged).then(|| usable_copy(file, front)).flatten();
            let (trap, code) = trap_of(&error);
            match copy {
                Some(footer) => {
                    report.warn(2, "end-footer-broken", error.to_string(), "the copy in front is used");
                    Ok(found(footer, end_offset, true))
                }
                None => Err(report.refuse(trap, code, with_raw_advice(error.into()))),
            }
        }
        (Candidate::Nothing, Candidate::Nothing) => without_footer(file, options, report),
        (Candidate::Nothing, front) => front_only(file, front, report),
    }
}

fn found(footer: Footer, end: u64, copy_in_front: bool) -> Detected {
    Detected::Vhd(Box::new(FoundFooter { footer, end, copy_in_front }))
}

/// The candidate at the end, and where it begins. Some writers leave off the footer's last byte, which is zero.
fn at_end(file: &DiskFile, report: &mut Report<'_>) -> Result<(Candidate, u64)> {
    let Some(offset) = file.len().checked_sub(SECTOR) else { return Ok((Candidate::Nothing, file.len())) };
    let whole = Candidate::read(file, offset, Footer::SIZE)?;
    if !matches!(whole, Candidate::Nothing) {
        return Ok((whole, offset));
    }
    if file.len() % SECTOR == SECTOR - 1 {
        let short = Candidate::read(file, offset + 1, Footer::SIZE - 1)?;
        if !matches!(short, Candidate::Nothing) {
            let message = format!("the footer is 511 bytes long, expected 512, at byte {}", offset + 1);
            report.note(1, "footer-511", message, "read as if its last byte were zero");
            return Ok((short, offset + 1));
        }
    }
    Ok((Candidate::Nothing, file.len()))
}

/// A good footer at the end: compare it with what is in front.
fn both(
    end: Box<Footer>,
    front: Candidate,
    end_offset: u64,
    options: &OpenOptions,
    report: &mut Report<'_>,
) -> Result<Detected> {
    if end.disk_type == DiskType::Fixed {
        if !matches!(front, Candidate::Nothing) {
            let message =
                "the disk's first bytes are a VHD footer, though its own footer says that it is fixed";
            report.warn(6, "nested-vhd", message, "read as a fixed disk; qemu reads the VHD inside");
        }
        return Ok(found(*end, end_offset, false));
    }
    let end_counts = |end: Box<Footer>| Ok(found(*end, end_offset, true));
    let front = match front {
        Candidate::Good(front) => front,
        Candidate::Broken(error) => {
            report.warn(2, "front-footer-broken", error.to_string(), "the footer at the end is used");
            return end_counts(end);
        }
        Candidate::Nothing => {
            let message = "found no copy of the footer at byte 0, expected one";
            report.warn(
                2,
                "front-footer-missing",
                message,
                "the footer at the end is used; qemu refuses this disk",
            );
            return end_counts(end);
        }
    };
    if front == end {
        return end_counts(end);
    }
    let differences = differences(&end, &front);
    match (differences.is_empty(), options.footer) {
        (true, _) => {
            let message = "the footer and its copy differ in fields that do not matter for reading";
            report.warn(2, "footers-differ-slightly", message, "the footer at the end is used");
            end_counts(end)
        }
        (false, FooterChoice::End) => {
            report.warn(2, "footers-differ", differences, "the footer at the end is used, as asked");
            end_counts(end)
        }
        (false, FooterChoice::Front) => {
            report.warn(2, "footers-differ", differences, "the footer in front is used, as asked");
            end_counts(front)
        }
        (false, FooterChoice::Neither) => {
            let error = Error::damaged(differences)
                .at(FileOffset::new(end_offset))
                .advice("find out which one is right, then choose the footer at the end or the one in front");
            Err(report.refuse(2, "footers-differ", error))
        }
    }
}

/// What differs between two valid footers that changes what is read, in words; empty if nothing.
fn differences(end: &Footer, front: &Footer) -> String {
    let mut said = Vec::new();
    let mut compare = |what: &str, end: String, front: String| {
        if end != front {
            said.push(format!("{what}: found {end} at the end, {front} in front"));
        }
    };
    compare("disk type", end.disk_type.to_string(), front.disk_type.to_string());
    compare("size", end.current_size.to_string(), front.current_size.to_string());
    compare("geometry", end.geometry.to_string(), front.geometry.to_string());
    compare("creator", end.creator_application.to_string(), front.creator_application.to_string());
    compare("UUID", end.uuid.to_string(), front.uuid.to_string());
    compare("data offset", end.data_offset.to_string(), front.data_offset.to_string());
    compare("saved state", end.saved_state.to_string(), front.saved_state.to_string());
    if said.is_empty() { String::new() } else { format!("the two footers differ: {}", said.join("; ")) }
}

/// The copy in front, if it can stand for a lost footer: one of a disk that has copies, with its dynamic header.
fn usable_copy(file: &DiskFile, front: Candidate) -> Option<Footer> {
    let Candidate::Good(footer) = front else { return None };
    if footer.disk_type == DiskType::Fixed {
        return None;
    }
    let header = FileOffset::new(footer.data_offset);
    let header_end = footer.data_offset.checked_add(DynamicHeader::SIZE as u64)?;
    if header_end > file.len() {
        return None;
    }
    let bytes = file.read_array::<{ DynamicHeader::SIZE }>(header).ok()?;
    DynamicHeader::from_bytes(&bytes).is_ok().then_some(*footer)
}

/// Nothing at the end, something in front.
fn front_only(file: &DiskFile, front: Candidate, report: &mut Report<'_>) -> Result<Detected> {
    if let Candidate::Broken(error) = &front
        && error.kind() == FormatErrorKind::Unsupported
    {
        let (trap, code) = trap_of(error);
        return Err(report.refuse(trap, code, with_raw_advice(error.clone().into())));
    }
    if let Some(footer) = usable_copy(file, front) {
        let message = format!(
            "found no footer at the end of {} bytes, expected one: the file may be cut off",
            file.len()
        );
        report.warn(
            2,
            "end-footer-missing",
            message,
            "the copy in front is used, and every block must be there",
        );
        return Ok(found(footer, file.len(), true));
    }
    let message = "found \"conectix\" at the start but no footer at the end: a VHD that is cut off, or a raw image \
                   that begins with one";
    let error = Error::damaged(message).at(FileOffset::new(file.len().saturating_sub(SECTOR)));
    Err(report.refuse(5, "footer-only-in-front", with_raw_advice(error)))
}

/// No footer anywhere: raw, unless it must be a VHD or is a part of one.
fn without_footer(file: &DiskFile, options: &OpenOptions, report: &mut Report<'_>) -> Result<Detected> {
    if is_part_of_split_disk(file) {
        let error =
            Error::new(crate::ErrorKind::Unsupported, "this is one part of a VHD that was split into files")
                .advice(
                    "join the parts in order (disk.vhd, disk.v01, disk.v02, …) into one file, then open that",
                );
        return Err(report.refuse(39, "split-disk", error));
    }
    if options.assume == Assume::Vhd {
        let error = Error::damaged("found no VHD footer, neither at the end nor in front")
            .at(FileOffset::new(file.len().saturating_sub(SECTOR)));
        return Err(report.refuse(1, "footer-cookie", error));
    }
    Ok(Detected::Raw)
}

/// Whether the name says that this is one of the files of a split image (specification, "Splitting Hard Disk
/// Images"): `NAME.v01` to `NAME.v64`, or the `NAME.vhd` beside them.
pub(super) fn is_part_of_split_disk(file: &DiskFile) -> bool {
    let extension = file.path().extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_bytes() {
        [b'v', tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit() => true,
        b"vhd" => file.path().with_extension("v01").is_file(),
        _ => false,
    }
}

fn with_raw_advice(error: Error) -> Error {
    if error.advised().is_some() {
        return error;
    }
    error.advice("get a whole copy of the file; if it is a raw image after all, say so")
}
