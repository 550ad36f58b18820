//! The host agent, as a library: everything that the program `medv-host` is made of.

mod access;
pub mod agent;
pub mod answers;
#[cfg(unix)]
mod changes;
pub mod control;
pub mod desktop;
pub mod event;
mod folder_id;
pub mod fts;
pub mod host_clock;
pub mod host_facts;
pub mod hypervisor;
pub mod layer;
pub mod life;
pub mod local_time;
#[cfg(unix)]
pub mod logind;
pub mod memory;
pub mod menu;
pub mod moment;
pub mod places;
mod programs;
pub mod redirect;
pub mod result;
#[cfg(unix)]
pub mod session_bus;
pub mod settings;
pub mod tray;
pub mod vault;
pub mod wakeup;
pub mod watch;
mod whole_file;
#[cfg(windows)]
mod windows;
pub mod workspace;

#[cfg(windows)]
pub use windows::{console, session_end};
