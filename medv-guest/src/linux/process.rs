//! Processes, this one's children or not: which they are, and how to wait for them.

use std::fs;
use std::process::Child;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::running::Process;
use crate::{Error, Result};

/// What a program is that was just started.
pub(crate) fn of(child: &Child) -> Result<Process> {
    let id = child.id();
    began(id)
        .map(|began| Process { id, began })
        .ok_or_else(|| Error::new(format!("/proc/{id}/stat does not say when it began")))
}

/// Waits until a program that was started here has ended, and tells how it failed if it has.
pub(crate) fn failure(child: &mut Child) -> Option<String> {
    match child.wait() {
        Ok(status) => (!status.success()).then(|| status.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

/// Waits until it has ended, whoever has started it. An error says nothing of it: it may run on.
pub(crate) fn wait_for(process: Process) -> Result<()> {
    let failed = |error: Errno| Error::new(format!("process {} cannot be waited for: {error}", process.id));
    let Some(id) = i32::try_from(process.id).ok().and_then(Pid::from_raw) else { return Ok(()) };
    let handle = match pidfd_open(id, PidfdFlags::empty()) {
        Err(Errno::SRCH) => return Ok(()),
        opened => opened.map_err(failed)?,
    };
    // Looked at behind the handle: if it has the number now, it had it when the handle was opened.
    if began(process.id) != Some(process.began) {
        return Ok(());
    }
    loop {
        match poll(&mut [PollFd::new(&handle, PollFlags::IN)], None) {
            Err(Errno::INTR) => {}
            polled => return polled.map(drop).map_err(failed),
        }
    }
}

/// When a process began, in ticks since the system has: the 22nd field of its `stat`.
fn began(id: u32) -> Option<u64> {
    began_in(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
}

/// The second field is the program's name in parentheses, with whatever is in it.
fn began_in(stat: &str) -> Option<u64> {
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_moves_no_field() {
        let stat = "7 (a) 1 (b) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 9 10\n";
        assert_eq!(began_in(stat), Some(4711));
        assert_eq!(began_in("7 (a"), None);
    }

    #[test]
    fn the_end_of_a_process_is_waited_for_and_that_of_another_one_is_not() {
        let mut child =
            std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let process = of(&child).unwrap();
        wait_for(Process { began: process.began + 1, ..process }).unwrap();
        assert!(child.try_wait().unwrap().is_none(), "it runs");
        drop(child.stdin.take());
        wait_for(process).unwrap();
        assert!(child.try_wait().unwrap().is_some());
        wait_for(process).unwrap();
    }
}
