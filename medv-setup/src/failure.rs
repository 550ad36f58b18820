//! Why an installation does not go on: a code for the caller, and a message for the log and the window.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::path::Path;

use medv_codec::ErrorKind;

use crate::codes;

/// Shorthand for this crate.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// What went wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One of [`codes`].
    pub code: u32,
    /// `path: what happened, found, expected; advice`.
    pub message: String,
}

impl Failure {
    /// A failure with a code of its own.
    pub fn new(code: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// [`codes::FAILURE`].
    pub fn general(message: impl Into<String>) -> Self {
        Self::new(codes::FAILURE, message)
    }

    /// Something could not be done to a file.
    pub fn io(what: &str, path: &Path, error: &io::Error) -> Self {
        Self::general(format!("{}: {what}: {error}", path.display()))
    }

    /// The same with another code.
    #[must_use]
    pub fn with_code(self, code: u32) -> Self {
        Self { code, ..self }
    }

    /// Something is wrong with the `.medv`: [`codes::PACKAGE_INVALID`], unless it could only not be read.
    pub fn of_source(error: medv_codec::Error) -> Self {
        let is_bad = !matches!(error.kind(), ErrorKind::Io | ErrorKind::Cancelled);
        let failure = Self::from(error);
        if is_bad { failure.with_code(codes::PACKAGE_INVALID) } else { failure }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<medv_codec::Error> for Failure {
    fn from(error: medv_codec::Error) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(deeper) = cause {
            message = format!("{message}: {deeper}");
            cause = deeper.source();
        }
        if let Some(advice) = error.advised() {
            message = format!("{message}; {advice}");
        }
        let code = match error.kind() {
            ErrorKind::Cancelled => codes::USER_EXIT,
            _ => codes::FAILURE,
        };
        Self { code, message }
    }
}
