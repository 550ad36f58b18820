//! What is odd about a VHD as a file among files: where it lies, and who would take it.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use medv_format::vhd::{DiskType, DynamicHeader, Footer, Timestamp};

use super::finding::Report;

/// Records what Azure and Windows would say of the file at `path`.
pub(super) fn record(path: &Path, footer: &Footer, virtual_size: u64, report: &mut Report<'_>) {
    azure(footer, virtual_size, report);
    if let Ok(metadata) = fs::metadata(path) {
        attributes(&metadata, report);
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_secs());
    if footer.timestamp.unix_seconds() > now {
        let message =
            format!("the disk was created in the future, {} seconds after 2000", footer.timestamp.0);
        report.note(10, "timestamp-in-future", message, "ignored");
    }
}

fn azure(footer: &Footer, virtual_size: u64, report: &mut Report<'_>) {
    let whole_mib = virtual_size.is_multiple_of(1 << 20);
    if footer.disk_type == DiskType::Fixed && whole_mib {
        return;
    }
    let why = if whole_mib {
        format!("it is {}", footer.disk_type)
    } else {
        format!("{virtual_size} bytes are no whole MiB")
    };
    report.note(
        15,
        "not-for-azure",
        format!("Azure would refuse this disk: {why}"),
        "read; matters only for an upload there",
    );
}

#[cfg(unix)]
fn attributes(metadata: &fs::Metadata, report: &mut Report<'_>) {
    use std::os::unix::fs::MetadataExt;
    if metadata.blocks() * 512 < metadata.len() {
        let message = "the file has holes; if it keeps them on Windows, that will not attach it";
        report.note(40, "file-sparse", message, "read; the holes cost nothing");
    }
}

#[cfg(windows)]
fn attributes(metadata: &fs::Metadata, report: &mut Report<'_>) {
    use std::os::windows::fs::MetadataExt;
    const KINDS: [(u32, &str, &str); 3] = [
        (0x200, "file-sparse", "sparse"),
        (0x800, "file-compressed", "compressed"),
        (0x4000, "file-encrypted", "encrypted"),
    ];
    for (bit, code, kind) in KINDS {
        if metadata.file_attributes() & bit != 0 {
            let message = format!("the file is {kind}, and Windows will not attach it");
            report.note(40, code, message, "read");
        }
    }
}

/// Records whether the parent's file was changed at another time than the child remembers.
pub(super) fn parent_time(header: &DynamicHeader, parent: &Path, report: &mut Report<'_>) {
    let changed = fs::metadata(parent).and_then(|metadata| metadata.modified()).ok();
    let Some(since) = changed.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok()) else {
        return;
    };
    let found = Timestamp::from_unix_seconds(since.as_secs());
    if found != header.parent_timestamp {
        let message = format!(
            "the parent {} was changed {} seconds after 2000, expected {}",
            parent.display(),
            found.0,
            header.parent_timestamp.0
        );
        report.note(37, "parent-time", message, "ignored, as copying changes it; the UUID matches");
    }
}
