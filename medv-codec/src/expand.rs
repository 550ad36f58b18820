//! Expand.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use medv_format::Limits;
use medv_format::digest::Digest;

use crate::container::Input;
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

/// How to expand.
#[derive(Clone, Debug)]
pub struct ExpandOptions {
    /// The form to write.
    pub form: TargetForm,
    /// Worker threads; `None` for one a core.
    pub threads: Option<NonZeroUsize>,
    /// Replace an existing target; throw away an unfinished one that belongs to another `.medv`; of a damaged `.medv`
    /// write what can be read to a partial target beside the wanted one.
    pub force: bool,
    /// On resume, read back and hash what the journal calls done.
    pub recheck: bool,
    /// Where the journal stands; `None` for beside the target, which a block device needs to be told.
    pub journal: Option<PathBuf>,
    /// What the file may ask of us.
    pub limits: Limits,
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
    /// Bytes written to the target by this run.
    pub written_bytes: u64,
    /// Bytes read from the source by this run.
    pub read_bytes: u64,
    /// The name of the disk's content.
    pub image_digest: Digest,
}

/// Expands into the file or block device `target`.
pub fn expand(
    input: Input,
    target: &Path,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<ExpandReport> {
    let _ = (input, target, options, monitor);
    Err(Error::usage("unbuilt"))
}

/// Expands into a pipe: a fixed VHD or a raw image, front to back. What is written is checked frame by frame; only the
/// return value tells that all of it was right.
pub fn expand_to_writer(
    input: Input,
    out: &mut (dyn Write + Send),
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<ExpandReport> {
    let _ = (input, out, options, monitor);
    Err(Error::usage("unbuilt"))
}
