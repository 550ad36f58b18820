//! A closer look at a disk than opening it takes.

use std::path::Path;

use medv_format::DiskOffset;
use medv_format::vhd::SizeRule;

use super::finding::{Finding, Report, Severity};
use super::open::{Body, Link, OpenedDisk, open, open_chain};
use super::options::OpenOptions;
use super::{bitmap_check, host_findings};
use crate::{Error, ErrorKind, Result};

/// All that is odd about a disk.
pub struct Examination {
    /// What was found, in the order in which it was met.
    pub findings: Vec<Finding>,
    /// The disk, if it can be read.
    pub disk: Option<OpenedDisk>,
    /// Why it cannot be read, if so.
    pub refusal: Option<Error>,
}

impl Examination {
    /// The kind of the refusal, if the disk is refused.
    pub fn refused(&self) -> Option<ErrorKind> {
        self.findings.iter().find_map(|finding| match finding.severity {
            Severity::Refused(kind) => Some(kind),
            Severity::Note | Severity::Warning => None,
        })
    }
}

/// Opens the disk and looks for what only reading shows.
///
/// # Errors
/// I/O and usage only: whatever is wrong with the disk itself is a finding.
pub fn examine(path: &Path, options: &OpenOptions) -> Result<Examination> {
    let mut findings = Vec::new();
    match open_chain(path, options, &mut findings) {
        Ok((link, chain)) => {
            let mut report = Report::new(path, &mut findings);
            look_closer(path, &link, options, &mut report)?;
            if let (Some(header), Some(parent)) = (&link.header, chain.get(1)) {
                host_findings::parent_time(header, parent, &mut report);
            }
            let disk = link.finish(chain, findings.clone());
            Ok(Examination { findings, disk: Some(disk), refusal: None })
        }
        Err(error) if matches!(error.kind(), ErrorKind::Io | ErrorKind::Usage) => Err(error),
        Err(error) => Ok(Examination { findings, disk: None, refusal: Some(error) }),
    }
}

fn look_closer(path: &Path, link: &Link, options: &OpenOptions, report: &mut Report<'_>) -> Result<()> {
    let Some(footer) = &link.footer else { return Ok(()) };
    host_findings::record(path, footer, link.virtual_size(), report);
    if let Body::Dynamic(disk) = &link.body {
        bitmap_check::check(disk.blocks(), options.bitmaps, report)?;
    }
    match link.sizes {
        Some(sizes) if sizes.by_field > link.virtual_size() => {
            data_behind_end(path, link.virtual_size(), options, report)
        }
        _ => Ok(()),
    }
}

/// Whether the larger of the two sizes would show data that the smaller one hides.
fn data_behind_end(path: &Path, end: u64, options: &OpenOptions, report: &mut Report<'_>) -> Result<()> {
    let larger = OpenOptions { size_rule: SizeRule::CurrentSize, ..options.clone() };
    // A disk that cannot be opened so has no bytes there.
    let Ok(opened) = open(path, &larger) else { return Ok(()) };
    let mut from = DiskOffset::new(end);
    let mut buf = vec![0; 1 << 20];
    while let Some(extent) = opened.disk.next_extent(from)? {
        let mut at = extent.start;
        while at < extent.end {
            let len = usize::try_from(extent.end.since(at)).unwrap_or(usize::MAX).min(buf.len());
            opened.disk.read_at(at, &mut buf[..len])?;
            if let Some(within) = buf[..len].iter().position(|&byte| byte != 0) {
                let first = at.saturating_add(within as u64);
                let message =
                    format!("there is data behind the disk's end of {end} bytes, the first at byte {first}");
                let action = "left out, as the geometry counts; ask for the current size to keep it";
                report.warn(12, "data-behind-end", message, action);
                return Ok(());
            }
            at = at.saturating_add(len as u64);
        }
        from = extent.end;
    }
    Ok(())
}
