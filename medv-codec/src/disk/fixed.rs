//! A fixed VHD: the disk's bytes, then the footer.

use medv_format::vhd::{Footer, SizeRule};

use super::finding::Report;
use super::positional::DiskFile;
use super::raw::RawDisk;
use crate::{Error, Result};

/// Opens the disk in front of the footer, where `payload` bytes are.
pub(super) fn open(
    file: DiskFile,
    footer: &Footer,
    virtual_size: u64,
    payload: u64,
    report: &mut Report<'_>,
) -> Result<RawDisk> {
    if virtual_size > payload {
        let message =
            format!("the disk is cut off: found {payload} bytes before the footer, expected {virtual_size}");
        let error = Error::damaged(message).at(medv_format::FileOffset::new(payload));
        let enough_by_other_rule = SizeRule::CurrentSize.virtual_size(footer) <= payload;
        let advice = if enough_by_other_rule {
            "its size field fits: ask for the current size instead of the geometry"
        } else {
            "get a whole copy of the file"
        };
        return Err(report.refuse(12, "fixed-disk-too-short", error.advice(advice)));
    }
    let spare = payload - virtual_size;
    if spare > 0 && virtual_size.div_ceil(512) * 512 != payload {
        let message = format!("found {spare} bytes between the disk's end and its footer, expected none");
        report.warn(
            12,
            "bytes-behind-disk",
            message,
            "left out, as they do not belong to the disk by its size",
        );
    }
    Ok(RawDisk::new(file, virtual_size))
}
