//! One error for the engine: kind, where (path, offset), what happened, what to do, and its cause.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use medv_format::{FileOffset, FrameIndex};

/// Shorthand for this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whose fault it is, and so what can be done. The command line's exit code follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Reading or writing failed; trying again may help.
    Io,
    /// The input is broken, or is not what it should be.
    Damaged,
    /// The input is valid, but not for us.
    Unsupported,
    /// It would need more than allowed.
    Limit,
    /// The caller asked for something that makes no sense, or must be asked for explicitly.
    Usage,
    /// The caller's [`crate::Monitor`] asked to stop.
    Cancelled,
}

/// What went wrong, where, and what to do about it.
#[derive(Debug)]
pub struct Error(Box<Detail>);

#[derive(Debug)]
struct Detail {
    kind: ErrorKind,
    place: Option<PathBuf>,
    offset: Option<FileOffset>,
    frame: Option<FrameIndex>,
    message: String,
    advice: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with a message in lower case and without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self(Box::new(Detail {
            kind,
            place: None,
            offset: None,
            frame: None,
            message,
            advice: None,
            source: None,
        }))
    }

    /// [`ErrorKind::Usage`].
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// [`ErrorKind::Damaged`].
    pub fn damaged(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Damaged, message)
    }

    /// [`ErrorKind::Io`]: `message` says what was being done, such as "cannot read".
    pub fn io(message: impl Into<String>, source: io::Error) -> Self {
        Self::new(ErrorKind::Io, message).caused_by(source)
    }

    /// The stop that the caller asked for.
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "stopped on request")
    }

    /// Adds the path, or URL, unless a more precise one is known already.
    #[must_use]
    pub fn in_file(mut self, path: impl AsRef<Path>) -> Self {
        self.0.place.get_or_insert_with(|| path.as_ref().to_owned());
        self
    }

    /// Adds the place in the file.
    #[must_use]
    pub fn at(mut self, offset: FileOffset) -> Self {
        self.0.offset = Some(offset);
        self
    }

    /// Adds the frame of the `.medv`.
    #[must_use]
    pub fn in_frame(mut self, frame: FrameIndex) -> Self {
        self.0.frame = Some(frame);
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn advice(mut self, advice: impl Into<String>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The family.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The file or URL it happened in, if known.
    pub fn path(&self) -> Option<&Path> {
        self.0.place.as_deref()
    }

    /// The byte of that file, if known.
    pub fn offset(&self) -> Option<FileOffset> {
        self.0.offset
    }

    /// The frame of the `.medv`, if it was in one.
    pub fn frame(&self) -> Option<FrameIndex> {
        self.0.frame
    }

    /// What happened, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it, if anything is known to help.
    pub fn advised(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }
}

/// `path: message at byte 512, in frame 3`. The cause is left to [`std::error::Error::source`], the advice to
/// [`Error::advised`].
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.0.place {
            write!(f, "{}: ", place.display())?;
        }
        f.write_str(&self.0.message)?;
        if let Some(offset) = self.0.offset {
            write!(f, " at byte {offset}")?;
        }
        if let Some(frame) = self.0.frame {
            write!(f, ", in frame {frame}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}

impl From<medv_format::Error> for Error {
    fn from(error: medv_format::Error) -> Self {
        let kind = match error.kind() {
            medv_format::ErrorKind::Damaged => ErrorKind::Damaged,
            medv_format::ErrorKind::Unsupported => ErrorKind::Unsupported,
            medv_format::ErrorKind::Limit => ErrorKind::Limit,
        };
        let wanted = match kind {
            ErrorKind::Unsupported => "supported",
            ErrorKind::Limit => "allowed",
            _ => "expected",
        };
        let message = format!("{}: found {}, {wanted} {}", error.what(), error.found(), error.expected());
        let mut converted = Self::new(kind, message);
        converted.0.offset = error.offset();
        converted.0.advice = error.advised().map(str::to_owned);
        converted
    }
}
