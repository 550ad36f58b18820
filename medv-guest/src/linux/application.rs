//! An application, with all that it leaves behind: it has ended when nothing of it runs any more.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use rustix::io::Errno;
use rustix::process::{Pid, WaitOptions, getpid, set_child_subreaper, wait};

use crate::{Error, Result};

/// Runs a program, and comes back when it and its offspring have ended. Many programs are only scripts that start the real one
/// and end. Returns the exit code of the program itself; 1 if a signal ended it.
///
/// # Errors
/// If it cannot be started.
pub fn run_application(command: &[OsString]) -> Result<ExitCode> {
    let (program, arguments) = command.split_first().ok_or_else(|| Error::new("no program is given"))?;
    let failed = |error: Errno| Error::new(format!("cannot wait for a program: {error}"));
    // Who loses its parent gets this process instead.
    set_child_subreaper(Some(getpid())).map_err(failed)?;
    let started = Command::new(program).args(arguments).spawn();
    let started = started.map_err(|error| Error::new(format!("{}: {error}", program.display())))?;
    let mut code = ExitCode::FAILURE;
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((ended, how))) if ended == Pid::from_child(&started) => {
                code =
                    how.exit_status().and_then(|code| u8::try_from(code).ok()).map_or(code, ExitCode::from);
            }
            Ok(_) | Err(Errno::INTR) => {}
            Err(Errno::CHILD) => return Ok(code),
            Err(error) => return Err(failed(error)),
        }
    }
}
