//! What is said to the host, from any thread. Without a host nothing is said; what matters is said again when one is there.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use medv_protocol::{ToHost, encode};

/// The way to the host.
#[derive(Default)]
pub(crate) struct Outbox {
    way: Mutex<Way>,
    changed: Condvar,
}

#[derive(Default)]
struct Way {
    lines: Option<SyncSender<Out>>,
    /// Whether the host has said who it is.
    is_greeted: bool,
    /// What must be said once, later if there is nobody now.
    kept: Vec<ToHost>,
}

/// What a writer takes.
pub(crate) enum Out {
    Line(Vec<u8>),
    /// Tell that everything before is written.
    Flush(SyncSender<()>),
}

/// There is no host to say it to.
#[derive(Debug)]
pub(crate) struct Gone;

/// Most messages that wait for a host.
const MAX_KEPT: usize = 256;

impl Outbox {
    /// There is a writer for lines, or none any more.
    pub(crate) fn connect(&self, lines: Option<SyncSender<Out>>) {
        let mut way = self.lock();
        way.lines = lines;
        way.is_greeted = false;
    }

    /// The host has said who it is: what was kept goes first.
    pub(crate) fn greet(&self) {
        let mut way = self.lock();
        way.is_greeted = true;
        let kept = std::mem::take(&mut way.kept);
        drop(way);
        self.changed.notify_all();
        for message in kept {
            self.say_or_keep(message);
        }
    }

    /// Says it; waits while the host does not read.
    pub(crate) fn say(&self, message: &ToHost) -> Result<(), Gone> {
        // Whoever makes messages keeps them within a line.
        let line = encode(message).map_err(|_| Gone)?;
        let lines = self.lock().lines.clone().ok_or(Gone)?;
        lines.send(Out::Line(line)).map_err(|_| Gone)
    }

    /// Says it now, or when there is a host again.
    pub(crate) fn say_or_keep(&self, message: ToHost) {
        if !self.lock().is_greeted || self.say(&message).is_err() {
            let mut way = self.lock();
            if way.kept.len() < MAX_KEPT {
                way.kept.push(message);
            }
        }
    }

    /// Waits until there is a host.
    pub(crate) fn wait_for_host(&self) {
        let way = self.lock();
        let _greeted =
            self.changed.wait_while(way, |way| !way.is_greeted).unwrap_or_else(PoisonError::into_inner);
    }

    /// Waits until all that was said has been written, but not for ever.
    pub(crate) fn flush(&self) {
        let lines = self.lock().lines.clone();
        let (done, is_done) = sync_channel(1);
        if lines.is_some_and(|lines| lines.send(Out::Flush(done)).is_ok()) {
            let _ = is_done.recv_timeout(Duration::from_secs(5));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
