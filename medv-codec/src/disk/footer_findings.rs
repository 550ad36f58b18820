//! What is odd about a footer that could be read.

use std::path::Path;

use medv_format::vhd::{DiskType, Footer, Geometry, LARGEST_DISK, NO_OFFSET, SizeRule};
use medv_format::{FileOffset, SECTOR};

use super::finding::Report;
use super::options::OpenOptions;
use crate::{Error, ErrorKind, Result};

/// Refuses the disk of a suspended machine unless allowed; records the rest.
pub(super) fn check(
    footer: &Footer,
    path: &Path,
    options: &OpenOptions,
    report: &mut Report<'_>,
) -> Result<()> {
    saved_state(footer, options, report)?;
    small_fields(footer, report);
    sizes(footer, options, report);
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if matches!(extension.to_ascii_lowercase().as_str(), "vud" | "avhd") {
        let message = format!("the name ends in .{extension}: an undo disk or a snapshot");
        report.note(38, "snapshot-name", message, "read as the VHD that it is");
    }
    Ok(())
}

fn saved_state(footer: &Footer, options: &OpenOptions, report: &mut Report<'_>) -> Result<()> {
    if !footer.saved_state {
        return Ok(());
    }
    let message = "the disk belongs to a suspended machine: found saved state 1, expected 0";
    if options.allow_saved_state {
        report.warn(
            9,
            "saved-state",
            message,
            "read as asked; the machine's memory is elsewhere and will be lost",
        );
        return Ok(());
    }
    let error = Error::new(ErrorKind::Unsupported, message)
        .at(FileOffset::new(84))
        .advice("start the machine and shut it down, then try again");
    Err(report.refuse(9, "saved-state", error))
}

fn small_fields(footer: &Footer, report: &mut Report<'_>) {
    if footer.has_old_blktap_checksum() {
        let message = "the footer's checksum leaves out the hidden byte, as old blktap writes it";
        report.note(3, "footer-checksum-hidden", message, "accepted");
    }
    if footer.disk_type == DiskType::Fixed && footer.data_offset != NO_OFFSET {
        let message =
            format!("the data offset of a fixed disk is {:#x}, expected all ones", footer.data_offset);
        report.note(7, "fixed-data-offset", message, "ignored");
    }
    if footer.features & Footer::RESERVED_FEATURE == 0 {
        let message = format!("features are {:#x}, expected bit 1 to be set", footer.features);
        report.note(10, "features-reserved-bit", message, "ignored");
    }
    if footer.features & Footer::TEMPORARY != 0 {
        report.warn(10, "temporary", "the disk is marked as temporary", "read; other programs may delete it");
    }
    if footer.format_version != Footer::VERSION {
        let message = format!("format version is {:#010x}, expected 0x00010000", footer.format_version);
        report.note(10, "footer-minor-version", message, "ignored");
    }
    if footer.uuid.is_nil() {
        report.note(
            11,
            "uuid-nil",
            "the disk has no UUID",
            "read; as a parent it cannot be told from others",
        );
    }
    if footer.original_size != footer.current_size {
        let message =
            format!("original size is {}, current size {}", footer.original_size, footer.current_size);
        report.note(18, "resized", message, "the original size is ignored");
    }
}

fn sizes(footer: &Footer, options: &OpenOptions, report: &mut Report<'_>) {
    let (by_geometry, by_field) = (footer.geometry.total_bytes(), footer.current_size);
    let rule = options.size_rule.resolved(footer);
    let size = rule.virtual_size(footer);
    let saturated = footer.geometry.total_sectors() >= Geometry::MAX.total_sectors();
    if saturated && by_geometry != by_field {
        report.note(
            13,
            "geometry-at-maximum",
            format!("the geometry is at its maximum, {}", footer.geometry),
            "the current size counts",
        );
    } else if by_geometry != by_field {
        let message = format!(
            "two sizes: {by_geometry} bytes by the geometry {}, {by_field} by the current size; creator \"{}\"",
            footer.geometry, footer.creator_application
        );
        match rule {
            SizeRule::Geometry => report.warn(
                12,
                "two-sizes",
                message,
                "the geometry counts; other programs take the current size",
            ),
            _ => report.note(
                12,
                "two-sizes",
                message,
                "the current size counts; some older programs take the geometry",
            ),
        }
    }
    if size > LARGEST_DISK {
        let message =
            format!("the disk has {size} bytes, more than the {LARGEST_DISK} that other programs take");
        report.note(16, "over-2040-gib", message, "read");
    }
    if !size.is_multiple_of(SECTOR) {
        let message = format!("the size of {size} bytes is not a multiple of 512");
        report.note(17, "odd-size", message, "every byte is kept; qemu drops the last ones");
    }
}
