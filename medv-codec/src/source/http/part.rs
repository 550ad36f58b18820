//! A part of a file, as a server announces it.

use ureq::http::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap};

use super::client::Client;
use super::content_range::ContentRange;
use super::retry::Failure;
use crate::ErrorKind;

/// The range that a partial answer says it carries.
pub(super) struct Part {
    first: u64,
    last: u64,
    /// Length of the file.
    pub(super) total: u64,
}

impl Part {
    /// Refuses any other range than `start..end`.
    pub(super) fn must_be(&self, client: &Client, start: u64, end: u64) -> Result<(), Failure> {
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

/// What a partial answer carries.
pub(super) fn part(client: &Client, headers: &HeaderMap) -> Result<Part, Failure> {
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

/// The server's ranges are no good.
pub(super) fn unusable(client: &Client, message: &str) -> Failure {
    let error = client.error(ErrorKind::Unsupported, message);
    Failure::Final(error.advice(
        "the server does not do ranges right: download the file with another program and give its path",
    ))
}

pub(super) fn content_range(headers: &HeaderMap) -> Option<ContentRange> {
    ContentRange::parse(headers.get(CONTENT_RANGE)?.to_str().ok()?)
}

/// The announced length of the body.
pub(super) fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
