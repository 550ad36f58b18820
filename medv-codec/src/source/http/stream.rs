//! A file on a web server that has no ranges: once, from the first byte to the last.

use std::fmt;
use std::io::{self, Read};

use ureq::http::Response;
use ureq::{Body, BodyReader};

use super::client::Client;
use super::refusal::interruption;
use crate::{Error, ErrorKind};

/// The body of the one answer there is. Nothing can be tried again: a cut is an I/O error that wraps an [`Error`].
pub struct HttpStream {
    client: Client,
    body: BodyReader<'static>,
    position: u64,
    len: Option<u64>,
}

impl HttpStream {
    pub(super) fn new(client: Client, response: Response<Body>) -> Self {
        let body = response.into_body();
        let len = body.content_length();
        Self { client, body: body.into_reader(), position: 0, len }
    }

    /// What to call it in messages: the URL without credentials and query.
    pub fn name(&self) -> &str {
        self.client.name()
    }

    /// Length in bytes, if the server told.
    pub fn len(&self) -> Option<u64> {
        self.len
    }

    /// Whether the server told that there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len == Some(0)
    }

    fn cut(&self, cause: io::Error) -> Error {
        let so_far = match self.len {
            Some(len) => format!("{} of {len} bytes", self.position),
            None => format!("{} bytes", self.position),
        };
        let message = format!("{} after {so_far}", interruption(Some(&cause)));
        self.client.error(ErrorKind::Io, message).caused_by(cause).advice(
            "the server does not support ranges, so it cannot go on from there: run the same command again, \
             or download the file with another program and give its path",
        )
    }
}

impl Read for HttpStream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let received = self.body.read(buf);
        if self.client.options().cancelled() {
            return Err(io::Error::other(Error::cancelled()));
        }
        // A body of known length that ends early is an error already.
        let received = received.map_err(|error| io::Error::other(self.cut(error)))?;
        self.position += received as u64;
        Ok(received)
    }
}

impl fmt::Debug for HttpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpStream")
            .field("client", &self.client)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
