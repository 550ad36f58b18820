//! The first request: it asks for the end of the file, and its answer shows what the server can do.

use ureq::Body;
use ureq::http::Response;
use ureq::http::header::{ACCEPT_RANGES, HeaderMap};

use super::client::{Client, OUTSIDE, PART, WHOLE};
use super::content_range::ContentRange;
use super::part::{content_range, length, part, unusable};
use super::range::Connection;
use super::retry::Failure;
use super::version::Version;
use crate::ErrorKind;

/// How to ask for the end of the file.
#[derive(Clone, Copy)]
pub(super) enum Ask {
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
pub(super) enum Answer {
    Tail { version: Version, start: u64, connection: Connection },
    Whole(Response<Body>),
    AskAgain(Ask),
}

/// One try.
pub(super) fn ask_first(client: &Client, ask: Ask) -> Result<Answer, Failure> {
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
            let version = Version::of(headers, part.total);
            Ok(Answer::Tail { version, start, connection: Connection::new(response, part.total - start) })
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
        _ => Err(unusable(client, "the server wants a condition met that was not made (status 412)")),
    }
}

fn empty(client: &Client) -> Failure {
    Failure::Final(
        client.error(ErrorKind::Damaged, "the file on the server is empty").advice("upload it again"),
    )
}

fn accepts_ranges(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT_RANGES).is_some_and(|unit| unit.as_bytes().eq_ignore_ascii_case(b"bytes"))
}
