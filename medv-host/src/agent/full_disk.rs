//! The host's disk is full: the hypervisor stops a machine that cannot write, so that its guest loses nothing. It is tried again
//! and again whether there is room.

use std::time::Duration;

use super::Agent;
use crate::desktop::Urgency;
use crate::event::{Event, Level};
use crate::moment::Moment;

/// How long a machine waits for the next try, and how long it must then have run for all to be well.
const AGAIN: Duration = Duration::from_secs(10);

/// A machine without room.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoRoom {
    since: Moment,
    /// Whether it stands still.
    is_stopped: bool,
    next: Moment,
}

impl Agent {
    pub(super) fn disk_is_full(&mut self) {
        let now = Moment::now();
        let since = match self.no_room {
            Some(before) => before.since,
            None => {
                self.tell_no_room();
                now
            }
        };
        self.no_room = Some(NoRoom { since, is_stopped: true, next: now.after(AGAIN) });
    }

    fn tell_no_room(&mut self) {
        let Some(workspace) = &self.workspace else { return };
        let layer = workspace.layer(&self.places);
        let text = format!(
            "There is no room for what it writes, in {}. Free some; it then goes on by itself.",
            layer.parent().unwrap_or(&layer).display()
        );
        self.tell_of_workspace("waits: the disk is full", text, Urgency::Critical);
    }

    /// Whether nothing can be expected of the machine. One that ends has its limits still.
    pub(super) fn is_without_room(&self) -> bool {
        self.no_room.is_some() && !(self.is_ready() && self.life.power.is_ending())
    }

    /// The time for the next try has come.
    pub(super) fn try_for_room(&mut self) {
        let Some(no_room) = self.no_room.take() else { return };
        let now = Moment::now();
        if !no_room.is_stopped {
            self.note(&Event::plain(
                Level::Information,
                "there is room on the disk again: the guest goes on",
            ));
            if !self.life.power.is_ending() {
                // It could answer nobody in the meantime.
                let lost = no_room.since.until(now).as_secs();
                self.put_off_deadlines(lost.cast_signed());
            }
            return;
        }
        let went_on = self.machine.as_ref().map(|machine| machine.go_on());
        let is_stopped = match went_on {
            Some(Err(error)) => {
                self.note(&Event::of_error(Level::Warning, &error));
                true
            }
            _ => false,
        };
        self.no_room = Some(NoRoom { is_stopped, next: now.after(AGAIN), ..no_room });
    }

    /// When the next try is due.
    pub(super) fn next_try(&self) -> Option<Moment> {
        self.no_room.map(|no_room| no_room.next)
    }

    pub(super) fn put_off_tries(&mut self, seconds: i64) {
        if let Some(NoRoom { since, next, .. }) = &mut self.no_room {
            (*since, *next) = (since.put_off(seconds), next.put_off(seconds));
        }
    }
}
