//! Where the bytes of a `.medv` come from: a file, a web server, a pipe.
//!
//! | kind | type | can be read | who reads it |
//! | --- | --- | --- | --- |
//! | file | [`FileSource`] | anywhere, at no cost | several workers, each its own short span |
//! | web server with ranges | [`HttpSource`] | anywhere, at the cost of a request | several workers, each one long span, so several connections |
//! | one-pass stream | any [`Read`]: a pipe, or [`HttpStream`] | once, front to back | one reader, which hands frames to the workers |
//!
//! The first two are a [`Source`]: the length is known, so the trailer and the index at the end are read first, and then frames in any order.
//! A stream has no `Source`: its frames are checked one by one as they pass, and the index when it comes, at the end.
//! Whether a web server has ranges is only known once it was asked, so [`HttpSource::open`] answers with
//! [`Opened`], which is one or the other.

mod file;
#[cfg(feature = "http")]
mod http;

use std::io::Read;
use std::sync::Arc;

use medv_format::FileOffset;

pub use file::FileSource;
#[cfg(feature = "http")]
pub use http::{HttpOptions, HttpSource, HttpStream, OnRetry, Opened, Retry};

use crate::{Error, Result};

/// A `.medv` of known length with random access. Shared by several threads.
pub trait Source: Send + Sync {
    /// What to call it in messages: a path or a URL.
    fn name(&self) -> &str;

    /// Length in bytes.
    fn len(&self) -> u64;

    /// Whether there is nothing in it.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A reader over `len` bytes from `start`. Opening it may cost a request; reading it front to back must not
    /// cost further ones unless something fails. A source that notices that it changed underneath answers
    /// with an error that wraps a [`crate::Error`], never with a mixture.
    fn range(&self, start: FileOffset, len: u64) -> Result<Box<dyn Read + Send + '_>>;

    /// Bytes that one worker should ask for at a time: small where a request costs nothing, large where it
    /// is a round trip.
    fn stride(&self) -> u64;

    /// Requests sent so far to whoever holds it; 0 where nobody has to be asked.
    fn requests(&self) -> u64 {
        0
    }
}

/// Shared by who reads it and who wants to ask it something afterwards.
impl<S: Source + ?Sized> Source for Arc<S> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn len(&self) -> u64 {
        (**self).len()
    }

    fn range(&self, start: FileOffset, len: u64) -> Result<Box<dyn Read + Send + '_>> {
        (**self).range(start, len)
    }

    fn stride(&self) -> u64 {
        (**self).stride()
    }

    fn requests(&self) -> u64 {
        (**self).requests()
    }
}

/// The end of `len` bytes from `start`, or why `source` does not hold them.
fn end_of_span(source: &dyn Source, start: FileOffset, len: u64) -> Result<u64> {
    match start.checked_add(len) {
        Some(end) if end.get() <= source.len() => Ok(end.get()),
        _ => {
            Err(Error::damaged(format!("{len} bytes are needed, but there are only {} in all", source.len()))
                .in_file(source.name())
                .at(start)
                .advice("the file is cut short: take another copy"))
        }
    }
}
