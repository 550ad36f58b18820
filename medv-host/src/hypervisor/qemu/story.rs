//! What has happened to a machine: at its end, this tells why it is gone.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::process::Exit;
use crate::hypervisor::End;

/// What has happened, for the one who must say why the machine is gone.
#[derive(Default)]
pub(super) struct Story {
    /// Whether we took the power away.
    pub(super) turned_off: bool,
    /// Whether its state is on disk.
    pub(super) saved: bool,
    /// What QEMU called the reason of its end.
    pub(super) shutdown: Option<String>,
    /// Whether the guest agent has opened its port.
    pub(super) heard: bool,
    /// The thread that saves it, if one was started.
    pub(super) saving: Option<JoinHandle<()>>,
}

impl Story {
    /// Why it is gone, now that it is.
    pub(super) fn end(&self, exit: &Exit) -> End {
        match self.shutdown.as_deref() {
            _ if self.saved => End::Saved,
            Some("guest-shutdown") => End::Off,
            Some("guest-reset") => End::Restart,
            _ if self.turned_off => End::TurnedOff,
            _ => End::Died(exit.to_string()),
        }
    }
}

pub(super) fn lock(story: &Mutex<Story>) -> MutexGuard<'_, Story> {
    story.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_last_decides_why_it_is_gone() {
        let exit = Exit { status: "signal: 9".into(), last_words: "bye".into() };
        let end = |turned_off, saved, shutdown: &str| {
            let shutdown = Some(shutdown.to_owned()).filter(|reason| !reason.is_empty());
            Story { turned_off, saved, shutdown, ..Story::default() }.end(&exit)
        };
        assert_eq!(end(false, false, "guest-shutdown"), End::Off);
        assert_eq!(end(false, false, "guest-reset"), End::Restart);
        assert_eq!(end(true, false, "host-qmp-quit"), End::TurnedOff);
        assert_eq!(end(true, false, ""), End::TurnedOff);
        assert_eq!(end(false, true, "host-qmp-quit"), End::Saved);
        assert_eq!(end(false, false, ""), End::Died("QEMU ended (signal: 9): bye".into()));
        assert!(matches!(end(false, false, "host-signal"), End::Died(_)));
    }
}
