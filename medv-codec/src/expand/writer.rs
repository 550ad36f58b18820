//! Frames turned into parts of the target, by one thread.

use std::sync::atomic::Ordering;

use medv_format::FileOffset;
use medv_format::container::ZeroFrames;
use medv_format::digest::{Digest, subtree};
use medv_format::journal::JournalForm;
use medv_format::vhd::SectorBitmap;

use super::work::Work;
use crate::Result;
use crate::buffer::PageBuffer;
use crate::decode::FrameDecoder;
use crate::shape::{HEADROOM, Piece};

/// What one thread needs to turn frames into parts of the target.
pub(super) struct FrameWriter<'a> {
    work: &'a Work<'a>,
    decoder: FrameDecoder,
    pub(super) zero_frames: ZeroFrames,
    /// A page that ends with a block's bitmap, then the frame's content.
    buffer: PageBuffer,
    bitmap: Vec<u8>,
}

impl<'a> FrameWriter<'a> {
    /// A writer for `work` that decompresses with `decoder`.
    pub(super) fn new(work: &'a Work<'_>, decoder: FrameDecoder) -> Result<Self> {
        let bitmap = match work.form {
            JournalForm::Dynamic { block_size } => SectorBitmap::full(block_size).as_bytes().to_vec(),
            JournalForm::Fixed | JournalForm::Raw => Vec::new(),
        };
        let mut buffer = PageBuffer::new(HEADROOM + work.header.chunk_size as usize)?;
        if bitmap.len() <= HEADROOM {
            buffer[HEADROOM - bitmap.len()..HEADROOM].copy_from_slice(&bitmap);
        }
        Ok(Self { work, decoder, zero_frames: ZeroFrames::new(), buffer, bitmap })
    }

    /// Decompresses a data frame and answers the digest of its content.
    pub(super) fn decode(&mut self, bytes: &[u8], content_len: u32) -> Result<Digest> {
        let content = &mut self.buffer[HEADROOM..HEADROOM + content_len as usize];
        self.decoder.decode(bytes, content)?;
        Ok(subtree(content))
    }

    /// The first sector of the content.
    pub(super) fn sector(&self) -> [u8; 512] {
        let mut sector = [0; 512];
        sector.copy_from_slice(&self.buffer[HEADROOM..HEADROOM + 512]);
        sector
    }

    /// Makes the content zeros, as far as the buffer goes.
    pub(super) fn clear(&mut self) {
        self.buffer[HEADROOM..].fill(0);
    }

    /// Writes the content where it belongs, bitmaps included.
    pub(super) fn write(&self, pieces: &[Piece]) -> Result<()> {
        let target = &self.work.target;
        for Piece { content, at, bitmap } in pieces {
            let bytes = &self.buffer[HEADROOM + content.start..HEADROOM + content.end];
            match bitmap {
                Some(bitmap) if content.start == 0 && self.is_page_in_front(*bitmap, *at) => {
                    let from = FileOffset::new(at.get() - HEADROOM as u64);
                    target.write(from, &self.buffer[..HEADROOM + content.end])?;
                }
                Some(bitmap) => {
                    target.write(*bitmap, &self.bitmap)?;
                    target.write(*at, bytes)?;
                }
                None => target.write(*at, bytes)?,
            }
            self.work.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            self.work.monitor.wrote(bytes.len() as u64);
        }
        Ok(())
    }

    /// Whether the content, and the bitmaps that go with it, already stand where they belong.
    pub(super) fn is_there(&self, pieces: &[Piece]) -> bool {
        let file = self.work.target.file();
        let stands = |at: FileOffset, bytes: &[u8]| {
            let mut found = vec![0; bytes.len()];
            file.read_at(at.get(), &mut found).is_ok() && found == bytes
        };
        pieces.iter().all(|Piece { content, at, bitmap }| {
            bitmap.is_none_or(|bitmap| stands(bitmap, &self.bitmap))
                && stands(*at, &self.buffer[HEADROOM + content.start..HEADROOM + content.end])
        })
    }

    /// Whether the bitmap at `bitmap` ends where the data at `at` begins, in a page that belongs to the block alone.
    fn is_page_in_front(&self, bitmap: FileOffset, at: FileOffset) -> bool {
        let is_page =
            matches!(self.work.form, JournalForm::Dynamic { block_size } if block_size as usize >= HEADROOM);
        let len = self.bitmap.len();
        is_page
            && at.get().is_multiple_of(HEADROOM as u64)
            && len <= HEADROOM
            && at.since(bitmap) == len as u64
    }

    pub(super) fn write_zeros(&mut self, pieces: &[Piece]) -> Result<()> {
        self.clear();
        for Piece { content, at, .. } in pieces {
            let (mut at, mut left) = (*at, content.len());
            while left > 0 {
                let len = left.min(self.buffer.len() - HEADROOM);
                self.work.target.write(at, &self.buffer[HEADROOM..HEADROOM + len])?;
                at = at.saturating_add(len as u64);
                left -= len;
            }
            self.work.monitor.wrote(content.len() as u64);
        }
        Ok(())
    }
}
