//! The `.medv` container, as `spec/medv-format.md` has it: a seekable Zstandard file whose content is the fixed
//! VHD of the disk.
//!
//! ```text
//! skippable  header      what is known before the first byte of disk is read
//! frames     0..n        the disk, in disk order: data frames and zero runs
//! frame      n           the 512-byte footer of the fixed VHD
//! skippable  index       kind, lengths, CRC-32 and digest of every frame; what else the source's form needs
//! skippable  trailer     where the index is, its digest, the image digest
//! skippable  seek table  as the zstd seekable format has it
//! ```

mod header;
mod index;
mod seek_table;
mod skippable;
mod splitter;
mod trailer;
mod zero_frame;

pub use header::{Header, SourceForm};
pub use index::{Attachment, Entry, Frame, FrameKind, Frames, Index};
pub use seek_table::SeekTable;
pub use skippable::{MAGIC as SKIPPABLE_MAGIC, OVERHEAD as SKIPPABLE_OVERHEAD, unwrap, wrap};
pub use splitter::{FrameSplitter, Piece};
pub use trailer::Trailer;
pub use zero_frame::{ZeroFrames, zero_frame_len};

/// Smallest chunk size: one unit of the image digest.
pub const MIN_CHUNK: u32 = 64 * 1024;
/// Largest chunk size, so that no reader needs a window above 8 MiB.
pub const MAX_CHUNK: u32 = 8 * 1024 * 1024;
/// Most disk bytes in one zero run.
pub const MAX_ZERO_RUN: u32 = 1 << 30;
/// Magic number of a Zstandard frame, as the first four bytes of the frame in little endian.
pub const ZSTD_MAGIC: u32 = 0xFD2F_B528;

/// Most bytes that a frame of `content` bytes may take: what zstd itself promises (`ZSTD_COMPRESSBOUND`).
pub fn frame_bound(content: u32) -> u64 {
    let content = u64::from(content);
    let small = 128u64.saturating_mul(1024).saturating_sub(content) >> 11;
    content.saturating_add(content >> 8).saturating_add(small)
}
