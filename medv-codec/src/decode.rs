//! One frame, decompressed.

use zstd::bulk::Decompressor;

use crate::{Error, ErrorKind, Result};

/// Decompresses frames, one after the other, with one context.
pub(crate) struct FrameDecoder(Decompressor<'static>);

impl FrameDecoder {
    pub(crate) fn new() -> Result<Self> {
        let new = Decompressor::new();
        Ok(Self(new.map_err(|error| Error::io("cannot set up the decompressor", error))?))
    }

    /// Decompresses the frame in `bytes`, which must fill `content` exactly. Zstandard checks its XXH64.
    pub(crate) fn decode(&mut self, bytes: &[u8], content: &mut [u8]) -> Result<()> {
        let len = self.0.decompress_to_buffer(bytes, content).map_err(|error| {
            Error::new(ErrorKind::Damaged, "the frame does not decompress")
                .caused_by(error)
                .advice("fetch the file again")
        })?;
        if len == content.len() {
            return Ok(());
        }
        let message = format!("the frame holds {len} bytes, {} were announced", content.len());
        Err(Error::damaged(message).advice("fetch the file again"))
    }
}
