//! QEMU ends with its owner, however that ends.
//!
//! The kernel can be asked to kill a process when its parent is gone, but only by that process. So QEMU is started through
//! `medv-host hold`, which asks for it and then becomes QEMU.

use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use medv_codec::{Error, Result};
use nix::sys::signal;
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

/// The first argument of `medv-host` that leads here.
pub const SUBCOMMAND: &str = "hold";

/// `medv-host hold PARENT PROGRAM ARGUMENT…`: becomes the program, and is killed when the thread of process `PARENT` that had
/// started it ends.
///
/// # Errors
/// It does not return without one. Usage: those are not the arguments. I/O: the program cannot be started.
pub fn hold(mut arguments: impl Iterator<Item = OsString>) -> Result<Infallible> {
    let parent = arguments.next().and_then(|parent| parent.to_str()?.parse().ok()).and_then(Pid::from_raw);
    let (Some(parent), Some(program)) = (parent, arguments.next()) else {
        return Err(Error::usage("hold PARENT PROGRAM ARGUMENT… is for medv-host itself"));
    };
    let cannot = |error| Error::io("cannot be started", error).in_file(&program);
    belong_to(parent).map_err(cannot)?;
    Err(cannot(Command::new(&program).args(arguments).exec()))
}

fn belong_to(parent: Pid) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // What ends a terminal, a session or a service is told to all of its processes at once. The machine's end is its owner's business,
    // who has it saved.
    let signals = [signal::SIGINT, signal::SIGTERM, signal::SIGHUP].into_iter().collect();
    signal::sigprocmask(signal::SigmaskHow::SIG_BLOCK, Some(&signals), None)?;
    // It may have ended before the signal was asked for.
    if getppid() == Some(parent) { Ok(()) } else { Err(io::Error::other("its owner has ended")) }
}
