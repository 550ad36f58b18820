//! A process by its file descriptor: its number may be another's by the time a signal is sent.

use std::io;
use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::Arc;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

#[derive(Clone)]
pub(in super::super) struct Killer(Arc<OwnedFd>);

impl Killer {
    /// The child must not have been waited for.
    pub(super) fn of(child: &Child) -> io::Result<Self> {
        Ok(Self(Arc::new(pidfd_open(Pid::from_child(child), PidfdFlags::empty())?)))
    }

    pub(in super::super) fn kill(&self) {
        // It may have ended.
        _ = pidfd_send_signal(&*self.0, Signal::KILL);
    }
}
