//! The life of a machine that is ready: when it starts, when it ends, and what is done when it does not.
//!
//! Like [`crate::fts`] this is a pure state machine: [`Life`] is its state, [`Life::step`] takes what has happened and the
//! time, and answers with what to do.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `power.rs` | the states of the machine |
//! | `rules.rs` | the administrator's rules |
//! | `input.rs`, `action.rs` | what it is told, and what it asks for |
//! | `step.rs` | what follows from what |
//! | `ways.rs` | the steps that are taken from several places: starting, ending, ending by force |

mod action;
mod input;
mod power;
mod rules;
mod step;
#[cfg(test)]
mod walk;
mod ways;

pub use action::Action;
pub use input::Input;
pub use power::Power;
pub use rules::{CloseAction, Rules};

use crate::moment::Moment;

/// A machine that is ready, and what is to become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// Its state.
    pub power: Power,
    /// How many of its applications run.
    pub apps: u32,
    /// Whether an application waits for it.
    pub is_awaited: bool,
    /// When the present state ends of itself.
    state_ends: Option<Moment>,
    /// When it is closed, as nobody uses it.
    closes: Option<Moment>,
    /// What follows when it is off.
    then: Then,
    /// It was woken up for updates.
    woken: Option<Woken>,
    /// Whether the user has started it himself: then it is not closed for want of use.
    is_held: bool,
    /// Until when what is being opened counts as if it ran.
    opens: Option<Moment>,
    /// Why the guest wants a restart, before the user is logged on.
    restart_reason: Option<String>,
    /// When it was last restarted for the guest.
    restarted: Option<Moment>,
    /// Since when a restart is wanted that the user has put off.
    restart_since: Option<Moment>,
    /// When it ended without being asked to, the last few times.
    crashes: Vec<Moment>,
    /// Whether it was restarted because nobody could be logged on.
    recycled: bool,
}

/// What follows when it is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// It stays off, unless an application waits.
    Stay,
    /// It starts again.
    Start,
    /// The workspace that has gone is left.
    LeaveWorkspace,
    /// The agent ends.
    EndAgent,
}

impl Then {
    /// Why nothing is opened any more.
    fn reason(self) -> &'static str {
        match self {
            Self::Stay | Self::Start => "the machine is being stopped",
            Self::LeaveWorkspace => "the workspace has been removed",
            Self::EndAgent => "the session ends",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Woken {
    until: Moment,
    was_saved: bool,
}

impl Life {
    /// A machine that is off.
    pub fn new() -> Self {
        Self {
            power: Power::Off,
            apps: 0,
            is_awaited: false,
            state_ends: None,
            closes: None,
            then: Then::Stay,
            woken: None,
            is_held: false,
            opens: None,
            restart_reason: None,
            restarted: None,
            restart_since: None,
            crashes: Vec::new(),
            recycled: false,
        }
    }

    /// A machine whose first time setup has just ended: it runs, and the user is logged on.
    pub fn after_first_time_setup(rules: &Rules, now: Moment) -> Self {
        let mut life = Self { power: Power::Running, ..Self::new() };
        life.linger(rules, now);
        life
    }

    /// When [`Input::TimeUp`] is due.
    pub fn deadline(&self, rules: &Rules) -> Option<Moment> {
        let woken = self.woken.map(|woken| woken.until);
        let restart = self.restart_since.map(|since| since.after(rules.restart_delay));
        [self.state_ends, self.closes, woken, restart].into_iter().flatten().min()
    }

    /// What is to happen within a time happens so many seconds later, or earlier: nobody could do anything in them, or the clock was
    /// set. What is to happen at a time stays: the end of a waking up, a restart that was put off.
    pub fn put_off(&mut self, seconds: i64) {
        for deadline in [&mut self.state_ends, &mut self.closes, &mut self.opens] {
            *deadline = deadline.map(|deadline| deadline.put_off(seconds));
        }
    }
}

impl Default for Life {
    fn default() -> Self {
        Self::new()
    }
}
