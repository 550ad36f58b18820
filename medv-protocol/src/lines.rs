//! Lines of JSON.

use std::error::Error;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest line in bytes, its line feed included.
pub const MAX_LINE: usize = 64 << 10;

/// So many bad lines in a row, and the guest opens its port anew.
pub const MAX_BAD_LINES: u32 = 64;

/// A message that does not fit into a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong(pub usize);

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the message has {} bytes, and a line at most {MAX_LINE}", self.0)
    }
}

impl Error for TooLong {}

/// What arrived is no message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadLine {
    /// Longer than [`MAX_LINE`]; it is passed over up to its end.
    TooLong,
    /// Not a message: why.
    NoMessage(String),
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "a line of more than {MAX_LINE} bytes"),
            Self::NoMessage(why) => write!(f, "a line that is no message: {why}"),
        }
    }
}

impl Error for BadLine {}

/// The line of a message, with its line feed.
///
/// # Errors
/// If it would be longer than [`MAX_LINE`].
pub fn encode<M: Serialize>(message: &M) -> Result<Vec<u8>, TooLong> {
    // Messages are structures of texts and numbers: there is nothing in them that JSON has not.
    let mut line = serde_json::to_vec(message).unwrap_or_default();
    line.push(b'\n');
    if line.len() > MAX_LINE { Err(TooLong(line.len())) } else { Ok(line) }
}

/// Finds lines in bytes as they arrive.
#[derive(Debug, Default)]
pub struct Lines {
    unfinished: Vec<u8>,
    passing_over: bool,
}

impl Lines {
    /// Takes bytes, and hands out each message, or what was wrong with its line.
    pub fn take<M: DeserializeOwned>(&mut self, mut bytes: &[u8]) -> Vec<Result<M, BadLine>> {
        let mut messages = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = bytes.split_at(end);
            bytes = rest.get(1..).unwrap_or_default();
            if self.keep(line) {
                messages.extend(parse(&self.unfinished));
            } else {
                messages.push(Err(BadLine::TooLong));
            }
            self.unfinished.clear();
            self.passing_over = false;
        }
        self.keep(bytes);
        messages
    }

    /// How many bytes of an unfinished line are kept; less than [`MAX_LINE`].
    pub fn kept(&self) -> usize {
        self.unfinished.len()
    }

    /// `false` if the line has become too long.
    fn keep(&mut self, bytes: &[u8]) -> bool {
        if self.passing_over || self.unfinished.len().saturating_add(bytes.len()) >= MAX_LINE {
            self.passing_over = true;
            self.unfinished.clear();
            return false;
        }
        self.unfinished.extend_from_slice(bytes);
        true
    }
}

/// An empty line says nothing.
fn parse<M: DeserializeOwned>(line: &[u8]) -> Option<Result<M, BadLine>> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        return None;
    }
    Some(serde_json::from_slice(line).map_err(|error| BadLine::NoMessage(error.to_string())))
}
