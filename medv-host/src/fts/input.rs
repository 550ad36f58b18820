//! What first time setup is told.

use medv_protocol::{Phase, SetupOutcome, SetupTask};

use crate::event::EventId;
use crate::hypervisor::End;

/// Something has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The agent has started, and there is a workspace. Tells whether the user's machine is there, is whole, and belongs
    /// to the disk that is installed; else what is wrong with it.
    AgentStarted {
        /// What is wrong: [`EventId::MachineInvalid`] or [`EventId::MachineNotFound`].
        invalid: Option<EventId>,
    },
    /// The user says yes.
    Yes,
    /// The user says later, or has closed the question.
    Later,
    /// The password is there.
    PasswordKnown,
    /// The layer is there.
    LayerCreated,
    /// The answers are written.
    AnswersWritten,
    /// What was asked for could not be done.
    Failed(Failure),
    /// The guest agent has said hello.
    Hello(Phase),
    /// The guest has begun a part of its setup.
    GuestTask(SetupTask),
    /// The guest is done, or cannot do it.
    GuestEnded(SetupOutcome),
    /// The password was wrong, or the user cannot be logged on otherwise.
    LogOnRefused,
    /// The user is logged on.
    LoggedOn,
    /// The guest's applications are known.
    AppsListed,
    /// The guest's system has crashed.
    Panicked,
    /// The machine is gone.
    MachineEnded(End),
    /// The machine and all that belongs to it are deleted.
    Deleted,
    /// The deadline has passed.
    TimeUp,
    /// The user wants a new machine, and has confirmed that the old one is lost.
    Reset,
}

/// What could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// As which event it is noted, and recorded as the user's result if it was the last attempt.
    pub id: EventId,
    /// Why.
    pub reason: String,
}
