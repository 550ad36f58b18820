//! First time setup: what has to happen, one step after the other, until a user's machine is ready.
//!
//! This is a pure state machine. [`Progress`] is its state, small enough to be written down after every step;
//! [`Progress::step`] takes what has happened ([`Input`]) and the time, and answers with what to do ([`Action`]). It has no
//! clock and does no I/O. [`TRANSITIONS`] is the map of it, from which the picture in the documents is drawn; a test
//! walks the machine at random and finds every way on the map, and none that is not.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `stage.rs` | the stages, and which of them an interruption undoes |
//! | `rules.rs` | the administrator's rules: mode, retries, time limits |
//! | `input.rs`, `action.rs` | what it is told, and what it asks for |
//! | `progress.rs` | the state that is kept |
//! | `step.rs` | what follows from what |
//! | `failing.rs` | what follows when an attempt has failed |
//! | `transitions.rs` | the map |

mod action;
mod failing;
mod input;
mod progress;
mod rules;
mod stage;
mod step;
mod transitions;
#[cfg(test)]
mod walk;

pub use action::{Action, Notice};
pub use input::{Failure, Input};
pub use progress::{Progress, Task};
pub use rules::{Mode, Rules};
pub use stage::Stage;
pub use transitions::{TRANSITIONS, Transition};
