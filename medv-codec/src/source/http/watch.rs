//! Stopping without waiting for a server that says nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use ureq::Agent;

/// How often to look.
const PERIOD: Duration = Duration::from_millis(100);

/// Closes the connections of `agent` once `cancel` is true, as a read from a silent server would sit out its time-out.
/// The watch ends when the answer is dropped.
pub(super) fn watch(agent: Agent, cancel: Arc<AtomicBool>) -> Sender<()> {
    let (over, end) = mpsc::channel();
    let look = move || {
        while end.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
            if cancel.load(Ordering::Relaxed) {
                agent.shutdown();
                return;
            }
        }
    };
    // Without a thread to spare, stopping takes longer: no reason to fail.
    let _ = thread::Builder::new().name("http-watch".to_owned()).spawn(look);
    over
}
