//! What is on the disk: as programs see it, and as it would be without power.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::{Call, Fault};

/// Number of a file, whatever it is called.
pub(super) type Content = usize;

/// A change of a file that the disk does not have for good yet.
#[derive(Clone)]
pub(super) enum Change {
    Length(u64),
    Bytes(u64, Vec<u8>),
}

/// A change of names that the disk does not have for good yet.
#[derive(Clone)]
pub(super) enum NameChange {
    Created(PathBuf, Content),
    Renamed(PathBuf, PathBuf, Content),
    Removed(PathBuf),
}

#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) names: BTreeMap<PathBuf, Content>,
    pub(super) durable_names: BTreeMap<PathBuf, Content>,
    pub(super) unsynced_names: Vec<NameChange>,
    pub(super) files: Vec<FileState>,
    pub(super) calls: Vec<Call>,
    pub(super) fault: Fault,
    pub(super) powerless: bool,
    /// Bytes written since the fault was set.
    pub(super) written: u64,
}

#[derive(Clone, Default)]
pub(super) struct FileState {
    pub(super) seen: Vec<u8>,
    pub(super) durable: Vec<u8>,
    pub(super) unsynced: Vec<Change>,
}

impl State {
    /// Notes a call, and answers whether it fails.
    pub(super) fn enter(&mut self, call: Call) -> io::Result<()> {
        let number = self.calls.len();
        let changes = call.changes();
        let written = if let Call::Write { len, .. } = call { len } else { 0 };
        self.calls.push(call);
        match self.fault {
            Fault::Once(at, kind) if number == at => Err(kind.into()),
            Fault::From(at, kind) if number == at || (number > at && changes) => Err(kind.into()),
            Fault::PowerCut(at) if number >= at => {
                self.powerless = true;
                Err(io::Error::other("the power is off"))
            }
            Fault::Room(room) if self.written + written > room => Err(io::ErrorKind::StorageFull.into()),
            _ => {
                self.written += written;
                Ok(())
            }
        }
    }

    pub(super) fn file(&mut self, content: Content) -> &mut FileState {
        &mut self.files[content]
    }

    pub(super) fn install(&mut self, path: PathBuf, bytes: Vec<u8>) {
        self.names.insert(path.clone(), self.files.len());
        self.durable_names.insert(path, self.files.len());
        self.files.push(FileState { seen: bytes.clone(), durable: bytes, unsynced: Vec::new() });
    }

    pub(super) fn create(&mut self, path: &Path) -> Content {
        let content = self.files.len();
        self.files.push(FileState::default());
        self.names.insert(path.to_owned(), content);
        self.unsynced_names.push(NameChange::Created(path.to_owned(), content));
        content
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let content = self.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        self.names.insert(to.to_owned(), content);
        self.unsynced_names.push(NameChange::Renamed(from.to_owned(), to.to_owned(), content));
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.names.remove(path).ok_or(io::ErrorKind::NotFound)?;
        self.unsynced_names.push(NameChange::Removed(path.to_owned()));
        Ok(())
    }

    pub(super) fn sync_names(&mut self) {
        self.durable_names = self.names.clone();
        self.unsynced_names.clear();
    }

    pub(super) fn read(&self, path: &Path) -> Option<Vec<u8>> {
        self.names.get(path).map(|content| self.files[*content].seen.clone())
    }
}

impl FileState {
    pub(super) fn change(&mut self, change: Change) {
        match &change {
            Change::Length(len) => self.seen.resize(usize::try_from(*len).expect("fits in memory"), 0),
            Change::Bytes(offset, bytes) => put(&mut self.seen, *offset, bytes),
        }
        self.unsynced.push(change);
    }

    pub(super) fn sync(&mut self) {
        for change in std::mem::take(&mut self.unsynced) {
            match change {
                Change::Length(len) => self.durable.resize(usize::try_from(len).expect("fits in memory"), 0),
                Change::Bytes(offset, bytes) => put(&mut self.durable, offset, &bytes),
            }
        }
    }

    pub(super) fn lose_unsynced(&mut self) {
        self.unsynced.clear();
    }
}

/// Puts `bytes` at `offset` of `file`, which grows as needed.
pub(super) fn put(file: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let start = usize::try_from(offset).expect("fits in memory");
    let end = start + bytes.len();
    file.resize(file.len().max(end), 0);
    file[start..end].copy_from_slice(bytes);
}
