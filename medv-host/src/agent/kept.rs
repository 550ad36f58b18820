//! What is written down between runs of the agent: how far first time setup is, and with which disk.

use std::fs;
use std::io;
use std::path::Path;

use medv_codec::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::fts::Progress;
use crate::whole_file;
use crate::workspace::Workspace;

/// What is kept of a user's machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The digest of the master disk that the machine stands on.
    pub(super) image_digest: String,
    /// The guest's computer name; empty if it is not known yet.
    pub(super) machine: String,
    /// How far first time setup is.
    pub(super) progress: Progress,
}

impl Kept {
    /// Of a machine that is still to be made.
    pub(super) fn of(workspace: &Workspace) -> Self {
        Self {
            image_digest: workspace.image_digest.clone(),
            machine: String::new(),
            progress: Progress::new(),
        }
    }

    pub(super) fn read(path: &Path) -> Result<Option<Self>> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("cannot read", error).in_file(path)),
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| {
            Error::damaged(format!("this is not how far first time setup is: {error}"))
                .in_file(path)
                .advice("first time setup begins anew")
        })
    }

    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let text =
            serde_json::to_vec_pretty(self).map_err(|error| Error::io("cannot write", error.into()))?;
        whole_file::write(path, &text)
    }
}
