//! A target being built: under a temporary name, beside a journal of what is on disk for good, so that whatever
//! happens there is either no target, or one that can be gone on with, or the whole one.
//!
//! ```text
//! DISK.medv-journal   written first; gets a frame's record only after the frame's data was synced
//! DISK.medv-part      the target; becomes DISK when the journal says that it is finished
//! ```

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use medv_format::digest::Digest;
use medv_format::journal::{Journal, JournalHeader, JournalRecord};
use medv_format::{FileOffset, FrameIndex, Limits};

use crate::buffer::is_zero;
use crate::output::with_suffix;
use crate::shape::Ending;
use crate::storage::{Storage, StoredFile};
use crate::{Error, ErrorKind, Result};

/// Bytes looked at a time where zeros should be.
const GAP_BUFFER: usize = 1 << 20;

/// Where to build, and what may be thrown away for it.
pub(crate) struct Place<'a> {
    pub(crate) storage: &'a dyn Storage,
    pub(crate) path: &'a Path,
    /// Where the journal stands, if not beside the target.
    pub(crate) journal: Option<&'a Path>,
    /// Whether `path` is a block device, which is written in place.
    pub(crate) is_device: bool,
    /// Bytes of target between two syncs.
    pub(crate) commit_every: u64,
    /// Time between two syncs, while something is written.
    pub(crate) commit_after: Duration,
    /// Bytes that must be free besides.
    pub(crate) keep_free: u64,
    /// Replace what stands at `path`; throw away what another `.medv` left unfinished.
    pub(crate) force: bool,
}

/// What stood at the place.
pub(crate) enum Opened<'a> {
    /// Nothing, or something unfinished that can be gone on with.
    ToBuild(Box<Target<'a>>),
    /// The whole target: the power went after it had got its name.
    Whole(Named<'a>),
}

/// A target that has its name, and still a journal.
pub(crate) struct Named<'a> {
    place: Place<'a>,
    journal: PathBuf,
    index_digest: Option<Digest>,
}

/// What is known of a frame before this run has done anything about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It has to be written.
    Missing,
    /// An earlier run of the same `.medv` has it on disk.
    Done,
    /// An earlier run has one like it on disk, but perhaps not of this `.medv`, and something else may have been
    /// written over it since: what stands there has to be compared.
    Claimed,
}

/// The target and its journal.
pub(crate) struct Target<'a> {
    place: Place<'a>,
    part: PathBuf,
    file: Box<dyn StoredFile>,
    journal: Mutex<JournalFile>,
    pending: Mutex<Pending>,
    done: HashMap<u32, u32>,
    /// Whether something of another `.medv` may have been written before.
    soiled: bool,
    /// Whether what the journal calls done is so: it is surely of the `.medv` at hand, or was read back.
    believed: bool,
    finished: bool,
}

struct JournalFile {
    path: PathBuf,
    file: Box<dyn StoredFile>,
    header: JournalHeader,
    len: u64,
    /// A sync failed. What it should have made durable may be lost although the next sync succeeds, so nothing more
    /// is journalled by this run.
    broken: bool,
}

/// Frames that are written, but perhaps not on disk yet.
#[derive(Default)]
struct Pending {
    records: Vec<JournalRecord>,
    bytes: u64,
    /// When the first of them was written.
    since: Option<Instant>,
}

impl<'a> Target<'a> {
    /// Looks at what stands at `place`, and starts or goes on with a target that is as `header` says.
    ///
    /// # Errors
    /// Usage if something stands there that may not be replaced, or something unfinished that is not of this `.medv`;
    /// I/O.
    pub(crate) fn open(place: Place<'a>, header: &JournalHeader, limits: &Limits) -> Result<Opened<'a>> {
        let Place { storage, path, is_device, force, .. } = place;
        let part = if is_device { path.to_owned() } else { with_suffix(path, ".medv-part") };
        let journal_path = place.journal.map_or_else(|| with_suffix(path, ".medv-journal"), Path::to_owned);
        let exists = |path: &Path| {
            storage.exists(path).map_err(|error| Error::io("cannot look for", error).in_file(path))
        };

        let found = if exists(&journal_path)? { read_journal(storage, &journal_path, limits)? } else { None };
        let ours = match found {
            Some((journal, file)) if journal.header.fits(header) => Some((journal, file)),
            Some(_) if !force => {
                let message = "an unfinished target of another .medv, or of another form, stands here";
                let advice =
                    "give the same .medv and --format again to finish it, or --force to throw it away";
                return Err(Error::usage(message).in_file(&journal_path).advice(advice));
            }
            _ => None,
        };
        let part_exists = exists(&part)?;
        let target_exists = !is_device && exists(path)?;
        if let Some((journal, _)) = &ours
            && journal.finished
            && !part_exists
            && target_exists
            // A stream tells only at its end whether it is the same, and then it is too late to write it.
            && (header.index_digest.is_some() || !force)
        {
            let index_digest = journal.header.index_digest;
            return Ok(Opened::Whole(Named { place, journal: journal_path, index_digest }));
        }
        if target_exists && !force {
            return Err(exists_already(path));
        }
        if let Some((journal, journal_file)) = ours.filter(|_| part_exists) {
            let file = open(storage, &part, false)?;
            return Self::go_on(place, part, file, journal_path, journal_file, journal, header);
        }
        // Nothing to go on with. The journal comes first, so that a part without one can only be rubbish.
        if exists(&journal_path)? {
            remove(storage, &journal_path)?;
        }
        if part_exists && !is_device {
            // Its journal may stand elsewhere, and another process be writing it.
            drop(open(storage, &part, false)?);
            remove(storage, &part)?;
        }
        let journal = open(storage, &journal_path, true)?;
        let cannot = |path: &Path, error| Error::io("cannot write", error).in_file(path);
        journal
            .write_at(0, &header.to_bytes())
            .and_then(|()| journal.sync())
            .and_then(|()| storage.sync_folder_of(&journal_path))
            .map_err(|error| cannot(&journal_path, error))?;
        let file = open(storage, &part, !is_device)?;
        storage.sync_folder_of(&part).map_err(|error| cannot(&part, error))?;
        let journal = JournalFile {
            path: journal_path,
            file: journal,
            header: header.clone(),
            len: JournalHeader::SIZE as u64,
            broken: false,
        };
        Ok(Opened::ToBuild(Box::new(Self {
            place,
            part,
            file,
            journal: Mutex::new(journal),
            pending: Mutex::default(),
            done: HashMap::new(),
            soiled: false,
            believed: true,
            finished: false,
        })))
    }

    /// Goes on with what `journal` tells of.
    fn go_on(
        place: Place<'a>,
        part: PathBuf,
        file: Box<dyn StoredFile>,
        journal_path: PathBuf,
        journal_file: Box<dyn StoredFile>,
        journal: Journal,
        wanted: &JournalHeader,
    ) -> Result<Opened<'a>> {
        let mut header = journal.header;
        let trusted = header.index_digest.is_some() && header.index_digest == wanted.index_digest;
        if !trusted && header.index_digest.take().is_some() {
            // From here on the target may hold something of another `.medv`.
            let written = journal_file.write_at(0, &header.to_bytes()).and_then(|()| journal_file.sync());
            written.map_err(|error| Error::io("cannot write", error).in_file(&journal_path))?;
        }
        let journal_file = JournalFile {
            path: journal_path,
            file: journal_file,
            header,
            len: journal.valid_len,
            broken: false,
        };
        let done = journal.done.iter().map(|record| (record.frame, record.crc)).collect();
        let (journal_file, pending) = (Mutex::new(journal_file), Mutex::default());
        let finished = journal.finished && trusted;
        Ok(Opened::ToBuild(Box::new(Self {
            place,
            part,
            file,
            journal: journal_file,
            pending,
            done,
            soiled: !trusted,
            believed: trusted,
            finished,
        })))
    }

    /// The file to write to.
    pub(crate) fn file(&self) -> &dyn StoredFile {
        &*self.file
    }

    /// What is known of a frame whose compressed bytes have this CRC-32.
    pub(crate) fn standing(&self, frame: FrameIndex, crc: u32) -> Standing {
        match (self.is_done(frame, crc), self.believed) {
            (false, _) => Standing::Missing,
            (true, true) => Standing::Done,
            (true, false) => Standing::Claimed,
        }
    }

    /// Whether an earlier run has left something.
    pub(crate) fn is_resumed(&self) -> bool {
        self.soiled || self.finished || !self.done.is_empty()
    }

    /// Whether all is there but the name.
    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether something may stand where this `.medv` has zeros: then [`Target::finish`] must be told where that is.
    pub(crate) fn may_be_soiled(&self) -> bool {
        self.soiled
    }

    /// `true` if an earlier run has this frame on disk already.
    pub(crate) fn is_done(&self, frame: FrameIndex, crc: u32) -> bool {
        u32::try_from(frame.get()).is_ok_and(|frame| self.done.get(&frame) == Some(&crc))
    }

    /// All that the journal calls done was looked at. Forgets that `frames` were done, because they turned out not
    /// to be: the journal is written anew without them.
    pub(crate) fn forget(&mut self, frames: &[FrameIndex]) -> Result<()> {
        self.believed = true;
        if frames.is_empty() {
            return Ok(());
        }
        for frame in frames {
            self.done.retain(|done, _| u64::from(*done) != frame.get());
        }
        self.finished = false;
        let kept: Vec<_> =
            self.done.iter().map(|(frame, crc)| JournalRecord { frame: *frame, crc: *crc }).collect();
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        // Shortened first: between the two steps too little is done, never too much.
        journal.len = JournalHeader::SIZE as u64;
        let cut = journal.file.set_len(journal.len).and_then(|()| journal.file.sync());
        cut.map_err(|error| Error::io("cannot write", error).in_file(&journal.path))?;
        drop(journal);
        self.journal(&kept)
    }

    /// `Err` if there is no room for `missing` more bytes, before any of them is written.
    pub(crate) fn check_room(&self, missing: u64) -> Result<()> {
        let Some(free) = self.place.storage.free_space(&self.part).filter(|_| !self.place.is_device) else {
            return Ok(());
        };
        let missing = missing.saturating_add(self.place.keep_free);
        if missing <= free {
            return Ok(());
        }
        let message = format!("there is room for {free} bytes, and {missing} more are needed");
        Err(Error::new(ErrorKind::Io, message)
            .in_file(&self.part)
            .advice("make room, then give the same command again"))
    }

    /// Where the unfinished target stands.
    pub(crate) fn path(&self) -> &Path {
        &self.part
    }

    /// Writes `bytes` at `at`.
    pub(crate) fn write(&self, at: FileOffset, bytes: &[u8]) -> Result<()> {
        self.file.write_at(at.get(), bytes).map_err(|error| self.cannot_write(error).at(at))
    }

    /// All `bytes` of a frame have been written. Now and then this syncs and journals what has come together.
    pub(crate) fn written(&self, frame: FrameIndex, crc: u32, bytes: u64) -> Result<()> {
        let frame = u32::try_from(frame.get()).unwrap_or(u32::MAX - 1);
        let mut pending = self.lock_pending();
        pending.records.push(JournalRecord { frame, crc });
        pending.bytes += bytes;
        let waiting = pending.since.get_or_insert_with(Instant::now).elapsed();
        if pending.bytes < self.place.commit_every && waiting < self.place.commit_after {
            return Ok(());
        }
        let due = std::mem::take(&mut *pending);
        drop(pending);
        self.journal(&due.records)
    }

    /// Syncs and journals everything written so far.
    pub(crate) fn commit(&self) -> Result<()> {
        let due = std::mem::take(&mut *self.lock_pending());
        if due.records.is_empty() { Ok(()) } else { self.journal(&due.records) }
    }

    /// Syncs, then journals. One at a time: of two syncs of one file that fail, only one may hear of it.
    fn journal(&self, records: &[JournalRecord]) -> Result<()> {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        if journal.broken {
            return Err(self.cannot_write(std::io::Error::other("an earlier sync failed")));
        }
        if let Err(error) = self.file.sync() {
            journal.broken = true;
            return Err(self.cannot_write(error));
        }
        journal.append(records)
    }

    /// All frames are written, and this is what the index calls itself: adds what stands around them, and gives the
    /// target its name. `gaps` are the parts of the file that must be zero, if [`Target::may_be_soiled`].
    pub(crate) fn finish(
        self,
        ending: &Ending,
        file_len: u64,
        index_digest: Option<Digest>,
        gaps: &[Range<u64>],
    ) -> Result<()> {
        if !self.finished {
            self.commit()?;
            if !self.place.is_device {
                self.file.set_len(file_len).map_err(|error| self.cannot_write(error))?;
            }
            for gap in gaps {
                self.clean(gap.start..gap.end.min(file_len))?;
            }
            for part in [&ending.tables, &ending.footers] {
                for (at, bytes) in part {
                    self.write(*at, bytes)?;
                }
                self.file.sync().map_err(|error| self.cannot_write(error))?;
            }
            self.journal.lock().unwrap_or_else(PoisonError::into_inner).finish(index_digest)?;
        }
        let Self { place, part, file, journal, .. } = self;
        let journal_path = journal.into_inner().unwrap_or_else(PoisonError::into_inner).path;
        // Closed first: Windows neither moves nor removes open files.
        drop(file);
        if !place.is_device {
            let moved = place.storage.rename(&part, place.path);
            let moved = moved.and_then(|()| place.storage.sync_folder_of(place.path));
            moved.map_err(|error| Error::io("cannot give the disk its name", error).in_file(place.path))?;
        }
        remove(place.storage, &journal_path)
    }

    /// Throws the unfinished target away: what was written is not what was asked for.
    pub(crate) fn discard(self) -> Result<()> {
        let Self { place, part, file, journal, .. } = self;
        let journal_path = journal.into_inner().unwrap_or_else(PoisonError::into_inner).path;
        drop(file);
        if !place.is_device {
            remove(place.storage, &part)?;
        }
        remove(place.storage, &journal_path)
    }

    /// Makes this part of the file zero, without writing to holes.
    fn clean(&self, gap: Range<u64>) -> Result<()> {
        let mut bytes = vec![0; GAP_BUFFER];
        let mut at = gap.start;
        while at < gap.end {
            let bytes = &mut bytes[..(gap.end - at).min(GAP_BUFFER as u64) as usize];
            let cannot = |error| Error::io("cannot read back", error).in_file(&self.part);
            self.file.read_at(at, bytes).map_err(cannot)?;
            if !is_zero(bytes) {
                bytes.fill(0);
                self.write(FileOffset::new(at), bytes)?;
            }
            at += bytes.len() as u64;
        }
        Ok(())
    }

    fn lock_pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cannot_write(&self, error: std::io::Error) -> Error {
        let advice = match error.kind() {
            std::io::ErrorKind::StorageFull => "make room; the same command goes on where it stopped",
            _ => "the same command goes on where it stopped",
        };
        Error::io("cannot write the disk", error).in_file(&self.part).advice(advice)
    }
}

impl JournalFile {
    fn append(&mut self, records: &[JournalRecord]) -> Result<()> {
        let bytes: Vec<u8> = records.iter().flat_map(|record| record.to_bytes()).collect();
        self.write(self.len, &bytes)?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Says that the target is complete, and what it is a target of, which after a stream is only known now.
    fn finish(&mut self, index_digest: Option<Digest>) -> Result<()> {
        if self.header.index_digest != index_digest {
            self.header.index_digest = index_digest;
            self.write(0, &self.header.to_bytes())?;
        }
        self.append(&[JournalRecord::finished()])
    }

    fn write(&self, at: u64, bytes: &[u8]) -> Result<()> {
        let written = self.file.write_at(at, bytes).and_then(|()| self.file.sync());
        written.map_err(|error| Error::io("cannot write", error).in_file(&self.path))
    }
}

impl Named<'_> {
    /// Forgets the journal, if what has the name is the disk of the `.medv` whose index has this digest.
    pub(crate) fn confirm(self, index_digest: Digest) -> Result<()> {
        if self.index_digest != Some(index_digest) {
            return Err(exists_already(self.place.path));
        }
        remove(self.place.storage, &self.journal)
    }
}

fn exists_already(path: &Path) -> Error {
    Error::usage("it exists already")
        .in_file(path)
        .advice("give another name with -o, or --force to replace it once the new disk is whole")
}

/// The journal at `path`; `None` if it was never whole, so that nothing can have been built on it.
fn read_journal(
    storage: &dyn Storage,
    path: &Path,
    limits: &Limits,
) -> Result<Option<(Journal, Box<dyn StoredFile>)>> {
    let cannot = |error| Error::io("cannot read the journal", error).in_file(path);
    let file = open(storage, path, false)?;
    let len = limits.table("journal", file.len().map_err(cannot)?)?;
    let mut bytes = vec![0; len];
    file.read_at(0, &mut bytes).map_err(cannot)?;
    match Journal::from_bytes(&bytes, limits) {
        Ok(journal) => Ok(Some((journal, file))),
        Err(error) if error.kind() == medv_format::ErrorKind::Unsupported => {
            Err(Error::from(error).in_file(path))
        }
        Err(_) => Ok(None),
    }
}

fn open(storage: &dyn Storage, path: &Path, create: bool) -> Result<Box<dyn StoredFile>> {
    storage.open(path, create).map_err(|error| {
        let (message, advice) = match error.kind() {
            std::io::ErrorKind::ResourceBusy => ("it is in use", "wait for the other medv to end"),
            _ => ("cannot open for writing", "see that the folder exists and may be written to"),
        };
        Error::new(ErrorKind::Io, message).in_file(path).caused_by(error).advice(advice)
    })
}

fn remove(storage: &dyn Storage, path: &Path) -> Result<()> {
    let removed = storage.remove(path).and_then(|()| storage.sync_folder_of(path));
    removed.map_err(|error| Error::io("cannot remove", error).in_file(path))
}
