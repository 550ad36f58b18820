//! An application, with all that it leaves behind: it has ended when nothing of it runs any more.

use std::ffi::OsString;
use std::process::Command;

use rustix::io::Errno;
use rustix::process::{WaitOptions, getpid, set_child_subreaper, wait};

use crate::{Error, Result};

/// Runs a program, and comes back when it and its offspring have ended. Many programs are only scripts that start the real one
/// and end.
///
/// # Errors
/// If it cannot be started.
pub fn run_application(command: &[OsString]) -> Result<()> {
    let (program, arguments) = command.split_first().ok_or_else(|| Error::new("no program is given"))?;
    let failed = |error: Errno| Error::new(format!("cannot wait for a program: {error}"));
    // Who loses its parent gets this process instead.
    set_child_subreaper(Some(getpid())).map_err(failed)?;
    let started = Command::new(program).args(arguments).spawn();
    drop(started.map_err(|error| Error::new(format!("{}: {error}", program.display())))?);
    loop {
        match wait(WaitOptions::empty()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(Errno::CHILD) => return Ok(()),
            Err(error) => return Err(failed(error)),
        }
    }
}
