//! The disk inside a `.medv`, without expanding it.

use std::ops::Range;
use std::sync::Mutex;

use medv_format::DiskOffset;
use medv_format::container::{Frame, FrameKind, Index};

use crate::decode::FrameDecoder;
use crate::disk::Disk;
use crate::source::Source;
use crate::{Error, Result};

/// The disk inside a `.medv` with random access, decompressing the frames that are asked for. It keeps one frame, so
/// memory is that of the largest one. Made for a look at partition tables and the like, not for speed.
pub struct PackedDisk {
    source: Box<dyn Source>,
    frames: Vec<Frame>,
    size: u64,
    kept: Mutex<Option<(DiskOffset, Vec<u8>)>>,
}

impl PackedDisk {
    /// The disk that `index`, read from `source`, describes.
    pub fn new(source: Box<dyn Source>, index: &Index) -> Self {
        let frames = index.frames().filter(|frame| frame.entry.kind != FrameKind::Footer).collect();
        Self { source, frames, size: index.header.virtual_size(), kept: Mutex::new(None) }
    }

    fn frame_with(&self, offset: DiskOffset) -> Option<&Frame> {
        let behind = self.frames.partition_point(|frame| frame.disk <= offset);
        self.frames.get(behind.checked_sub(1)?)
    }

    fn decompress(&self, frame: &Frame) -> Result<Vec<u8>> {
        let mut packed = Vec::new();
        let len = u64::from(frame.entry.compressed_len);
        let mut reader = self.source.range(frame.file, len)?;
        reader.read_to_end(&mut packed).map_err(|error| Error::io("cannot read", error))?;
        if crc32fast::hash(&packed) != frame.entry.crc {
            return Err(Error::damaged("the frame's checksum is wrong").advice("fetch the file again"));
        }
        let mut content = vec![0; frame.entry.content_len as usize];
        FrameDecoder::new()?.decode(&packed, &mut content)?;
        Ok(content)
    }

    /// Fills as much of `buf` as the frame around `offset` has; answers how much that is.
    fn read_some(&self, offset: DiskOffset, buf: &mut [u8]) -> Result<usize> {
        let Some(frame) = self.frame_with(offset) else {
            return Err(Error::usage("a read behind the end of the disk"));
        };
        let skip = usize::try_from(offset.since(frame.disk)).unwrap_or(usize::MAX);
        let content_len = frame.entry.content_len as usize;
        let len = content_len.saturating_sub(skip).min(buf.len());
        if len == 0 {
            return Err(Error::usage("a read behind the end of the disk"));
        }
        if frame.entry.kind != FrameKind::Data {
            buf[..len].fill(0);
            return Ok(len);
        }
        // A thread that panicked while it held the lock left either no frame or a whole one.
        let mut kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let content = match kept.take() {
            Some((start, content)) if start == frame.disk => content,
            _ => self
                .decompress(frame)
                .map_err(|error| error.in_file(self.source.name()).at(frame.file).in_frame(frame.index))?,
        };
        buf[..len].copy_from_slice(&content[skip..skip + len]);
        *kept = Some((frame.disk, content));
        Ok(len)
    }
}

impl Disk for PackedDisk {
    fn virtual_size(&self) -> u64 {
        self.size
    }

    fn next_extent(&self, from: DiskOffset) -> Result<Option<Range<DiskOffset>>> {
        let ends_behind =
            |frame: &&Frame| frame.disk.saturating_add(u64::from(frame.entry.content_len)) > from;
        let data = self.frames.iter().filter(|frame| frame.entry.kind == FrameKind::Data).find(ends_behind);
        Ok(data
            .map(|frame| frame.disk.max(from)..frame.disk.saturating_add(u64::from(frame.entry.content_len))))
    }

    fn read_at(&self, offset: DiskOffset, buf: &mut [u8]) -> Result<()> {
        let mut done = 0;
        while done < buf.len() {
            done += self.read_some(offset.saturating_add(done as u64), &mut buf[done..])?;
        }
        Ok(())
    }
}
