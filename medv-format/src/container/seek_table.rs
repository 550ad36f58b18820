//! The seek table of the zstd seekable format: for other people's readers. Ours only checks that it agrees with
//! the index.

use byteorder::{ByteOrder, LE};

use super::wrap;
use crate::{Error, FileOffset, Result};

/// A seek table being built: one entry for each frame of the file, skippable ones included.
#[derive(Default)]
pub struct SeekTable {
    entries: Vec<u8>,
    frames: u32,
}

const FRAME_MAGIC: u32 = 0x184D_2A5E;
const MAGIC: u32 = 0x8F92_EAB1;
/// Most frames that the seekable format allows.
const MAX_FRAMES: u32 = 0x0800_0000;

impl SeekTable {
    /// Bytes at the very end of the file from which the table's length follows.
    pub const FOOTER_SIZE: usize = 9;

    /// A table without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a frame of `compressed` bytes that holds `content` bytes (0 for a skippable frame).
    ///
    /// # Errors
    /// Limit past the 2^27 frames that the format allows.
    pub fn push(&mut self, compressed: u32, content: u32) -> Result<()> {
        if self.frames == MAX_FRAMES {
            return Err(
                Error::limit("frames in a seek table", "more", MAX_FRAMES).advice("use larger chunks")
            );
        }
        self.frames = self.frames.saturating_add(1);
        self.entries.extend_from_slice(&compressed.to_le_bytes());
        self.entries.extend_from_slice(&content.to_le_bytes());
        Ok(())
    }

    /// Length in bytes of the table's frame with `frames` entries.
    pub fn frame_len(frames: u64) -> u64 {
        frames.saturating_mul(8).saturating_add(17)
    }

    /// The table as the skippable frame that ends a file.
    pub fn to_frame(&self) -> Vec<u8> {
        let mut content = self.entries.clone();
        content.extend_from_slice(&self.frames.to_le_bytes());
        content.push(0);
        content.extend_from_slice(&MAGIC.to_le_bytes());
        wrap(FRAME_MAGIC, &content)
    }

    /// Length in bytes of the whole table frame, from the last bytes of a file.
    ///
    /// # Errors
    /// Damaged if the file does not end like a seekable Zstandard file without checksums in its table.
    pub fn len_from_footer(footer: &[u8; Self::FOOTER_SIZE]) -> Result<u64> {
        let (frames, descriptor, magic) = (LE::read_u32(footer), footer[4], LE::read_u32(&footer[5..]));
        if magic != MAGIC || descriptor != 0 || frames > MAX_FRAMES {
            let found = format_args!("{footer:02x?}").to_string();
            return Err(Error::damaged("end of the file", found, "the end of a seek table")
                .at(FileOffset::ZERO)
                .advice("the file is cut off or damaged, or is not a .medv; fetch it again"));
        }
        Ok(Self::frame_len(u64::from(frames)))
    }
}
