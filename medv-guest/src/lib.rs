//! The guest agent of medv, and `ftscompletion`: what runs inside a machine. `medv-protocol` is how they speak with the
//! host; `spec/agent-protocol.md` is the law of it.
//!
//! - [`install`] puts the agent into the guest, once, and applies the answers of the host.
//! - [`agent`] is the agent: `port` is what it speaks through, `outbox` what it says, `setup` its first time setup,
//!   `apps`, `new_account`, `upgrade`, `host_network` and `printers` what their names say, `running` the programs that the host
//!   has had started.
//! - [`completion`] is `ftscompletion`, the last part of first time setup.
//! - `system` is what Linux and Windows do each in their own way: the same functions in two folders.
//!   Only `windows` has `unsafe`, a module for each family of Windows' calls.

pub mod agent;
mod apps;
mod clock;
mod commands;
pub mod completion;
mod error;
mod files;
mod host_network;
pub mod install;
mod log;
mod logs;
mod new_account;
pub mod options;
mod outbox;
mod places;
mod port;
mod printers;
pub mod restart_required;
mod running;
mod setup;
#[cfg(any(windows, test))]
mod shell_link;
mod state;
mod upgrade;

#[cfg(unix)]
#[path = "linux/mod.rs"]
mod system;
#[cfg(windows)]
#[path = "windows/mod.rs"]
mod system;

#[cfg(unix)]
pub use system::{
    application::run_application, desktop::wait_for_desktop, login::become_session, session::become_user,
};

pub use error::{Error, Result};
pub use places::Places;
