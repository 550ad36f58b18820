//! One error for this crate: kind, where (file, line, column), what happened, what to do, and its cause.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Shorthand for this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whose fault it is, and so what can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Reading or writing failed.
    Io,
    /// The input is broken, or is not what it should be.
    Damaged,
    /// The input is valid, but not for us.
    Unsupported,
    /// It would need more than allowed.
    Limit,
    /// The caller asked for something that makes no sense.
    Usage,
}

/// What went wrong, where, and what to do about it.
#[derive(Debug)]
pub struct Error(Box<Detail>);

#[derive(Debug)]
struct Detail {
    kind: ErrorKind,
    place: Option<PathBuf>,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
    advice: Option<String>,
    source: Option<io::Error>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self(Box::new(Detail {
            kind,
            place: None,
            line: None,
            column: None,
            message,
            advice: None,
            source: None,
        }))
    }

    pub(crate) fn damaged(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Damaged, message)
    }

    pub(crate) fn io(message: impl Into<String>, source: io::Error) -> Self {
        let mut error = Self::new(ErrorKind::Io, message);
        error.0.source = Some(source);
        error
    }

    /// Adds the file, or registry key, unless a more precise one is known already.
    #[must_use]
    pub fn in_file(mut self, place: impl AsRef<Path>) -> Self {
        self.0.place.get_or_insert_with(|| place.as_ref().to_owned());
        self
    }

    /// Counted from 1.
    pub(crate) fn in_line(mut self, line: usize) -> Self {
        self.0.line = Some(line);
        self
    }

    /// In characters, counted from 1.
    pub(crate) fn at_column(mut self, column: usize) -> Self {
        self.0.column = Some(column);
        self
    }

    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// The family.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The file or registry key it happened in, if known.
    pub fn path(&self) -> Option<&Path> {
        self.0.place.as_deref()
    }

    /// The line of that file, counted from 1, if known.
    pub fn line(&self) -> Option<usize> {
        self.0.line
    }

    /// The character of that line, counted from 1, if known.
    pub fn column(&self) -> Option<usize> {
        self.0.column
    }

    /// What happened, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it, if anything is known to help.
    pub fn advised(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }

    /// The operating system's part in it, taken out.
    pub fn into_source(self) -> Option<io::Error> {
        self.0.source
    }
}

/// `path:line:column: message`. The cause is left to [`std::error::Error::source`], the advice to [`Error::advised`].
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.0.place, self.0.line) {
            (Some(place), Some(line)) => write!(f, "{}:{line}", place.display())?,
            (Some(place), None) => write!(f, "{}", place.display())?,
            (None, Some(line)) => write!(f, "line {line}")?,
            (None, None) => return f.write_str(&self.0.message),
        }
        if let Some(column) = self.0.column {
            write!(f, ":{column}")?;
        }
        write!(f, ": {}", self.0.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.0.source.as_ref()?;
        Some(source)
    }
}
