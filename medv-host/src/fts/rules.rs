//! The administrator's rules.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::moment::Moment;

/// How long after "later" the user is asked again. The original does not tell its own interval.
pub(super) const ASK_AGAIN_AFTER: Duration = Duration::from_secs(3600);

/// What the settings say of first time setup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// `Fts\Mode`
    pub mode: Mode,
    /// `UserExperience\DialogTimeout`: how long the question whether to start stays open.
    pub dialog_timeout: Duration,
    /// `Fts\MaxPostponeTime`: how long it can be put off after it was first asked.
    pub max_postpone: Duration,
    /// `Fts\PostponeUtcDateTimeLimit`: until when it can be put off, whatever else is said.
    pub postpone_limit: Option<Moment>,
    /// `Fts\MaxRetryCount`: how often it is tried again after the first time.
    pub max_retries: u32,
    /// `Fts\NonInteractiveTimeout`: how long the guest may take.
    pub attempt_timeout: Duration,
    /// `Fts\NonInteractiveRetryTimeoutInc`: how much longer with each retry.
    pub attempt_timeout_more: Duration,
    /// `VM\TaskTimeout`: how long anything else may take.
    pub task_timeout: Duration,
    /// `Fts\TaskCancelTimeout`: how long the guest has to shut down when an attempt has failed.
    pub cancel_timeout: Duration,
    /// `Fts\TaskVMTurnOffTimeout`: how long turning off may take.
    pub turn_off_timeout: Duration,
    /// `Fts\DeleteVMStateTimeout`: how long deleting the machine may take.
    pub delete_timeout: Duration,
    /// `Fts\DetachVfdTimeout`: how long it may take until the medium with the answers is gone.
    pub detach_timeout: Duration,
    /// `Fts\ExplorerTimeout`: how long ftscompletion waits for the desktop.
    pub desktop_timeout: Duration,
}

/// How much first time setup shows of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The user is asked, and works with the guest's own setup in its window.
    Attended,
    /// The user is asked; the machine stays hidden.
    Unattended,
    /// The user is not asked; the machine stays hidden.
    Silent,
}

impl Rules {
    /// Until when the user may put it off, if it was first asked then: the earlier of the two limits.
    pub(super) fn may_wait_until(&self, first_asked: Moment) -> Moment {
        let by_hours = first_asked.after(self.max_postpone);
        self.postpone_limit.map_or(by_hours, |limit| limit.min(by_hours))
    }

    /// Until when the guest has to have done its part. A user who works with it has all the time in the world.
    pub(super) fn attempt_ends(&self, now: Moment, retries: u32) -> Option<Moment> {
        let more = self.attempt_timeout_more.saturating_mul(retries);
        (self.mode != Mode::Attended).then(|| now.after(self.attempt_timeout.saturating_add(more)))
    }
}
