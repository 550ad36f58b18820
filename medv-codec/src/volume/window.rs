//! One volume of a disk, read by its own offsets; nothing outside of it can be reached.

use medv_format::DiskOffset;

use crate::disk::Disk;
use crate::{Error, Monitor};

/// Bytes to read at a time where a table is long: enough that a read's cost is its bytes.
pub(super) const STRIDE: usize = 1 << 20;

/// Why a volume is not trimmed.
pub(super) enum Stop {
    /// The volume gives this reason for doubt; other volumes go on.
    Refused(String),
    /// The disk could not be read, or the caller asked to stop: nothing goes on.
    Failed(Error),
}

/// What a structure says that breaks its own rules is a reason to leave its volume alone.
impl From<medv_format::Error> for Stop {
    fn from(error: medv_format::Error) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<&str> for Stop {
    fn from(reason: &str) -> Self {
        Self::Refused(reason.to_owned())
    }
}

/// `length` bytes of `disk` from `start`.
pub(super) struct Window<'a> {
    pub(super) disk: &'a dyn Disk,
    pub(super) monitor: &'a dyn Monitor,
    pub(super) start: u64,
    pub(super) length: u64,
}

impl Window<'_> {
    /// Fills `buf` from `offset`. Refuses the volume if that leaves it: only a broken one asks for that.
    pub(super) fn read(&self, offset: u64, buf: &mut [u8]) -> Result<(), Stop> {
        if self.monitor.cancelled() {
            return Err(Stop::Failed(Error::cancelled()));
        }
        let bytes = u64::try_from(buf.len()).unwrap_or(u64::MAX);
        let inside = offset.checked_add(bytes).is_some_and(|end| end <= self.length);
        let at = self.start.checked_add(offset).filter(|_| inside);
        let Some(at) = at else {
            let volume = self.length;
            return Err(Stop::Refused(format!(
                "it refers to byte {offset} of itself, but is {volume} bytes long"
            )));
        };
        self.disk.read_at(DiskOffset::new(at), buf).map_err(Stop::Failed)
    }

    /// A structure of `N` bytes at `offset`.
    pub(super) fn read_array<const N: usize>(&self, offset: u64) -> Result<[u8; N], Stop> {
        let mut bytes = [0; N];
        self.read(offset, &mut bytes)?;
        Ok(bytes)
    }

    /// Refuses a file system of `bytes` that does not fit its partition.
    pub(super) fn must_hold(&self, bytes: u64) -> Result<(), Stop> {
        if bytes <= self.length {
            return Ok(());
        }
        let found = format!("the file system says it has {bytes} bytes, its partition has {}", self.length);
        Err(Stop::Refused(found))
    }
}
