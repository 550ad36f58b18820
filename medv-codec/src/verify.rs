//! Verify.

use std::num::NonZeroUsize;

use medv_format::Limits;
use medv_format::digest::Digest;

use crate::container::Input;
use crate::{Error, Monitor, Result};

/// How deep to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Structure, and the CRC-32 of every frame: did this arrive whole?
    Quick,
    /// Every frame decompressed and hashed: is this the disk?
    Full,
}

/// What verifying found.
#[derive(Debug)]
pub struct VerifyReport {
    /// Size of the disk in bytes.
    pub virtual_size: u64,
    /// Frames looked at.
    pub frames: u64,
    /// Bytes of `.medv` read.
    pub read_bytes: u64,
    /// The name of the disk's content.
    pub image_digest: Digest,
    /// Damaged frames, the first hundred of them; empty if the file is good.
    pub damage: Vec<Error>,
    /// How many frames are damaged.
    pub damaged_frames: u64,
}

/// Verifies a `.medv`. Damage to single frames is in the report; damage that leaves nothing to go by is an error.
pub fn verify(
    input: Input,
    depth: Depth,
    threads: Option<NonZeroUsize>,
    limits: &Limits,
    monitor: &dyn Monitor,
) -> Result<VerifyReport> {
    let _ = (input, depth, threads, limits, monitor);
    Err(Error::usage("unbuilt"))
}
