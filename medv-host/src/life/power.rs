//! The states of the machine.

use serde::{Deserialize, Serialize};

/// What the machine is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// It is off.
    Off,
    /// It is off, and its state is saved.
    Saved,
    /// It boots, or wakes up.
    Starting,
    /// It runs for its updates, and nobody is logged on.
    Awake,
    /// The user is being logged on.
    LoggingOn,
    /// It runs, and the user is logged on.
    Running,
    /// Its state is being saved.
    Saving,
    /// The guest was asked to shut down.
    ShuttingDown,
    /// The power button was pressed, as the guest did not answer.
    Insisting,
    /// It loses its power.
    TurningOff,
}

impl Power {
    /// For people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Saved => "off, its state is saved",
            Self::Starting => "starting",
            Self::Awake => "running for its updates",
            Self::LoggingOn => "the user is being logged on",
            Self::Running => "running",
            Self::Saving => "its state is being saved",
            Self::ShuttingDown | Self::Insisting => "shutting down",
            Self::TurningOff => "being turned off",
        }
    }

    /// Whether there is no machine.
    pub fn is_off(self) -> bool {
        matches!(self, Self::Off | Self::Saved)
    }

    /// Whether it is on its way out.
    pub fn is_ending(self) -> bool {
        matches!(self, Self::Saving | Self::ShuttingDown | Self::Insisting | Self::TurningOff)
    }
}
