//! The files that a differencing disk is made of: no cycles, no endless depth.

use std::fs;
use std::path::{Path, PathBuf};

use super::finding::Report;
use super::options::OpenOptions;
use crate::{Error, ErrorKind, Result};

/// The files opened so far, from the child down, their links resolved.
pub(super) struct Chain {
    files: Vec<PathBuf>,
}

impl Chain {
    pub(super) fn new() -> Self {
        Self { files: vec![] }
    }

    /// Adds `path`, which the last file asks for as its parent, and gives it back with links resolved.
    pub(super) fn add(
        &mut self,
        path: &Path,
        options: &OpenOptions,
        report: &mut Report<'_>,
    ) -> Result<PathBuf> {
        let resolved =
            fs::canonicalize(path).map_err(|error| Error::io("cannot open the disk", error).in_file(path))?;
        if self.files.contains(&resolved) {
            let message =
                format!("the chain of parents is a cycle: found {} a second time", resolved.display());
            let error = Error::damaged(message).advice("give the right parent with --parent PATH");
            return Err(report.refuse(37, "parent-cycle", error));
        }
        let most = options.limits.chain_depth;
        if self.files.len() >= most {
            let message = format!("the chain of parents is too long: allowed are {most} files");
            let error =
                Error::new(ErrorKind::Limit, message).advice("merge some of the disks into their parents");
            return Err(report.refuse(37, "parent-depth", error));
        }
        self.files.push(resolved.clone());
        Ok(resolved)
    }

    pub(super) fn into_files(self) -> Vec<PathBuf> {
        self.files
    }
}
