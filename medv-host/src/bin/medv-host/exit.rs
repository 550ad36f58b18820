//! The exit codes, one a family of errors, and how an error is shown.

#[cfg(unix)]
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use medv_codec::{Error, ErrorKind};
use medv_host::event::with_causes;

#[cfg(unix)]
use crate::notice;

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

/// Who has given a command, and so where its errors are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The session, as it began, or its timer. It disturbs nobody: what went wrong is in the log.
    Session,
    /// An entry of the menu, or a browser.
    Desktop,
    /// Somebody else.
    Other,
}

/// Shows an error, and says how the command ends. Where nobody reads what is printed, it is shown otherwise.
pub(crate) fn report(error: &Error, caller: Caller) -> Exit {
    let mut text = with_causes(error);
    if let Some(advice) = error.advised() {
        text = format!("{text}\n  help: {advice}");
    }
    if caller == Caller::Session || !shows(&text) {
        eprintln!("medv-host: error: {text}");
    }
    #[cfg(unix)]
    if caller == Caller::Desktop && !io::stderr().is_terminal() {
        notice::show(error);
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
