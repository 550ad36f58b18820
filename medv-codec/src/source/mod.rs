//! Where the bytes of a `.medv` come from: a file, a web server, a pipe.

use std::io::Read;

use medv_format::FileOffset;

use crate::Result;

/// A `.medv` of known length with random access. Shared by several threads.
pub trait Source: Send + Sync {
    /// What to call it in messages: a path or a URL.
    fn name(&self) -> &str;

    /// Length in bytes.
    fn len(&self) -> u64;

    /// A reader over `len` bytes from `start`. Opening it may cost a request; reading it front to back must not
    /// cost further ones unless something fails. A source that notices that it changed underneath answers
    /// with an error that wraps a [`crate::Error`], never with a mixture.
    fn range(&self, start: FileOffset, len: u64) -> Result<Box<dyn Read + Send + '_>>;

    /// Bytes that one worker should ask for at a time: small where a request costs nothing, large where it
    /// is a round trip.
    fn stride(&self) -> u64;
}
