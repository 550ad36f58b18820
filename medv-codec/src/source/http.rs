//! A `.medv` on a web server.
//!
//! The first request asks for the end of the file, as the index is there: its answer gives the length and the version
//! of the file, and tells whether the server has ranges. Every later request names that version, so that a file that is
//! replaced meanwhile is an error and never a mixture.

mod client;
mod content_range;
mod options;
mod range;
mod retry;
mod stream;
mod version;
mod watch;

use std::io::Read;

use medv_format::FileOffset;
use ureq::Body;
use ureq::http::Response;
use ureq::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap};

use self::client::{CHANGED, Client, OUTSIDE, PART, WHOLE};
use self::content_range::ContentRange;
use self::range::{Connection, RangeReader};
use self::retry::{Failure, Patience};
use self::version::Version;
use super::{Source, end_of_span};
use crate::{ErrorKind, Result};

pub use self::options::{HttpOptions, OnRetry};
pub use self::retry::Retry;
pub use self::stream::HttpStream;

/// What a server turned out to offer.
#[derive(Debug)]
pub enum Opened {
    /// Any part of the file, at any time.
    Ranged(HttpSource),
    /// The whole file, once.
    Streamed(HttpStream),
}

/// A file on a web server that has ranges.
#[derive(Debug)]
pub struct HttpSource {
    client: Client,
    version: Version,
    tail: Tail,
}

impl HttpSource {
    /// Asks the server behind `url` (`http://` or `https://`) for the file.
    ///
    /// # Errors
    /// Usage if the URL is wrong or the server refuses; Io if it cannot be reached, after as many tries as
    /// [`HttpOptions::retry`] says; Unsupported if its answers cannot be used; Damaged if the file is empty.
    pub fn open(url: &str, options: HttpOptions) -> Result<Opened> {
        let client = Client::new(url, options)?;
        let mut patience = Patience::new(client.options());
        let mut ask = Ask::Last;
        let (version, start, connection) = loop {
            match first_answer(&client, ask) {
                Ok(Answer::Tail { version, start, connection }) => break (version, start, connection),
                Ok(Answer::Whole(response)) => {
                    return Ok(Opened::Streamed(HttpStream::new(client, response)));
                }
                Ok(Answer::AskAgain(precisely)) => ask = precisely,
                Err(failure) => patience.outlast(failure)?,
            }
        };
        let tail = Tail::unread(version.total());
        let mut source = Self { client, version, tail };
        source.tail = read_tail(&source, start, connection)?;
        Ok(Opened::Ranged(source))
    }

    /// Requests sent so far, those that failed included; a redirect that was followed does not count as its own.
    pub fn requests(&self) -> u64 {
        self.client.requests()
    }

    /// Asks for `start..end` of the version that was opened.
    fn request(&self, start: u64, end: u64) -> Result<Connection, Failure> {
        let client = &self.client;
        let response = client.get(&format!("bytes={start}-{}", end - 1), self.version.if_range())?;
        let headers = response.headers();
        match response.status().as_u16() {
            WHOLE => Err(match self.version.difference(headers, length(headers)) {
                Some(difference) => client.changed(&difference),
                // One of several servers behind one name may lack what the others have.
                None => Failure::passing(
                    client
                        .error(ErrorKind::Io, "the server sent the whole file where a part was asked for")
                        .at(FileOffset::new(start)),
                ),
            }),
            PART => {
                let part = part(client, headers)?;
                if let Some(difference) = self.version.difference(headers, Some(part.total)) {
                    return Err(client.changed(&difference));
                }
                part.must_be(client, start, end)?;
                Ok(Connection::new(response, end - start))
            }
            CHANGED => Err(client.changed("status 412")),
            _ => Err(client.changed("it has become shorter")),
        }
    }
}

impl Source for HttpSource {
    fn name(&self) -> &str {
        self.client.name()
    }

    fn len(&self) -> u64 {
        self.version.total()
    }

    /// The request is sent by the first read. None is sent for what the first request brought already,
    /// which is the end of the file ([`HttpOptions::tail_bytes`]).
    fn range(&self, start: FileOffset, len: u64) -> Result<Box<dyn Read + Send + '_>> {
        let end = end_of_span(self, start, len)?;
        Ok(Box::new(RangeReader::new(self, start.get(), end)))
    }

    /// 32 MiB: some tenths of a second on a fast line, so that the round trip before it hardly counts.
    fn stride(&self) -> u64 {
        32 << 20
    }
}

/// The last bytes of the file.
#[derive(Debug)]
struct Tail {
    start: u64,
    bytes: Vec<u8>,
}

impl Tail {
    /// Nothing is known yet of a file of `total` bytes.
    fn unread(total: u64) -> Self {
        Self { start: total, bytes: Vec::new() }
    }

    fn start(&self) -> u64 {
        self.start
    }

    /// What is known from `position` on; `None` before it.
    fn from(&self, position: u64) -> Option<&[u8]> {
        let within = usize::try_from(position.checked_sub(self.start)?).ok()?;
        self.bytes.get(within..).filter(|bytes| !bytes.is_empty())
    }
}

fn read_tail(source: &HttpSource, start: u64, connection: Connection) -> Result<Tail> {
    let mut reader = RangeReader::new(source, start, source.version.total()).over(connection);
    // Not more than was asked for: that was checked.
    let mut bytes = vec![0; usize::try_from(source.version.total() - start).unwrap_or(0)];
    let mut filled = 0;
    while filled < bytes.len() {
        filled += reader.fill(&mut bytes[filled..])?;
    }
    Ok(Tail { start, bytes })
}

/// How to ask for the end of the file.
#[derive(Clone, Copy)]
enum Ask {
    /// The last so many bytes, whatever the length.
    Last,
    /// The same by position, for servers that only know that form.
    From { start: u64, total: u64 },
}

impl Ask {
    fn precisely(client: &Client, total: u64) -> Self {
        Self::From { start: total.saturating_sub(client.tail_bytes()), total }
    }
}

/// What the first request brought.
enum Answer {
    Tail { version: Version, start: u64, connection: Connection },
    Whole(Response<Body>),
    AskAgain(Ask),
}

fn first_answer(client: &Client, ask: Ask) -> Result<Answer, Failure> {
    let response = match ask {
        Ask::Last => client.get(&format!("bytes=-{}", client.tail_bytes()), None)?,
        Ask::From { start, total } => client.get(&format!("bytes={start}-{}", total - 1), None)?,
    };
    let headers = response.headers();
    match response.status().as_u16() {
        PART => {
            let part = part(client, headers)?;
            let start = part.total.saturating_sub(client.tail_bytes());
            part.must_be(client, start, part.total)?;
            let connection_length = part.total - start;
            let version = Version::of(headers, part.total);
            Ok(Answer::Tail { version, start, connection: Connection::new(response, connection_length) })
        }
        WHOLE => match (ask, length(headers)) {
            (_, Some(0)) => Err(empty(client)),
            // It has ranges, just not counted from the end.
            (Ask::Last, Some(total)) if accepts_ranges(headers) => {
                Ok(Answer::AskAgain(Ask::precisely(client, total)))
            }
            _ => Ok(Answer::Whole(response)),
        },
        OUTSIDE => match (ask, content_range(headers)) {
            (_, Some(ContentRange::Outside { total: 0 })) => Err(empty(client)),
            (Ask::Last, Some(ContentRange::Outside { total })) => {
                Ok(Answer::AskAgain(Ask::precisely(client, total)))
            }
            _ => Err(unusable(client, "the server has no bytes at the end of the file (status 416)")),
        },
        CHANGED => Err(unusable(client, "the server wants a condition met that was not made (status 412)")),
        status => Err(unusable(client, &format!("the server gave an answer of unexpected status {status}"))),
    }
}

/// The range that a partial answer says it carries.
struct Part {
    first: u64,
    last: u64,
    total: u64,
}

impl Part {
    fn must_be(&self, client: &Client, start: u64, end: u64) -> Result<(), Failure> {
        if (self.first, self.last) == (start, end - 1) {
            return Ok(());
        }
        let Self { first, last, .. } = self;
        Err(unusable(
            client,
            &format!("the server sent bytes {first} to {last}, asked for {start} to {}", end - 1),
        ))
    }
}

fn part(client: &Client, headers: &HeaderMap) -> Result<Part, Failure> {
    match content_range(headers) {
        Some(ContentRange::Part { first, last, total: Some(total) }) => Ok(Part { first, last, total }),
        Some(ContentRange::Part { total: None, .. }) => {
            Err(unusable(client, "the server does not tell how long the file is"))
        }
        Some(ContentRange::Outside { .. }) => {
            Err(unusable(client, "the server sent a part of the file that contradicts itself"))
        }
        None if headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/")) => {
            Err(unusable(client, "the server sent several parts of the file where one was asked for"))
        }
        None => Err(unusable(
            client,
            "the server sent a part of the file without saying which (no valid Content-Range)",
        )),
    }
}

fn unusable(client: &Client, message: &str) -> Failure {
    let error = client.error(ErrorKind::Unsupported, message);
    Failure::Final(error.advice(
        "the server does not do ranges right: download the file with another program and give its path",
    ))
}

fn empty(client: &Client) -> Failure {
    Failure::Final(
        client.error(ErrorKind::Damaged, "the file on the server is empty").advice("upload it again"),
    )
}

fn content_range(headers: &HeaderMap) -> Option<ContentRange> {
    ContentRange::parse(headers.get(CONTENT_RANGE)?.to_str().ok()?)
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn accepts_ranges(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT_RANGES).is_some_and(|unit| unit.as_bytes().eq_ignore_ascii_case(b"bytes"))
}
