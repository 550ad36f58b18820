//! An answer: as it should be, spoiled, and sent.

use std::io::{self, Read, Write};
use std::thread;
use std::time::Duration;

use super::content::Content;
use super::misbehaviour::Misbehaviour;
use super::request::{Asked, Request};

/// What the server does by nature, rightly so.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// Which ranges it knows.
    pub ranges: Ranges,
    /// Which `ETag` it gives.
    pub etag: Etag,
    /// Whether it gives a `Last-Modified`.
    pub dated: bool,
    /// Whether a connection serves more than one request.
    pub keep_alive: bool,
    /// Whether it says how long a body is, or ends it by closing the connection.
    pub content_length: bool,
}

/// Which ranges a server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranges {
    /// All.
    All,
    /// Only those counted from the start of the file, and says so.
    FromStart,
    /// None.
    None,
}

/// Which `ETag` a server gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Etag {
    /// One for these very bytes.
    Strong,
    /// One for something like these bytes.
    Weak,
    /// None.
    None,
}

impl Default for Habits {
    fn default() -> Self {
        Self { ranges: Ranges::All, etag: Etag::Strong, dated: true, keep_alive: true, content_length: true }
    }
}

/// What to do with the connection after an answer.
pub(super) enum Then {
    GoOn,
    Close,
    Stall,
}

/// Status line, headers, body, and how to deliver them.
pub(super) struct Answer {
    head: Head,
    headers: Vec<(&'static str, String)>,
    body: Body,
    chunked: bool,
    /// Bytes to send at a time, and the pause after each.
    pace: Option<(usize, Duration)>,
    /// Bytes of body after which `then` happens early.
    stop_after: Option<u64>,
    then: Then,
}

enum Head {
    Status(u16),
    Garbage,
    Nothing,
}

enum Body {
    Span { content: Content, start: u64, len: u64 },
    Text(Vec<u8>),
}

impl Body {
    fn len(&self) -> u64 {
        match self {
            Self::Span { len, .. } => *len,
            Self::Text(text) => text.len() as u64,
        }
    }

    fn read(&self) -> io::Result<Box<dyn Read + '_>> {
        match self {
            Self::Span { content, start, len } => content.span(*start, *len),
            Self::Text(text) => Ok(Box::new(text.as_slice())),
        }
    }
}

impl Answer {
    /// As RFC 9110 wants it.
    pub(super) fn honest(request: &Request, content: &Content, habits: Habits) -> Self {
        let total = content.len();
        let mut headers = Vec::new();
        let etag = match habits.etag {
            Etag::Strong => Some(content.etag()),
            Etag::Weak => Some(format!("W/{}", content.etag())),
            Etag::None => None,
        };
        let date = habits.dated.then(|| content.last_modified());
        let condition_holds = request.header("if-range").is_none_or(|condition| {
            let strong = etag.as_deref().filter(|etag| !etag.starts_with("W/"));
            Some(condition) == strong || Some(condition) == date.as_deref()
        });
        headers.extend(etag.map(|etag| ("ETag", etag)));
        headers.extend(date.map(|date| ("Last-Modified", date)));
        if habits.ranges != Ranges::None {
            headers.push(("Accept-Ranges", "bytes".to_owned()));
        }
        let asked = match (request.asked(), habits.ranges) {
            (_, Ranges::None) | (Some(Asked::Last(_)), Ranges::FromStart) => None,
            (asked, _) => asked.filter(|_| condition_holds),
        };
        let (status, start, len) = match (asked, request.span(total)) {
            (None, _) => (200, 0, total),
            (Some(_), None) => {
                headers.push(("Content-Range", format!("bytes */{total}")));
                (416, 0, 0)
            }
            (Some(_), Some((first, last))) => {
                headers.push(("Content-Range", format!("bytes {first}-{last}/{total}")));
                (206, first, last - first + 1)
            }
        };
        if habits.content_length {
            headers.push(("Content-Length", len.to_string()));
        }
        let keep = habits.keep_alive && habits.content_length;
        if !keep {
            headers.push(("Connection", "close".to_owned()));
        }
        Self {
            head: Head::Status(status),
            headers,
            body: Body::Span { content: content.clone(), start, len },
            chunked: false,
            pace: None,
            stop_after: None,
            then: if keep { Then::GoOn } else { Then::Close },
        }
    }

    pub(super) fn spoil(&mut self, misbehaviour: Misbehaviour, content: &Content) {
        match misbehaviour {
            Misbehaviour::CutAfter(bytes) => (self.stop_after, self.then) = (Some(bytes), Then::Close),
            Misbehaviour::StallAfter(bytes) => (self.stop_after, self.then) = (Some(bytes), Then::Stall),
            Misbehaviour::HangUp => (self.head, self.then) = (Head::Nothing, Then::Close),
            Misbehaviour::NoAnswer => (self.head, self.then) = (Head::Nothing, Then::Stall),
            Misbehaviour::Garbage => (self.head, self.then) = (Head::Garbage, Then::Close),
            Misbehaviour::Status(status) => self.become_status(status, None),
            Misbehaviour::RetryAfter(status, after) => {
                self.become_status(status, Some(("Retry-After", after)));
            }
            Misbehaviour::Redirect(to) => self.become_status(302, Some(("Location", to))),
            Misbehaviour::IgnoreRange => {
                let len = content.len();
                self.head = Head::Status(200);
                self.body = Body::Span { content: content.clone(), start: 0, len };
                self.drop_header("Content-Range");
                self.set_header("Content-Length", len.to_string());
            }
            Misbehaviour::ContentRange(range) => self.set_header("Content-Range", range),
            Misbehaviour::NoContentRange => self.drop_header("Content-Range"),
            Misbehaviour::Multipart => self.become_multipart(content),
            Misbehaviour::LengthOff(by) => {
                let len = self.body.len().saturating_add_signed(by);
                self.set_header("Content-Length", len.to_string());
                self.then = Then::Close;
            }
            Misbehaviour::Chunked => {
                self.drop_header("Content-Length");
                self.set_header("Transfer-Encoding", "chunked".to_owned());
                self.chunked = true;
            }
            Misbehaviour::Slow(bytes, pause) => self.pace = Some((bytes, pause)),
            Misbehaviour::Gzip => self.set_header("Content-Encoding", "gzip".to_owned()),
            Misbehaviour::NoEtag => self.drop_header("ETag"),
        }
    }

    fn become_status(&mut self, status: u16, header: Option<(&'static str, String)>) {
        let text = format!("this is status {status}\n").into_bytes();
        self.head = Head::Status(status);
        self.headers = vec![("Content-Length", text.len().to_string())];
        self.headers.extend(header);
        self.body = Body::Text(text);
    }

    fn become_multipart(&mut self, content: &Content) {
        let Body::Span { start, len, .. } = self.body else { return };
        let range = format!("bytes {start}-{}/{}", start + len - 1, content.len());
        let mut text = format!("--cut\r\nContent-Range: {range}\r\n\r\n").into_bytes();
        content
            .span(start, len)
            .and_then(|mut span| span.read_to_end(&mut text))
            .expect("the served file can be read");
        text.extend_from_slice(b"\r\n--cut--\r\n");
        self.drop_header("Content-Range");
        self.set_header("Content-Type", "multipart/byteranges; boundary=cut".to_owned());
        self.set_header("Content-Length", text.len().to_string());
        self.body = Body::Text(text);
    }

    fn drop_header(&mut self, name: &str) {
        self.headers.retain(|(known, _)| *known != name);
    }

    fn set_header(&mut self, name: &'static str, value: String) {
        self.drop_header(name);
        self.headers.push((name, value));
    }

    pub(super) fn status(&self) -> u16 {
        match self.head {
            Head::Status(status) => status,
            Head::Garbage | Head::Nothing => 0,
        }
    }

    /// Sends it; `sending` hears of every piece of body before it goes out.
    pub(super) fn send(self, to: &mut impl Write, mut sending: impl FnMut(usize)) -> io::Result<Then> {
        let status = match self.head {
            Head::Nothing => return Ok(self.then),
            Head::Garbage => {
                to.write_all(b"\x16\x03\x01 what is this\r\n\r\n")?;
                return Ok(self.then);
            }
            Head::Status(status) => status,
        };
        let mut head = format!("HTTP/1.1 {status} Test\r\n").into_bytes();
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n")?;
        }
        head.extend_from_slice(b"\r\n");
        to.write_all(&head)?;

        let (size, pause) = self.pace.unwrap_or((16 << 10, Duration::ZERO));
        let mut piece = vec![0; size];
        let mut body = self.body.read()?.take(self.stop_after.unwrap_or(u64::MAX));
        loop {
            let len = body.read(&mut piece)?;
            if len == 0 {
                break;
            }
            sending(len);
            if self.chunked {
                write!(to, "{len:x}\r\n")?;
            }
            to.write_all(&piece[..len])?;
            if self.chunked {
                to.write_all(b"\r\n")?;
            }
            if !pause.is_zero() {
                to.flush()?;
                thread::sleep(pause);
            }
        }
        if self.chunked && self.stop_after.is_none() {
            to.write_all(b"0\r\n\r\n")?;
        }
        Ok(self.then)
    }
}
