//! The exit codes, one a family of errors.

use medv_codec::ErrorKind;
use serde::Serialize;

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Exit {
    Done,
    Damaged,
    Usage,
    Io,
    Unsupported,
    Limit,
    Interrupted,
}

impl Exit {
    const ALL: [Self; 7] =
        [Self::Done, Self::Damaged, Self::Usage, Self::Io, Self::Unsupported, Self::Limit, Self::Interrupted];

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Damaged => 1,
            Self::Usage => 2,
            Self::Io => 3,
            Self::Unsupported => 4,
            Self::Limit => 5,
            Self::Interrupted => 130,
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Damaged => "damaged, or not what it should be",
            Self::Usage => "wrong usage",
            Self::Io => "reading or writing failed; trying again may help",
            Self::Unsupported => "valid, but not supported",
            Self::Limit => "a limit was hit",
            Self::Interrupted => "interrupted",
        }
    }

    /// The table that `--help` shows.
    pub(crate) fn table() -> String {
        let lines = Self::ALL.map(|exit| format!("  {:>3}  {}", exit.code(), exit.meaning()));
        lines.join("\n")
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Io => Self::Io,
            ErrorKind::Damaged => Self::Damaged,
            ErrorKind::Unsupported => Self::Unsupported,
            ErrorKind::Limit => Self::Limit,
            ErrorKind::Usage => Self::Usage,
            ErrorKind::Cancelled => Self::Interrupted,
        }
    }
}
