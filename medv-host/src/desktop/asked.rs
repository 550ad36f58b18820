//! A question that somebody waits for.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use medv_codec::{Error, Result};

use super::Answer;

/// Who is told the answer.
pub(super) type Answered = Box<dyn FnOnce(Answer) + Send>;

/// A question, and how it is shown.
pub(super) struct Asked<S> {
    /// Taken by whoever ends it: the user, or the withdrawal.
    answered: Mutex<Option<Answered>>,
    shown_as: Mutex<S>,
}

impl<S> Asked<S> {
    pub(super) fn new(answered: Answered, shown_as: S) -> Self {
        Self { answered: Mutex::new(Some(answered)), shown_as: Mutex::new(shown_as) }
    }

    /// The user has answered. Of no use if it is over.
    pub(super) fn answer(&self, answer: Answer) {
        // The lock is not held while the caller's function runs: it may ask the next question.
        let answered = lock(&self.answered).take();
        if let Some(answered) = answered {
            answered(answer);
        }
    }

    /// It is taken back; `false` if it was over already.
    pub(super) fn withdraw(&self) -> bool {
        lock(&self.answered).take().is_some()
    }

    pub(super) fn is_over(&self) -> bool {
        lock(&self.answered).is_none()
    }

    pub(super) fn shown_as(&self) -> MutexGuard<'_, S> {
        lock(&self.shown_as)
    }
}

/// Waits for an answer in a thread of its own.
pub(super) fn in_background(work: impl FnOnce() + Send + 'static) -> Result<()> {
    let started = thread::Builder::new().name("question".into()).spawn(work);
    started.map(drop).map_err(|error| Error::io("cannot start a thread that waits for the answer", error))
}

/// Nothing is left half done where these locks are held.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
