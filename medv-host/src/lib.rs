//! The host agent, as a library: everything that the program `medv-host` is made of.

pub mod desktop;
pub mod event;
pub mod hypervisor;
#[cfg(unix)]
pub mod session_bus;
pub mod vault;
pub mod wakeup;
#[cfg(windows)]
mod windows;
