//! Workspace packages, as `spec/workspace-package.md` has them.
//!
//! - [`definition`] reads `workspace.toml`, and finds every rule that it breaks.
//! - [`sealed`] tells whether the disk is ready to become many machines.
//! - [`install`] installs a package on Linux; on Windows its own `setup.exe` does.
//! - [`build`] makes the package: the `.medv`, and around it what [`msi`], [`powershell`] and [`paper`] write.
#![forbid(unsafe_code)]

pub mod build;
pub mod deb;
pub mod definition;
#[cfg(unix)]
pub mod install;
pub mod msi;
pub mod paper;
pub mod powershell;
pub mod problem;
pub mod sealed;
mod settings_error;

pub use settings_error::engine_error;
