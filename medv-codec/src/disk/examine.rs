//! A closer look at a disk than opening it takes.

use std::path::Path;

use super::finding::{Finding, Severity};
use super::open::{OpenedDisk, open_recording};
use super::options::OpenOptions;
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
    match open_recording(path, options, &mut findings) {
        Ok(disk) => Ok(Examination { findings, disk: Some(disk), refusal: None }),
        Err(error) if matches!(error.kind(), ErrorKind::Io | ErrorKind::Usage) => Err(error),
        Err(error) => Ok(Examination { findings, disk: None, refusal: Some(error) }),
    }
}
