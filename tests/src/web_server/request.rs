//! What a client asked for.

use std::io::{self, BufRead};

/// The head of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET` and the like.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case, with their values.
    pub headers: Vec<(String, String)>,
}

/// One range of bytes, as a client may ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// `first-last`, both included.
    Span { first: u64, last: u64 },
    /// The last so many bytes.
    Last(u64),
}

impl Request {
    /// The next request of a connection, `None` at its end.
    pub(super) fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_whitespace().map(str::to_owned);
        let (Some(method), Some(path)) = (words.next(), words.next()) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "not a request"));
        };
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
                None => break,
            }
        }
        Ok(Some(Self { method, path, headers }))
    }

    /// The value of the header `name`, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The `Range` header.
    pub fn range(&self) -> Option<&str> {
        self.header("range")
    }

    /// First and last byte asked for, of a file of `total` bytes.
    pub fn span(&self, total: u64) -> Option<(u64, u64)> {
        match self.asked()? {
            Asked::Span { first, last } if first < total => Some((first, last.min(total - 1))),
            Asked::Last(bytes) if bytes > 0 && total > 0 => Some((total.saturating_sub(bytes), total - 1)),
            _ => None,
        }
    }

    pub(super) fn asked(&self) -> Option<Asked> {
        let (first, last) = self.range()?.strip_prefix("bytes=")?.split_once('-')?;
        if first.is_empty() {
            return last.parse().ok().map(Asked::Last);
        }
        let last = if last.is_empty() { u64::MAX } else { last.parse().ok()? };
        first.parse().ok().map(|first| Asked::Span { first, last })
    }
}
