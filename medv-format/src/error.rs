//! What can be wrong with bytes, and how it is said: what, where, found, expected, what to do.

use std::fmt;

use crate::FileOffset;

/// Shorthand for this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Which of the families a problem belongs to. Input and output have theirs in `medv-codec`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The input is broken: it breaks a rule of its own format.
    Damaged,
    /// The input is valid, but we cannot do what it asks for.
    Unsupported,
    /// Reading the input would need more than [`crate::Limits`] allows.
    Limit,
}

/// A structure that could not be accepted. Boxed, as errors are rare and results are everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Detail>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Detail {
    kind: ErrorKind,
    what: &'static str,
    at: Option<FileOffset>,
    found: String,
    expected: String,
    advice: Option<&'static str>,
}

impl Error {
    fn new(
        kind: ErrorKind,
        what: &'static str,
        found: impl fmt::Display,
        expected: impl fmt::Display,
    ) -> Self {
        let (found, expected) = (found.to_string(), expected.to_string());
        Self(Box::new(Detail { kind, what, at: None, found, expected, advice: None }))
    }

    /// `what` (such as "footer checksum") breaks its format's rule.
    pub fn damaged(what: &'static str, found: impl fmt::Display, expected: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Damaged, what, found, expected)
    }

    /// `what` is valid but not for us.
    pub fn unsupported(what: &'static str, found: impl fmt::Display, expected: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Unsupported, what, found, expected)
    }

    /// `what` asks for more than allowed.
    pub fn limit(what: &'static str, found: impl fmt::Display, allowed: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Limit, what, found, allowed)
    }

    /// Says where in the file, in bytes from the start of what was parsed.
    #[must_use]
    pub fn at(mut self, offset: FileOffset) -> Self {
        self.0.at = Some(offset);
        self
    }

    /// Moves an offset relative to a structure to one relative to the file that the structure starts in at `base`.
    #[must_use]
    pub fn based_at(mut self, base: FileOffset) -> Self {
        let within = self.0.at.unwrap_or(FileOffset::ZERO).get();
        self.0.at = Some(base.saturating_add(within));
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn advice(mut self, advice: &'static str) -> Self {
        self.0.advice = Some(advice);
        self
    }

    /// The family.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Name of the structure or field.
    pub fn what(&self) -> &'static str {
        self.0.what
    }

    /// Where in the file, if known.
    pub fn offset(&self) -> Option<FileOffset> {
        self.0.at
    }

    /// What was there.
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// What should have been there, or was allowed.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// What to do, if there is something to do.
    pub fn advised(&self) -> Option<&'static str> {
        self.0.advice
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Detail { kind, what, at, found, expected, advice } = &*self.0;
        f.write_str(what)?;
        if let Some(at) = at {
            write!(f, " at byte {at}")?;
        }
        let wanted = match kind {
            ErrorKind::Damaged => "expected",
            ErrorKind::Unsupported => "supported",
            ErrorKind::Limit => "allowed",
        };
        write!(f, ": found {found}, {wanted} {expected}")?;
        match advice {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_names_place_found_expected_and_advice() {
        let error = Error::damaged("footer checksum", "0x1", "0x2").advice("take another copy");
        let error = error.based_at(FileOffset::new(512));
        assert_eq!(
            error.to_string(),
            "footer checksum at byte 512: found 0x1, expected 0x2; take another copy"
        );
    }
}
