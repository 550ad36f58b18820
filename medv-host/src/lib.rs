//! The host agent, as a library: everything that the program `medv-host` is made of.

pub mod desktop;
pub mod event;
pub mod hypervisor;
pub mod layer;
pub mod memory;
pub mod vault;
#[cfg(windows)]
mod windows;
