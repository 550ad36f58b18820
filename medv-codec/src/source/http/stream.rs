//! A file on a web server that has no ranges: once, from the first byte to the last.

use std::io::{self, Read};

use ureq::http::Response;
use ureq::{Body, BodyReader};

use super::options::HttpOptions;
use crate::{Error, ErrorKind};

/// The body of the one answer there is. Nothing can be tried again: a cut is an I/O error that wraps an [`Error`].
pub struct HttpStream {
    body: BodyReader<'static>,
    name: String,
    options: HttpOptions,
    position: u64,
    len: Option<u64>,
}

impl HttpStream {
    pub(super) fn new(response: Response<Body>, name: &str, options: &HttpOptions) -> Self {
        let body = response.into_body();
        let len = body.content_length();
        Self { body: body.into_reader(), name: name.to_owned(), options: options.clone(), position: 0, len }
    }

    /// What to call it in messages: the URL without credentials and query.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Length in bytes, if the server told.
    pub fn len(&self) -> Option<u64> {
        self.len
    }

    /// Whether the server told that there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len == Some(0)
    }

    fn cut(&self, cause: Option<io::Error>) -> Error {
        let so_far = match self.len {
            Some(len) => format!("{} of {len} bytes", self.position),
            None => format!("{} bytes", self.position),
        };
        let error = Error::new(ErrorKind::Io, format!("the connection was cut after {so_far}"))
            .in_file(&self.name)
            .advice("the server does not support ranges, so it cannot go on from there: run the same command again, or download the file with another program and give its path");
        match cause {
            Some(cause) => error.caused_by(cause),
            None => error,
        }
    }
}

impl Read for HttpStream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.options.cancelled() {
            return Err(io::Error::other(Error::cancelled()));
        }
        match self.body.read(buf) {
            Ok(0) if !buf.is_empty() && self.len.is_some_and(|len| self.position < len) => {
                Err(io::Error::other(self.cut(None)))
            }
            Ok(read) => {
                self.position += read as u64;
                Ok(read)
            }
            Err(error) => Err(io::Error::other(self.cut(Some(error)))),
        }
    }
}

impl std::fmt::Debug for HttpStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpStream")
            .field("name", &self.name)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
