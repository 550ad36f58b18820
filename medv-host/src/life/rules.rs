//! The administrator's rules.

use std::time::Duration;

/// How long after its last application the machine is closed: whoever closes one to open the next shall not wait.
pub(super) const LINGER: Duration = Duration::from_secs(10);

/// So many times in so long a machine that ended without being asked to is started again.
pub(super) const CRASHES: usize = 3;
pub(super) const CRASHES_WITHIN: Duration = Duration::from_secs(600);

/// How often the guest gets a restart without the user being asked: not more than once in so long.
pub(super) const RESTARTS_APART: Duration = Duration::from_secs(3600);

/// What the settings say of a machine's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// `UserExperience\LogonStartEnabled`: it starts with the session, and runs as long.
    pub logon_start: bool,
    /// `VM\CloseAction`
    pub close_action: CloseAction,
    /// `VM\TaskTimeout`: how long anything may take.
    pub task_timeout: Duration,
    /// `Fts\TaskCancelTimeout`: how long the guest has to obey, before the power button is pressed.
    pub cancel_timeout: Duration,
    /// `Fts\TaskVMTurnOffTimeout`
    pub turn_off_timeout: Duration,
    /// `UserExperience\RebootAbsoluteDelayTimeout`: how long a restart can be put off.
    pub restart_delay: Duration,
}

/// How a machine is closed that nobody uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseAction {
    /// Its state is saved.
    Hibernate,
    /// The guest shuts down.
    ShutDown,
    /// It loses its power.
    TurnOff,
}
