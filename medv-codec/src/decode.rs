//! One frame, decompressed.

use zstd::bulk::Decompressor;
use zstd::zstd_safe::DParameter;

use crate::{Error, ErrorKind, Result};

/// Decompresses frames, one after the other, with one context.
pub struct FrameDecoder(Decompressor<'static>);

impl FrameDecoder {
    /// One that checks each frame's XXH64.
    ///
    /// # Errors
    /// I/O if there is no memory for it.
    pub fn new() -> Result<Self> {
        let new = Decompressor::new();
        Ok(Self(new.map_err(|error| Error::io("cannot set up the decompressor", error))?))
    }

    /// One that leaves XXH64 alone, for callers who check the content's digest: that costs 8 % of expanding less, and
    /// the digest finds whatever XXH64 would.
    ///
    /// # Errors
    /// I/O if there is no memory for it.
    pub fn for_digested_frames() -> Result<Self> {
        let mut decoder = Self::new()?;
        let ignore = decoder.0.set_parameter(DParameter::ForceIgnoreChecksum(true));
        ignore.map_err(|error| Error::io("cannot set up the decompressor", error))?;
        Ok(decoder)
    }

    /// Decompresses the frame in `bytes`, which must fill `content` exactly.
    ///
    /// # Errors
    /// Damaged if it does not.
    pub fn decode(&mut self, bytes: &[u8], content: &mut [u8]) -> Result<()> {
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
