//! Actions of our own: the `CustomAction` table.

use msi::Value;

use super::database::Database;
use super::schema::Table;
use super::sequence::schedule;

/// The name of `medv-actions.dll` in the Binary table.
pub(super) const LIBRARY: &str = "MedvActions";

/// What an action does. The numbers are the sums of Windows Installer's `msidbCustomActionType…`.
#[derive(Clone, Copy)]
pub(super) enum Kind<'a> {
    /// Sets a property to a formatted text.
    Set { property: &'a str, to: &'a str },
    /// Ends the installation with a message.
    Stop { message: &'a str },
    /// Starts the program whose path a property has, and does not wait for it.
    Start { property: &'a str, arguments: &'a str },
    /// Calls an entry point of `medv-actions.dll`, of the action's own name.
    Call(When),
}

/// When an entry point of the library is called.
#[derive(Clone, Copy)]
pub(super) enum When {
    /// At once, before anything is changed.
    Immediate,
    /// When its turn comes among the changes, with the rights of the system.
    Deferred,
    /// As [`When::Deferred`]; a failure does not end the installation.
    DeferredMayFail,
    /// When what follows failed.
    Rollback,
    /// When everything went well.
    Commit,
}

impl Kind<'_> {
    fn number(self) -> i32 {
        const LIBRARY_IN_BINARY: i32 = 1;
        const STOP: i32 = 19;
        const PROGRAM_IN_PROPERTY: i32 = 50;
        const SET: i32 = 51;
        const CONTINUE: i32 = 0x40;
        const ASYNCHRONOUS: i32 = 0x80;
        const ROLLBACK: i32 = 0x100;
        const COMMIT: i32 = 0x200;
        const IN_SCRIPT: i32 = 0x400;
        const NO_IMPERSONATION: i32 = 0x800;
        const AS_SYSTEM: i32 = LIBRARY_IN_BINARY + IN_SCRIPT + NO_IMPERSONATION;
        match self {
            Self::Set { .. } => SET,
            Self::Stop { .. } => STOP,
            Self::Start { .. } => PROGRAM_IN_PROPERTY + CONTINUE + ASYNCHRONOUS,
            Self::Call(When::Immediate) => LIBRARY_IN_BINARY,
            Self::Call(When::Deferred) => AS_SYSTEM,
            Self::Call(When::DeferredMayFail) => AS_SYSTEM + CONTINUE,
            Self::Call(When::Rollback) => AS_SYSTEM + ROLLBACK,
            Self::Call(When::Commit) => AS_SYSTEM + COMMIT,
        }
    }
}

/// Adds an action, and its place in `InstallExecuteSequence`.
pub(super) fn add(database: &mut Database, name: &str, kind: Kind<'_>, condition: &str, number: i32) {
    let (source, target) = match kind {
        Kind::Set { property, to } => (property.into(), to),
        Kind::Stop { message } => (Value::Null, message),
        Kind::Start { property, arguments } => (property.into(), arguments),
        Kind::Call(_) => (LIBRARY.into(), name),
    };
    database
        .add(Table::CustomAction, [name.into(), kind.number().into(), source, target.into(), Value::Null]);
    schedule(database, Table::InstallExecuteSequence, name, condition, number);
}

/// Adds an action that also has its place when Windows Installer shows a window, before it asks for administrator rights.
pub(super) fn add_in_both(database: &mut Database, name: &str, kind: Kind<'_>, condition: &str, number: i32) {
    add(database, name, kind, condition, number);
    schedule(database, Table::InstallUISequence, name, condition, number);
}
