//! A virtual disk to read from, whatever form its file has.

use std::ops::Range;

use medv_format::DiskOffset;

use crate::Result;

mod bitmap_cache;
mod block_file;
mod block_places;
mod chain;
mod detect;
mod differencing;
mod dynamic;
mod examine;
mod finding;
mod fixed;
mod footer_findings;
mod header_findings;
mod holes;
mod open;
mod options;
mod parent;
mod parent_path;
mod positional;
mod raw;

pub use examine::{Examination, examine};
pub use finding::{Finding, Severity};
pub use open::{DiskForm, OpenedDisk, Sizes, open};
pub use options::{Assume, BitmapPolicy, FooterChoice, OpenOptions};

/// A virtual disk. Two questions: where may there be data, and what is it.
pub trait Disk: Send + Sync {
    /// Size of the disk in bytes, as its source states it; not always a multiple of 512.
    fn virtual_size(&self) -> u64;

    /// The next extent at or after `from` that may hold anything but zeros, as the disk's tables and the file
    /// system's holes tell; `None` if there is none up to the end of the disk. What lies between extents reads
    /// as zeros and need not be read. Asking costs no data reads.
    fn next_extent(&self, from: DiskOffset) -> Result<Option<Range<DiskOffset>>>;

    /// Fills `buf` from `offset`. The range must lie within [`Disk::virtual_size`].
    fn read_at(&self, offset: DiskOffset, buf: &mut [u8]) -> Result<()>;
}
