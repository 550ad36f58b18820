//! A span of a file on a web server, read through as many connections as it takes.

use std::io::{self, Read};

use medv_format::FileOffset;
use ureq::BodyReader;
use ureq::http::Response;

use super::HttpSource;
use super::refusal::interruption;
use super::retry::{Failure, Patience};
use crate::{Error, ErrorKind, Result};

/// The body of one answer.
pub(super) struct Connection {
    body: BodyReader<'static>,
    /// Bytes that the server promised and that have not come yet, if it promised any number.
    promised: Option<u64>,
    /// It promised just what was asked for.
    exact: bool,
}

impl Connection {
    /// `len` is how many bytes the answer should have.
    pub(super) fn new(response: Response<ureq::Body>, len: u64) -> Self {
        let body = response.into_body();
        let promised = body.content_length();
        Self { body: body.into_reader(), promised, exact: promised == Some(len) }
    }

    /// Nothing is read behind a promise that was too short: what follows belongs to no answer, and reading the end would hand
    /// the connection on to the next request.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.promised == Some(0) {
            return Ok(0);
        }
        let received = self.body.read(buf)?;
        if let Some(promised) = &mut self.promised {
            *promised = promised.saturating_sub(received as u64);
        }
        Ok(received)
    }

    /// All wanted bytes were read. Whoever reads the end of the body too gives the connection back for the next request.
    fn finish(mut self) {
        if self.exact {
            // If it fails, there is one less to use again.
            let _ = self.body.read(&mut [0]);
        }
    }
}

/// `position..end`, asked for in one request, and again from where it stopped if that fails.
pub(super) struct RangeReader<'a> {
    source: &'a HttpSource,
    connection: Option<Connection>,
    patience: Patience<'a>,
    position: u64,
    end: u64,
}

impl<'a> RangeReader<'a> {
    pub(super) fn new(source: &'a HttpSource, position: u64, end: u64) -> Self {
        let patience = Patience::new(source.client.options());
        Self { source, connection: None, patience, position, end }
    }

    /// Goes on with an answer that has come already.
    pub(super) fn over(mut self, connection: Connection) -> Self {
        self.connection = Some(connection);
        self
    }

    /// [`Read::read`] with our errors.
    pub(super) fn fill(&mut self, buf: &mut [u8]) -> Result<usize> {
        if self.position == self.end || buf.is_empty() {
            return Ok(0);
        }
        if let Some(cached) = self.source.tail.from(self.position) {
            let len = cached
                .len()
                .min(buf.len())
                .min(usize::try_from(self.end - self.position).unwrap_or(usize::MAX));
            buf[..len].copy_from_slice(&cached[..len]);
            self.position += len as u64;
            return Ok(len);
        }
        let end = self.end.min(self.source.tail.start());
        let wanted = usize::try_from(end - self.position).unwrap_or(usize::MAX).min(buf.len());
        loop {
            let failure = match self.receive(&mut buf[..wanted], end) {
                Ok(received) => {
                    self.position += received as u64;
                    self.patience.progress();
                    if self.position == end
                        && let Some(connection) = self.connection.take()
                    {
                        connection.finish();
                    }
                    return Ok(received);
                }
                Err(failure) => failure,
            };
            self.connection = None;
            self.patience.outlast(failure)?;
        }
    }

    /// At least one byte, over the connection that is open or a new one for all that is missing up to `end`.
    fn receive(&mut self, buf: &mut [u8], end: u64) -> Result<usize, Failure> {
        if self.source.client.options().cancelled() {
            return Err(Failure::Final(Error::cancelled()));
        }
        let connection = match &mut self.connection {
            Some(connection) => connection,
            closed @ None => closed.insert(self.source.request(self.position, end)?),
        };
        let cause = match connection.read(buf) {
            Ok(0) => None,
            Ok(received) => return Ok(received),
            Err(error) => Some(error),
        };
        let error = self
            .source
            .client
            .error(ErrorKind::Io, interruption(cause.as_ref()))
            .at(FileOffset::new(self.position));
        Err(Failure::passing(match cause {
            Some(cause) => error.caused_by(cause),
            None => error,
        }))
    }
}

impl Read for RangeReader<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.fill(buf).map_err(io::Error::other)
    }
}
