//! What is odd about a disk, and what is done about it.

use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Read right; some other program may stumble over it.
    Note,
    /// Read in the most likely way, but another reading is possible, or something around the disk is broken.
    Warning,
    /// Not read, for a reason of this kind.
    Refused(ErrorKind),
}

/// One oddity of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Number of the oddity in our list of what VHDs get wrong; the test `trap_NN_…` is about it.
    pub trap: u8,
    /// Its name for programs, in words joined by hyphens. Never changes its meaning.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The file it is in, which may be a parent of the one that was opened.
    pub path: PathBuf,
    /// What was found, and what was expected.
    pub message: String,
    /// What we do about it, or what the user can do.
    pub action: String,
}

/// Collects findings about one file.
pub(super) struct Report<'a> {
    path: PathBuf,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Report<'a> {
    pub(super) fn new(path: &Path, findings: &'a mut Vec<Finding>) -> Self {
        Self { path: path.to_owned(), findings }
    }

    /// The same collection, for another file.
    pub(super) fn about(&mut self, path: &Path) -> Report<'_> {
        Report { path: path.to_owned(), findings: self.findings }
    }

    pub(super) fn note(&mut self, trap: u8, code: &'static str, message: impl Into<String>, action: &str) {
        self.push(trap, code, Severity::Note, message.into(), action);
    }

    pub(super) fn warn(&mut self, trap: u8, code: &'static str, message: impl Into<String>, action: &str) {
        self.push(trap, code, Severity::Warning, message.into(), action);
    }

    /// Records why the file is refused, and hands the error back with the file's name in it.
    pub(super) fn refuse(&mut self, trap: u8, code: &'static str, error: impl Into<Error>) -> Error {
        let error = error.into().in_file(&self.path);
        let mut message = error.message().to_owned();
        if let Some(offset) = error.offset() {
            message = format!("{message} at byte {offset}");
        }
        let action = error.advised().unwrap_or("refused").to_owned();
        self.push(trap, code, Severity::Refused(error.kind()), message, &action);
        error
    }

    fn push(&mut self, trap: u8, code: &'static str, severity: Severity, message: String, action: &str) {
        let (path, action) = (self.path.clone(), action.to_owned());
        self.findings.push(Finding { trap, code, severity, path, message, action });
    }
}

/// Which oddity it is when a footer or header does not parse.
pub(super) fn trap_of(error: &medv_format::Error) -> (u8, &'static str) {
    match error.what() {
        "footer cookie" if error.kind() == medv_format::ErrorKind::Unsupported => (4, "footer-poisoned"),
        "footer cookie" => (1, "footer-cookie"),
        "footer checksum" => (3, "footer-checksum"),
        "disk type" => (8, "disk-type"),
        "saved state" => (9, "saved-state-malformed"),
        "footer format version" => (10, "footer-version"),
        "dynamic header cookie" => (20, "dynamic-header-missing"),
        "dynamic header checksum" => (19, "dynamic-header-checksum"),
        "dynamic header version" => (19, "dynamic-header-version"),
        "block size" => (22, "block-size"),
        "batmap key hash" => (29, "encrypted"),
        "virtual size" => (16, "virtual-size-limit"),
        _ => (30, "table-limit"),
    }
}
