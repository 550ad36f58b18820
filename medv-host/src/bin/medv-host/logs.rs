//! `medv-host logs`

use std::io::{self, Write};
use std::path::Path;

use medv_codec::{Error, Result};
use medv_host::control::Request;
use medv_host::event::{Level, LogFile};
use medv_host::places::Places;

use crate::args::{LogLevel, Logs};
use crate::calls::{must_be_installed, send};
use crate::guest_log::GuestLog;

pub(crate) fn run(root: Option<&Path>, options: &Logs) -> Result<()> {
    must_be_installed(root, &options.name)?;
    let places = Places::of_this_user(root)?;
    let mut out = io::stdout().lock();
    let written = match options.guest {
        true => guest(root, &places, options.lines, &mut out)?,
        false => host(&places, options, &mut out)?,
    };
    match written {
        // A reader that has seen enough changes nothing.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::io("cannot write the log", error))
        }
        _ => Ok(()),
    }
}

fn host(places: &Places, options: &Logs, out: &mut impl Write) -> Result<io::Result<()>> {
    let level = match options.level {
        LogLevel::Error => Level::Error,
        LogLevel::Warning => Level::Warning,
        LogLevel::Information => Level::Information,
        LogLevel::Debug => Level::Debug,
    };
    let lines = LogFile::new(places.state().join("host.log")).last(options.lines, level)?;
    Ok(lines.iter().try_for_each(|line| writeln!(out, "{line}")))
}

/// The guest agent's own log is fetched if it is there; the others came with first time setup.
fn guest(root: Option<&Path>, places: &Places, lines: usize, out: &mut impl Write) -> Result<io::Result<()>> {
    let fetched = send(root, &Request::FetchGuestLog)?.map(|client| client.last(|_| {}));
    if let Some(Err(error)) = fetched {
        eprintln!("medv-host: warning: {error}; what is shown was there before");
    }
    let logs = GuestLog::all(&places.guest_logs(), lines)?;
    Ok(logs.iter().try_for_each(|log| {
        writeln!(out, "==> {} <==", log.name)?;
        log.lines.iter().try_for_each(|line| writeln!(out, "{}", printable(line)))
    }))
}

/// What a guest has written does not move the terminal's cursor.
pub(crate) fn printable(line: &str) -> String {
    line.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}
