//! What went wrong, in words.

use std::fmt;
use std::path::Path;

/// An error: the whole sentence.
#[derive(Debug)]
pub struct Error {
    text: String,
    is_wrong_password: bool,
}

/// Or an [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Takes the sentence.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_wrong_password: false }
    }

    /// A password that is not the user's: another one may be. Takes the sentence.
    pub(crate) fn wrong_password(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_wrong_password: true }
    }

    /// Whether it was the password.
    pub(crate) fn is_wrong_password(&self) -> bool {
        self.is_wrong_password
    }

    /// What could not be done with a file.
    pub(crate) fn at(path: &Path, error: impl fmt::Display) -> Self {
        Self::new(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}
