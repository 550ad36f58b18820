//! What went wrong, in words.

use std::fmt;
use std::path::Path;

/// An error: the whole sentence.
#[derive(Debug)]
pub struct Error(String);

/// Or an [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Takes the sentence.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What could not be done with a file.
    pub(crate) fn at(path: &Path, error: impl fmt::Display) -> Self {
        Self(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
