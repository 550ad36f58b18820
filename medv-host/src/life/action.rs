//! What the life of a machine asks for.

use crate::event::EventId;

/// Something to do. What comes of it is an [`super::Input`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Start the machine: later `Hello`, `MachineEnded`, `Panicked`; or `NotStarted`.
    Start {
        /// From its saved state.
        from_saved: bool,
    },
    /// Get the password from memory, the vault or the user: `PasswordKnown` or `PasswordRefused`.
    GetPassword {
        /// Whether the one before was wrong.
        again: bool,
    },
    /// Log the user on: `LoggedOn` or `LogOnRefused`.
    LogOn,
    /// Start what waits: `AppStarted` for each.
    OpenAwaited,
    /// What waits cannot be opened: why.
    RefuseAwaited(String),
    /// Save the state: `MachineEnded` or `NotSaved`.
    Save,
    /// Ask the guest to shut down: `MachineEnded`.
    ShutDownGuest,
    /// Press the power button: `MachineEnded`.
    PressPowerButton,
    /// Turn it off: `MachineEnded`, at once if it is off.
    TurnOff,
    /// Ask the user whether the guest may restart: `Yes` or `Later`.
    AskRestart(String),
    /// Take back what was asked.
    Withdraw,
    /// Note an event.
    Note(EventId, String),
    /// Tell the user that the machine does not stay up.
    TellBroken(String),
    /// The machine is off: leave the workspace that has gone.
    LeaveWorkspace,
    /// End the agent.
    EndAgent,
}
