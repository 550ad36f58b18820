//! A `.medv` on a web server.
//!
//! The first request asks for the end of the file, as the index is there: its answer gives the length and the version
//! of the file, and tells whether the server has ranges. Every later request names that version, so that a file that is
//! replaced meanwhile is an error and never a mixture.

mod address;
mod client;
mod content_range;
mod first;
mod options;
mod part;
mod range;
mod refusal;
mod retry;
mod stream;
mod version;
mod watch;

use std::io::Read;

use medv_format::FileOffset;

use self::client::{CHANGED, Client, PART, WHOLE};
use self::first::{Answer, Ask, ask_first};
use self::part::{length, part};
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
            match ask_first(&client, ask) {
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

    /// Those that failed included; a redirect that was followed does not count as its own.
    fn requests(&self) -> u64 {
        self.client.requests()
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
