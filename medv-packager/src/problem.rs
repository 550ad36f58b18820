//! What is wrong with the definition of a workspace.

use std::fmt;

/// A rule that is broken, or something worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether the workspace can be built all the same.
    pub severity: Severity,
    /// The line in `workspace.toml`, counted from 1; `None` if it is about what is not there.
    pub line: Option<usize>,
    /// What was found, and what was expected.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

/// Whether the workspace can be built all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It can, and that should be known.
    Warning,
    /// It cannot.
    Error,
}

impl Problem {
    pub(crate) fn error(line: Option<usize>, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { severity: Severity::Error, line, message: message.into(), advice: advice.into() }
    }

    pub(crate) fn warning(
        line: Option<usize>,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, line, message: message.into(), advice: advice.into() }
    }
}

/// `error` or `warning`.
impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}
