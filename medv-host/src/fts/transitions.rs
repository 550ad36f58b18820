//! The map of first time setup: from which stage what leads where.
//!
//! `step.rs` and `failing.rs` are the law; this table is their picture. A test walks the law at random, and demands that every
//! step is in the table, and that every row of the table was walked.

use super::stage::Stage;
use super::stage::Stage::{
    Asking, AskingRetry, Cancelling, Commands, Completing, Configuring, Creating, Credentials, Deleting,
    GivenUp, Idle, LoggingOn, MiniSetup, Personalising, Postponed, Ready, Restarting, TurningOff,
};

/// A way from one stage to another. What stays in its stage is not on the map.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    /// From any of these.
    pub from: &'static [Stage],
    /// What has to happen.
    pub on: &'static str,
    /// To this one.
    pub to: Stage,
    /// How it is drawn: the way of a good run, or another.
    pub is_good: bool,
}

const fn good(from: &'static [Stage], on: &'static str, to: Stage) -> Transition {
    Transition { from, on, to, is_good: true }
}

const fn other(from: &'static [Stage], on: &'static str, to: Stage) -> Transition {
    Transition { from, on, to, is_good: false }
}

/// Stages in which there is a machine that is not ready.
const UNDERWAY: &[Stage] = &[
    Creating,
    Personalising,
    MiniSetup,
    Commands,
    Completing,
    Restarting,
    LoggingOn,
    Configuring,
    Cancelling,
    TurningOff,
];

/// Stages in which nothing is underway.
const RESTING: &[Stage] = &[Idle, Asking, Postponed, Credentials, AskingRetry, GivenUp];

/// All ways.
pub const TRANSITIONS: &[Transition] = &[
    good(RESTING, "agent starts", Asking),
    other(RESTING, "agent starts; silent, or no time left", Credentials),
    good(&[Asking], "yes", Credentials),
    other(&[Asking], "later, or no answer", Postponed),
    other(&[Postponed], "time to ask again", Asking),
    other(&[Postponed], "yes; or no time left", Credentials),
    other(&[Credentials], "later", Postponed),
    good(&[Credentials], "password known", Creating),
    good(&[Creating], "layer made", Personalising),
    good(&[Personalising], "answers written, machine started", MiniSetup),
    good(&[MiniSetup], "guest agent: hello", Commands),
    other(&[Completing], "guest agent: hello again", Commands),
    good(&[Commands], "guest agent: completion", Completing),
    other(&[Commands], "guest agent: complete", Restarting),
    good(&[Completing], "guest agent: complete", Restarting),
    other(&[MiniSetup, Commands, Completing], "guest agent: ready already", Restarting),
    good(&[Restarting], "guest restarts", LoggingOn),
    good(&[LoggingOn], "user logged on", Configuring),
    other(&[Configuring], "guest restarts", LoggingOn),
    good(&[Configuring], "applications listed", Ready),
    other(&[Commands, Completing], "guest agent: cannot", Cancelling),
    other(&[MiniSetup, Commands, Completing, Restarting, LoggingOn, Configuring], "time up", Cancelling),
    other(
        &[MiniSetup, Commands, Completing, Restarting, LoggingOn, Configuring],
        "guest crashed",
        TurningOff,
    ),
    other(&[MiniSetup, Commands, Completing, Restarting, LoggingOn, Configuring], "machine gone", Deleting),
    other(&[Creating, Personalising], "failed, or time up", Deleting),
    other(&[Cancelling], "time up, or guest crashed", TurningOff),
    other(&[Cancelling, TurningOff], "machine gone", Deleting),
    other(&[TurningOff], "time up", Deleting),
    other(&[Deleting], "deleted; retries left", AskingRetry),
    other(&[Deleting], "deleted; retries left, silent", Credentials),
    other(&[Deleting], "deleted; no retries left", GivenUp),
    other(&[Deleting], "deleted; begins anew", Asking),
    other(&[Deleting], "deleted; begins anew, without a question", Credentials),
    other(&[AskingRetry], "yes, or no answer", Credentials),
    other(&[AskingRetry], "later", GivenUp),
    other(UNDERWAY, "agent starts: interrupted", Deleting),
    other(&[Ready], "agent starts, machine not valid", Deleting),
    other(RESTING, "reset", TurningOff),
    other(&[Creating, Personalising, MiniSetup, Commands, Completing, Restarting], "reset", TurningOff),
    other(&[LoggingOn, Configuring, Ready], "reset", TurningOff),
];
