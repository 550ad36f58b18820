//! Connections to QEMU: for its monitor, for the guest agent's port, and for the state of a machine.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::{Handle, Wire};
#[cfg(windows)]
pub(super) use windows::{Handle, Wire};

/// What of a child's a connection takes the place of, where it is inherited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inherited {
    /// Its standard input.
    Input,
    /// Its standard output.
    Output,
}
