//! Connections to QEMU: for its monitor, for the guest agent's port, and for the state of a machine.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::{Handle, Plug, Wire};
#[cfg(windows)]
pub(super) use windows::{Handle, Plug, Wire};
