//! What talks to Windows. A module for each family of its calls; only those that say so have `unsafe` in them.

pub mod actions;
pub mod file_system;
pub mod product;
pub mod registry;
pub mod security;
pub mod session;
pub mod setup;
mod text;
pub mod uninstall;
pub mod window;
mod wizard;
