//! What talks to Windows. A module for each family of its calls; only those that say so have `unsafe` in them.

pub mod actions;
mod console;
pub mod file_system;
mod folders;
mod msi_library;
pub mod product;
pub mod registry;
pub mod security;
pub mod session;
pub mod setup;
pub mod system_library;
mod text;
pub mod uninstall;
mod unpacked;
pub mod window;
mod wizard;
