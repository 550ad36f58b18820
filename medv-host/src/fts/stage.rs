//! The stages of first time setup.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where first time setup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It has not begun.
    Idle,
    /// The user is asked whether it may start.
    Asking,
    /// The user has put it off.
    Postponed,
    /// The user's password is asked for.
    Credentials,
    /// The user's layer over the master disk is made.
    Creating,
    /// The answers for the guest are written.
    Personalising,
    /// The guest boots and sets itself up, until its agent speaks.
    MiniSetup,
    /// The guest runs the administrator's commands.
    Commands,
    /// ftscompletion does the last things inside the guest.
    Completing,
    /// The guest has done its part and restarts.
    Restarting,
    /// The user is logged on.
    LoggingOn,
    /// The guest's applications are listed.
    Configuring,
    /// It is done.
    Ready,
    /// An attempt has failed: the guest is told to shut down.
    Cancelling,
    /// The machine is turned off.
    TurningOff,
    /// The machine and what belongs to it are deleted.
    Deleting,
    /// The user is asked whether to try again.
    AskingRetry,
    /// It has failed, and is not tried again before the agent starts the next time.
    GivenUp,
}

impl Stage {
    /// All of them, in the order in which they are passed.
    pub const ALL: [Self; 18] = [
        Self::Idle,
        Self::Asking,
        Self::Postponed,
        Self::Credentials,
        Self::Creating,
        Self::Personalising,
        Self::MiniSetup,
        Self::Commands,
        Self::Completing,
        Self::Restarting,
        Self::LoggingOn,
        Self::Configuring,
        Self::Ready,
        Self::Cancelling,
        Self::TurningOff,
        Self::Deleting,
        Self::AskingRetry,
        Self::GivenUp,
    ];

    /// What it is called in documents: `mini-setup`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Asking => "asking",
            Self::Postponed => "postponed",
            Self::Credentials => "credentials",
            Self::Creating => "creating",
            Self::Personalising => "personalising",
            Self::MiniSetup => "mini-setup",
            Self::Commands => "commands",
            Self::Completing => "completing",
            Self::Restarting => "restarting",
            Self::LoggingOn => "logging-on",
            Self::Configuring => "configuring",
            Self::Ready => "ready",
            Self::Cancelling => "cancelling",
            Self::TurningOff => "turning-off",
            Self::Deleting => "deleting",
            Self::AskingRetry => "asking-retry",
            Self::GivenUp => "given-up",
        }
    }

    /// What happens in it, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Idle => "first time setup has not begun",
            Self::Asking => "the user is asked whether it may start",
            Self::Postponed => "the user has put it off",
            Self::Credentials => "the user's password is asked for",
            Self::Creating => "the user's disk is made",
            Self::Personalising => "the answers for the guest are written",
            Self::MiniSetup => "the guest sets itself up",
            Self::Commands => "the guest runs the administrator's commands",
            Self::Completing => "the guest completes its setup",
            Self::Restarting => "the guest restarts",
            Self::LoggingOn => "the user is logged on",
            Self::Configuring => "the guest's applications are listed",
            Self::Ready => "ready",
            Self::Cancelling => "it has failed; the guest is told to shut down",
            Self::TurningOff => "the machine is turned off",
            Self::Deleting => "what was made of the machine is deleted",
            Self::AskingRetry => "it has failed; the user is asked whether to try again",
            Self::GivenUp => "it has failed",
        }
    }

    /// Whether there may be a machine that is not ready: an agent that ends here has to begin anew.
    pub fn is_underway(self) -> bool {
        matches!(
            self,
            Self::Creating
                | Self::Personalising
                | Self::MiniSetup
                | Self::Commands
                | Self::Completing
                | Self::Restarting
                | Self::LoggingOn
                | Self::Configuring
                | Self::Cancelling
                | Self::TurningOff
                | Self::Deleting
        )
    }

    /// Whether the guest works on its setup: its restarts are part of it.
    pub fn is_inside_guest(self) -> bool {
        matches!(self, Self::MiniSetup | Self::Commands | Self::Completing)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
