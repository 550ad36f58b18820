//! What first time setup asks for.

use crate::event::EventId;

/// Something to do. What comes of it is an [`super::Input`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Ask whether it may start: `Yes` or `Later`.
    AskStart,
    /// Ask whether to try again: `Yes` or `Later`.
    AskRetry,
    /// Get the user's password from memory, the vault or the user: `PasswordKnown` or `Later`.
    GetPassword {
        /// Whether the one before was wrong.
        again: bool,
    },
    /// Take back what was asked.
    Withdraw,
    /// Make the user's layer over the master disk: `LayerCreated` or `Failed`.
    CreateLayer,
    /// Write the medium with the guest's answers: `AnswersWritten` or `Failed`.
    WriteAnswers,
    /// Delete that medium; nothing comes of it.
    RemoveAnswers,
    /// Start the machine: later `Hello`, `MachineEnded`, `Panicked`; or `Failed` at once.
    StartMachine {
        /// With the medium.
        with_answers: bool,
    },
    /// Tell the guest to run the administrator's commands and ftscompletion.
    RunSetup,
    /// Log the user on: `LoggedOn` or `LogOnRefused`.
    LogOn,
    /// Tell the guest to shut down: `MachineEnded`.
    ShutDownGuest,
    /// Turn the machine off: `MachineEnded`, at once if it is off.
    TurnOff,
    /// Delete the layer, its saved state and the medium: `Deleted` or `Failed`.
    DeleteMachine,
    /// Note an event.
    Note(EventId, String),
    /// Keep the result for the administrator: 0, or the number of an event.
    Record(u32),
    /// Tell the user.
    Tell(Notice),
}

/// What the user is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// It begins now, without a question.
    Begins,
    /// The applications are ready.
    Ready,
    /// It has failed, and is not tried again.
    Failed,
}
