//! How far first time setup is: what is kept between steps, and between runs of the agent.

use serde::{Deserialize, Serialize};

use super::stage::Stage;
use crate::event::EventId;
use crate::moment::Moment;

/// How far first time setup is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The stage.
    pub stage: Stage,
    /// How often it was tried again since the agent started.
    pub retries: u32,
    /// When the stage ends of itself, if it does: [`super::Input::TimeUp`] is due then.
    pub deadline: Option<Moment>,
    /// When the user was asked for the first time.
    pub first_asked: Option<Moment>,
    /// What the guest is doing, as it said last.
    pub task: Option<Task>,
    /// What went wrong last.
    pub failure: Option<u32>,
    /// What follows when the machine is deleted.
    pub(super) then: Then,
    /// Until when the guest has to have done its part.
    pub(super) attempt_ends: Option<Moment>,
    /// Whether the guest was restarted because nobody could be logged on.
    pub(super) recycled: bool,
}

/// A part of the guest's work, for whoever watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// What it does.
    pub name: String,
    /// Which of the administrator's commands it is, and of how many.
    pub number: Option<(u32, u32)>,
}

/// What follows when the machine is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Then {
    /// It is tried again, or given up.
    Retry,
    /// It begins, by asking the user if that is the mode.
    Begin,
    /// It begins without asking: the user wanted it.
    BeginAtOnce,
}

impl Progress {
    /// It has not begun.
    pub fn new() -> Self {
        Self {
            stage: Stage::Idle,
            retries: 0,
            deadline: None,
            first_asked: None,
            task: None,
            failure: None,
            then: Then::Begin,
            attempt_ends: None,
            recycled: false,
        }
    }

    /// What is to happen within a time happens so many seconds later, or earlier: nobody could do anything in them, or the clock was
    /// set. What the user has put off comes when he was told.
    pub fn put_off(&mut self, seconds: i64) {
        if self.stage != Stage::Postponed {
            for deadline in [&mut self.deadline, &mut self.attempt_ends] {
                *deadline = deadline.map(|deadline| deadline.put_off(seconds));
            }
        }
    }

    pub(super) fn enter(&mut self, stage: Stage, deadline: Option<Moment>) {
        self.stage = stage;
        self.deadline = deadline;
    }

    pub(super) fn fails_with(&mut self, id: EventId) {
        self.failure = Some(id.number());
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}
