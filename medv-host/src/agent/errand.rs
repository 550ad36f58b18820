//! What takes long is done by threads, one after the other, and only the newest counts: what an attempt has begun that is over
//! is neither taken for the next one's, nor in its way.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// All errands of the agent.
#[derive(Default)]
pub(super) struct Errands {
    newest: Arc<AtomicU64>,
    turn: Arc<Mutex<()>>,
}

/// One that is to be done.
pub(super) struct Errand {
    number: u64,
    newest: Arc<AtomicU64>,
    turn: Arc<Mutex<()>>,
}

impl Errands {
    /// Begins another one. Those before do not count any more.
    pub(super) fn begin(&self) -> Errand {
        let number = self.newest.fetch_add(1, Ordering::SeqCst) + 1;
        Errand { number, newest: Arc::clone(&self.newest), turn: Arc::clone(&self.turn) }
    }

    /// None of them counts any more.
    pub(super) fn forget(&self) {
        self.newest.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether it is the newest.
    pub(super) fn counts(&self, number: u64) -> bool {
        self.newest.load(Ordering::SeqCst) == number
    }
}

impl Errand {
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Does it when those before are done, in a thread of its own; not at all if it does not count by then. `tell` hands on what
    /// came of it, before the next one begins.
    pub(super) fn run<T>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
        tell: impl FnOnce(T) + Send + 'static,
    ) {
        std::thread::spawn(move || {
            let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
            if self.newest.load(Ordering::SeqCst) == self.number {
                tell(work());
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn only_the_newest_counts_and_it_waits_for_those_that_are_being_done() {
        let errands = Errands::default();
        let ((tell, told), (begun, begins), (end, ends)) = (channel(), channel(), channel::<()>());
        let first = errands.begin();
        let (number, hand_on) = (first.number(), tell.clone());
        let slow = move || {
            begun.send(()).unwrap();
            ends.recv().unwrap();
        };
        first.run(slow, move |()| hand_on.send(1).unwrap());
        begins.recv().unwrap();
        let second = errands.begin();
        let third = errands.begin();
        assert!(
            !errands.counts(number) && !errands.counts(second.number()) && errands.counts(third.number())
        );
        for (errand, name) in [(second, 2), (third, 3)] {
            let hand_on = tell.clone();
            errand.run(|| (), move |()| hand_on.send(name).unwrap());
        }
        drop(tell);
        end.send(()).unwrap();
        assert_eq!(told.iter().collect::<Vec<_>>(), [1, 3]);
        errands.forget();
        assert!(!errands.counts(3));
    }
}
