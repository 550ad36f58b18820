//! What the life of a machine is told.

use super::rules::CloseAction;
use crate::hypervisor::End;
use crate::moment::Moment;

/// Something has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The agent has started, and the machine is ready. Tells whether its state is saved.
    AgentStarted {
        /// See above.
        saved: bool,
    },
    /// The machine is to start.
    StartWanted,
    /// An application, or an address, is to be opened: what it is waits in a queue.
    AppWanted,
    /// It runs.
    AppStarted,
    /// So many applications run already in a machine that was saved.
    AppsFound(u32),
    /// An application has ended.
    AppEnded,
    /// The machine could not be started.
    NotStarted {
        /// Why.
        reason: String,
        /// Whether its state is saved still.
        saved: bool,
    },
    /// The guest agent has said hello, and first time setup is done.
    Hello,
    /// The guest agent is being upgraded, and will say hello again, at the latest then.
    Upgrading(Moment),
    /// The password is there.
    PasswordKnown,
    /// The user did not give it.
    PasswordRefused,
    /// The guest did not take it.
    LogOnRefused,
    /// The user is logged on.
    LoggedOn,
    /// The guest agent has not answered in time.
    GuestSilent,
    /// The guest's system has crashed.
    Panicked,
    /// The state could not be saved: why.
    NotSaved(String),
    /// The machine is gone.
    MachineEnded(End),
    /// The machine is to be closed, in this way.
    StopWanted(CloseAction),
    /// The guest is to restart.
    RestartWanted,
    /// Something in the guest wants a restart.
    RestartRequired(String),
    /// The user lets it restart.
    Yes,
    /// The user puts it off.
    Later,
    /// It is to be awake until then, for its updates.
    WakeUp(Moment),
    /// A deadline has passed.
    TimeUp,
    /// The workspace is not installed any more, or is another one.
    WorkspaceGoes,
    /// The user's session ends.
    SessionEnds,
}
