//! The exit codes, one a family of errors, and how an error is shown.

use std::process::ExitCode;

use medv_codec::{Error, ErrorKind};

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    Damaged,
    Usage,
    Io,
    Unsupported,
    Limit,
    Interrupted,
}

const MEANINGS: [(Exit, &str); 7] = [
    (Exit::Done, "done"),
    (Exit::Damaged, "damaged, or not what it should be"),
    (Exit::Usage, "wrong usage, or not possible now"),
    (Exit::Io, "reading, writing or calling failed; trying again may help"),
    (Exit::Unsupported, "valid, but not supported"),
    (Exit::Limit, "a limit was hit"),
    (Exit::Interrupted, "interrupted"),
];

impl Exit {
    fn code(self) -> u8 {
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

    /// The table that `--help` shows.
    pub(crate) fn table() -> String {
        let lines = MEANINGS.map(|(exit, meaning)| format!("  {:>3}  {meaning}", exit.code()));
        format!("Exit codes:\n{}", lines.join("\n"))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Shows why arguments were not taken, or the help that was asked for, and says how the command ends.
pub(crate) fn not_run(error: &clap::Error) -> Exit {
    if !shows(&error.to_string()) {
        let _ = error.print();
    }
    if error.exit_code() == 0 { Exit::Done } else { Exit::Usage }
}

/// Shows an error, and says how the command ends. Where nobody reads what is printed, it is shown in a window if one
/// `may_open`.
pub(crate) fn report(error: &Error, may_open: bool) -> Exit {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    if let Some(advice) = error.advised() {
        text = format!("{text}\n  help: {advice}");
    }
    if !may_open || !shows(&text) {
        eprintln!("medv-host: error: {text}");
    }
    match error.kind() {
        ErrorKind::Io => Exit::Io,
        ErrorKind::Damaged => Exit::Damaged,
        ErrorKind::Unsupported => Exit::Unsupported,
        ErrorKind::Limit => Exit::Limit,
        ErrorKind::Usage => Exit::Usage,
        ErrorKind::Cancelled => Exit::Interrupted,
    }
}

/// Shows a text in a window, if nobody reads what is printed: only on Windows do programs start like that.
fn shows(text: &str) -> bool {
    #[cfg(windows)]
    return medv_host::console::show_error("medv-host", text);
    #[cfg(not(windows))]
    {
        let _ = text;
        false
    }
}
