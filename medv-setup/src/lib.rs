//! The Windows programs of a workspace package, as `spec/workspace-package.md` has them.
//!
//! What they decide and do to files is plain code that runs, and is tested, anywhere. Only `windows` talks to Windows;
//! it is the one place with `unsafe`, a module for each family of calls.

pub mod action_data;
pub mod check_disk;
pub mod codes;
pub mod command_line;
pub mod delete_disks;
pub mod disk_files;
pub mod expand_disk;
mod failure;
mod held_folder;
pub mod install_folder;
mod installer;
pub mod log_file;
pub mod overlay;
pub mod package;
mod patience;
pub mod pending_deletions;
pub mod progress_message;
pub mod room;
#[cfg(windows)]
pub mod windows;

pub use failure::{Failure, Result};
pub use installer::Installer;
