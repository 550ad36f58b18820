//! Expand: a `.medv` in, a disk out, straight to where it belongs.

mod footer;
mod from_source;
mod from_stream;
mod leftover;
mod recheck;
mod salvage;
mod target_len;
mod to_writer;
mod work;
mod writer;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use medv_format::Limits;
use medv_format::container::{Entry, FrameKind, Header, SourceForm};
use medv_format::digest::Digest;
use medv_format::journal::{JournalForm, JournalHeader};

pub use leftover::remove_if_useless;
pub use salvage::{SalvageReport, salvage};
pub use target_len::target_len;
pub use to_writer::expand_to_writer;

use crate::container::Input;
use crate::storage::{LocalStorage, Storage};
use crate::stream::FrameStream;
use crate::target::Place;
use crate::{Error, Monitor, Result};

/// The form of disk to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetForm {
    /// The form that the source had; a differencing disk becomes a dynamic one.
    Same,
    /// A dynamic VHD.
    Dynamic,
    /// A fixed VHD.
    Fixed,
    /// The bare disk: a file or a block device.
    Raw,
}

impl TargetForm {
    /// For who needs a VHD in any case: the form that the source had; a raw image becomes a dynamic VHD.
    pub fn vhd_of(source: &SourceForm) -> Self {
        match source {
            SourceForm::Raw => Self::Dynamic,
            _ => Self::Same,
        }
    }
}

/// How to expand.
#[derive(Clone, Debug)]
pub struct ExpandOptions {
    /// The form to write.
    pub form: TargetForm,
    /// Worker threads; `None` for two a core.
    pub threads: Option<NonZeroUsize>,
    /// Replace an existing target once the new one is whole; throw away an unfinished one of another `.medv`.
    pub force: bool,
    /// On resume, read back and hash what the journal calls done. From a stream that is done anyway, as only its end tells
    /// what it is.
    pub recheck: bool,
    /// Where the journal stands; `None` for beside the target.
    pub journal: Option<PathBuf>,
    /// Bytes of disk between two syncs of the target: so many are done again, at most, after a power cut.
    pub commit_every: u64,
    /// Time between two syncs while data arrives: a slow line needs hours for the bytes that a fast disk syncs at once.
    pub commit_after: Duration,
    /// Bytes that must be free besides what the target takes, or nothing is written.
    pub keep_free: u64,
    /// What the file may ask of us.
    pub limits: Limits,
}

impl Default for ExpandOptions {
    /// The source's form, two threads a core, nothing overwritten, a sync every 256 MiB or two seconds.
    fn default() -> Self {
        Self {
            form: TargetForm::Same,
            threads: None,
            force: false,
            recheck: false,
            journal: None,
            commit_every: 256 << 20,
            commit_after: Duration::from_secs(2),
            keep_free: 0,
            limits: Limits::default(),
        }
    }
}

/// What expanding did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpandReport {
    /// The form written, never [`TargetForm::Same`].
    pub form: TargetForm,
    /// Size of the disk in bytes.
    pub virtual_size: u64,
    /// Data frames in all.
    pub data_frames: u64,
    /// Data frames that an earlier, interrupted run had finished and this one did not write again.
    pub resumed_frames: u64,
    /// Bytes of frames written to the target by this run.
    pub written_bytes: u64,
    /// Bytes of frames read from the source by this run.
    pub read_bytes: u64,
    /// The name of the disk's content.
    pub image_digest: Digest,
}

/// Block size of a dynamic VHD whose source had none: what every tool writes.
const USUAL_BLOCK: u32 = 2 << 20;

/// Expands into the file or block device `target`. A file appears under its name only when it is whole; until then,
/// calling again goes on where the last call stopped.
///
/// # Errors
/// Usage if something stands there that may not be replaced; damaged, unsupported, limit as [`crate::container::Container::read`] and
/// where a frame is not what the index says; I/O; cancelled.
pub fn expand(
    input: Input,
    target: &Path,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<ExpandReport> {
    expand_on(&LocalStorage, input, target, options, monitor)
}

/// [`expand`] on a storage of the caller's.
///
/// # Errors
/// As [`expand`].
pub fn expand_on(
    storage: &dyn Storage,
    input: Input,
    target: &Path,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<ExpandReport> {
    let is_device = storage.is_device(target);
    if is_device && options.form != TargetForm::Raw {
        return Err(Error::usage("the target is a block device")
            .in_file(target)
            .advice("ask for it with --format raw: everything on the device will be overwritten"));
    }
    let ExpandOptions { force, commit_every, commit_after, keep_free, .. } = *options;
    let journal = options.journal.as_deref();
    let place =
        Place { storage, path: target, journal, is_device, commit_every, commit_after, keep_free, force };
    match input {
        Input::Random(source) => from_source::expand(&*source, place, options, monitor),
        Input::Stream { name, reader } => {
            from_stream::expand(FrameStream::new(reader, &name, &options.limits)?, place, options, monitor)
        }
    }
}

/// What the caller wants, in the journal's words.
fn journal_header(header: &Header, wanted: TargetForm, index_digest: Option<Digest>) -> JournalHeader {
    let form = match (wanted, header.form) {
        (TargetForm::Raw, _) | (TargetForm::Same, SourceForm::Raw) => JournalForm::Raw,
        (TargetForm::Fixed, _) | (TargetForm::Same, SourceForm::Fixed) => JournalForm::Fixed,
        (_, SourceForm::Dynamic { block_size } | SourceForm::Differencing { block_size }) => {
            JournalForm::Dynamic { block_size }
        }
        _ => JournalForm::Dynamic { block_size: USUAL_BLOCK },
    };
    JournalHeader { form, container: header.clone(), index_digest }
}

/// The journal's form in the caller's words.
fn form_of(form: JournalForm) -> TargetForm {
    match form {
        JournalForm::Fixed => TargetForm::Fixed,
        JournalForm::Dynamic { .. } => TargetForm::Dynamic,
        JournalForm::Raw => TargetForm::Raw,
    }
}

/// The report for a target that was whole before we came.
fn whole_already(wanted: &JournalHeader, entries: &[Entry], image_digest: Digest) -> ExpandReport {
    let data_frames = entries.iter().filter(|entry| entry.kind == FrameKind::Data).count() as u64;
    ExpandReport {
        form: form_of(wanted.form),
        virtual_size: wanted.container.virtual_size(),
        data_frames,
        resumed_frames: data_frames,
        written_bytes: 0,
        read_bytes: 0,
        image_digest,
    }
}
