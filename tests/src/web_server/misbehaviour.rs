//! What can go wrong between a web server and its client.

use std::time::Duration;

use super::Request;

/// How to spoil one answer.
#[derive(Clone, Debug)]
pub enum Misbehaviour {
    /// The connection is closed after so many bytes of body.
    CutAfter(u64),
    /// Silence after so many bytes of body, until the client gives up.
    StallAfter(u64),
    /// The connection is closed instead of an answer.
    HangUp,
    /// Silence instead of an answer.
    NoAnswer,
    /// Bytes that are not HTTP.
    Garbage,
    /// Another status, with a short text instead of the file.
    Status(u16),
    /// The same, with a `Retry-After` header.
    RetryAfter(u16, String),
    /// A redirect to this address or path.
    Redirect(String),
    /// The whole file with status 200, whatever range was asked for.
    IgnoreRange,
    /// This `Content-Range` instead of the true one.
    ContentRange(String),
    /// A partial answer that does not say which part it is.
    NoContentRange,
    /// The right bytes as the only part of a `multipart/byteranges`.
    Multipart,
    /// A `Content-Length` that is wrong by so many bytes. If it promises too much, the connection is closed where the bytes end; if
    /// too little, the bytes are sent all the same.
    LengthOff(i64),
    /// No `Content-Length` but chunks, which is right but rare for files.
    Chunked,
    /// So many bytes at a time, with a pause after each.
    Slow(usize, Duration),
    /// Says that the body is compressed with gzip.
    Gzip,
    /// No `ETag` this time.
    NoEtag,
}

/// `misbehaviour` for the `number`th request only.
pub fn once(
    number: usize,
    misbehaviour: Misbehaviour,
) -> impl FnMut(usize, &Request) -> Option<Misbehaviour> + Send {
    move |now, _| (now == number).then(|| misbehaviour.clone())
}

/// `misbehaviour` from the `number`th request on.
pub fn since(
    number: usize,
    misbehaviour: Misbehaviour,
) -> impl FnMut(usize, &Request) -> Option<Misbehaviour> + Send {
    move |now, _| (now >= number).then(|| misbehaviour.clone())
}
