//! The list of what was published. It is written before any file is, so that a file that it does not name was never ours.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use medv_protocol::AppId;
use serde::{Deserialize, Serialize};

use super::writer::Writer;

/// An entry of the menu that is ours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// The application that it starts.
    pub id: AppId,
    /// What it says. It stays, whatever the guest calls the application later.
    pub name: String,
    /// Its file.
    pub file: PathBuf,
}

/// The list, as it lies on the disk.
#[derive(Debug)]
pub(super) struct Record {
    path: PathBuf,
    /// None if there is no list, or none that can be read.
    entries: Option<Vec<Entry>>,
}

impl Record {
    /// Reads it.
    ///
    /// # Errors
    /// If there is one that cannot be opened.
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let entries = match fs::read(&path) {
            // What is no list says nothing; the marks in the entries say it.
            Ok(bytes) => serde_json::from_slice(&bytes).ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Self { path, entries })
    }

    pub(super) fn entries(&self) -> &[Entry] {
        self.entries.as_deref().unwrap_or_default()
    }

    /// Whether a file that says that it is ours is; without a list its word counts.
    pub(super) fn names(&self, file: &Path) -> bool {
        self.entries.as_ref().is_none_or(|entries| entries.iter().any(|entry| entry.file == file))
    }

    /// Writes another list, if it is another.
    ///
    /// # Errors
    /// If it cannot be written; the list is what it was then.
    pub(super) fn replace(&mut self, mut entries: Vec<Entry>, writer: &dyn Writer) -> io::Result<()> {
        entries.sort();
        if self.entries.as_ref() != Some(&entries) {
            writer.write(&self.path, &serde_json::to_vec_pretty(&entries)?)?;
            self.entries = Some(entries);
        }
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
