//! A volume of a disk, as the readers of file systems want it.

use std::error::Error;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use ext4_view::Ext4Read;
use medv_codec::disk::Disk;
use medv_format::DiskOffset;

/// The bytes of one volume, with a place to read on from.
pub struct Volume {
    disk: Arc<dyn Disk>,
    start: u64,
    len: u64,
    at: u64,
}

impl Volume {
    /// The bytes of `range`, as far as the disk has them.
    pub fn new(disk: Arc<dyn Disk>, range: Range<DiskOffset>) -> Self {
        let end = range.end.get().min(disk.virtual_size());
        let start = range.start.get().min(end);
        Self { disk, start, len: end - start, at: 0 }
    }

    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        let end = at.checked_add(buffer.len() as u64).filter(|end| *end <= self.len);
        if end.is_none() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the volume ends before that"));
        }
        self.disk.read_at(DiskOffset::new(self.start + at), buffer).map_err(io::Error::other)
    }
}

impl Read for Volume {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = (buffer.len() as u64).min(self.len.saturating_sub(self.at)) as usize;
        self.read_at(self.at, &mut buffer[..len])?;
        self.at += len as u64;
        Ok(len)
    }
}

impl Seek for Volume {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
        };
        self.at = to.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "before the volume"))?;
        Ok(self.at)
    }
}

impl Ext4Read for Volume {
    fn read(&mut self, at: u64, buffer: &mut [u8]) -> Result<(), Box<dyn Error + Send + Sync + 'static>> {
        Ok(self.read_at(at, buffer)?)
    }
}
