//! Pack: a disk in, a `.medv` out, in one forward pass.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;

use medv_format::Limits;
use medv_format::digest::Digest;

use crate::disk::Disk;
use crate::{Error, Monitor, Result};

/// How to pack.
#[derive(Clone, Debug)]
pub struct PackOptions {
    /// Zstandard level, 1 to 22.
    pub level: i32,
    /// Disk bytes in a data frame: a power of two from 64 KiB to 8 MiB.
    pub chunk_size: u32,
    /// Worker threads; `None` for one a core.
    pub threads: Option<NonZeroUsize>,
    /// Treat the free space of volumes as zero.
    pub trim: bool,
    /// What the disk may ask of us.
    pub limits: Limits,
}

/// What packing did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackReport {
    /// Size of the disk in bytes.
    pub virtual_size: u64,
    /// Bytes of disk in data frames.
    pub data_bytes: u64,
    /// Bytes of disk in zero runs, trimmed ones aside.
    pub zero_bytes: u64,
    /// Bytes of disk left out because a volume calls them free.
    pub trimmed_bytes: u64,
    /// Bytes of `.medv` written.
    pub output_bytes: u64,
    /// Frames that hold disk bytes.
    pub frames: u64,
    /// The name of the disk's content.
    pub image_digest: Digest,
}

/// Packs `disk` into `out`, front to back; a pipe will do.
///
/// # Errors
/// Usage for options out of range; whatever reading the disk and writing to `out` answer.
pub fn pack(
    disk: &dyn Disk,
    out: &mut (dyn Write + Send),
    options: &PackOptions,
    monitor: &dyn Monitor,
) -> Result<PackReport> {
    let _ = (disk, out, options, monitor);
    Err(Error::usage("unbuilt"))
}

/// Packs `disk` into the file `path`, which appears only when it is whole. With `replace` an existing file is replaced.
///
/// # Errors
/// As [`pack`]; usage if `path` exists and may not be replaced.
pub fn pack_to_file(
    disk: &dyn Disk,
    path: &Path,
    replace: bool,
    options: &PackOptions,
    monitor: &dyn Monitor,
) -> Result<PackReport> {
    let _ = (disk, path, replace, options, monitor);
    Err(Error::usage("unbuilt"))
}
