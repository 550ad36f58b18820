//! Which disk a `.medv` was packed from, so that changing a setting does not pack the disk again.
//!
//! Remembered outside the package, for a package says nothing about the computer that it was built on.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use medv_codec::container::Container;
use medv_codec::{Error, Monitor, Result};
use serde::{Deserialize, Serialize};

use super::read_container;
use crate::definition::Definition;
use crate::paper::PackageFile;

/// A file that was changed so shortly before it was looked at may be changed again without its time telling.
const SETTLED_NANOSECONDS: u128 = 2_000_000_000;

/// What decides the bytes of a `.medv`, and where that is.
pub(super) struct Remembered {
    medv: PathBuf,
    made_of: MadeOf,
    looked_at: u128,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct MadeOf {
    medv_version: String,
    level: i32,
    trim: bool,
    /// The disk's file, and those of its parents.
    sources: Vec<State>,
}

/// What tells that a file is as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    path: PathBuf,
    len: u64,
    changed_at: u128,
}

#[derive(Serialize, Deserialize)]
struct Note {
    made_of: MadeOf,
    medv: State,
    index_digest: [u8; 32],
    sha256: [u8; 32],
}

impl Remembered {
    /// `chain` is the files that the disk is made of.
    pub(super) fn of(definition: &Definition, chain: &[PathBuf], medv: &Path) -> Result<Self> {
        let looked_at = since_epoch(SystemTime::now());
        let sources = chain.iter().map(|path| State::of(path)).collect::<Result<_>>()?;
        let made_of = MadeOf {
            medv_version: env!("CARGO_PKG_VERSION").to_owned(),
            level: definition.level,
            trim: definition.trim,
            sources,
        };
        let medv = std::path::absolute(medv).unwrap_or_else(|_| medv.to_owned());
        Ok(Self { medv, made_of, looked_at })
    }

    /// The `.medv` and its index, if it is of this disk as it is now.
    pub(super) fn recall(&self, cache: &Path) -> Option<(PackageFile, Container)> {
        let note: Note = serde_json::from_slice(&fs::read(self.place(cache)).ok()?).ok()?;
        let medv = State::of(&self.medv).ok()?;
        if note.made_of != self.made_of || note.medv != medv {
            return None;
        }
        let container = read_container(&self.medv).ok()?;
        let name = self.medv.file_name()?.to_string_lossy().into_owned();
        let is_same = container.trailer.index_digest.0 == note.index_digest;
        is_same.then_some((PackageFile { name, len: medv.len, sha256: note.sha256 }, container))
    }

    /// Notes what the `.medv` was made of. That it cannot be noted costs time, later, and nothing else.
    pub(super) fn remember(
        &self,
        cache: &Path,
        file: &PackageFile,
        container: &Container,
        monitor: &dyn Monitor,
    ) {
        let settled = |source: &State| source.changed_at + SETTLED_NANOSECONDS < self.looked_at;
        let unchanged = |source: &State| State::of(&source.path).is_ok_and(|now| now == *source);
        if !self.made_of.sources.iter().all(|source| settled(source) && unchanged(source)) {
            return;
        }
        if let Err(error) = self.note(cache, file, container) {
            monitor.warn(&format!("{error}; the next build will pack the disk again"));
        }
    }

    fn note(&self, cache: &Path, file: &PackageFile, container: &Container) -> Result<()> {
        let note = Note {
            made_of: self.made_of.clone(),
            medv: State::of(&self.medv)?,
            index_digest: container.trailer.index_digest.0,
            sha256: file.sha256,
        };
        let place = self.place(cache);
        let bytes = serde_json::to_vec_pretty(&note).unwrap_or_default();
        let written = fs::create_dir_all(cache).and_then(|()| fs::write(&place, bytes));
        written.map_err(|error| {
            Error::io("cannot remember what the .medv was packed from", error).in_file(place)
        })
    }

    /// One note for each `.medv`.
    fn place(&self, cache: &Path) -> PathBuf {
        let name = blake3::hash(self.medv.as_os_str().as_encoded_bytes());
        cache.join(format!("{}.json", &name.to_hex()[..32]))
    }
}

impl State {
    fn of(path: &Path) -> Result<Self> {
        let found = fs::metadata(path).map_err(|error| Error::io("cannot look at", error).in_file(path))?;
        let changed = found.modified().map_err(|error| Error::io("cannot look at", error).in_file(path))?;
        Ok(Self { path: path.to_owned(), len: found.len(), changed_at: since_epoch(changed) })
    }
}

fn since_epoch(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
}
