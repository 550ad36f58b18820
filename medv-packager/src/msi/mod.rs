//! Windows Installer databases (`.msi`): of a workspace, and of medv's own components. What they do is said in
//! `spec/workspace-package.md`; how a database is written is one file each of this folder.
//!
//! From memory to memory, without a clock: the same input gives the same bytes.

mod action;
mod cabinet;
mod check;
mod component;
mod component_files;
mod database;
mod disk_actions;
mod folder;
mod formatted;
mod identifier;
mod install_folder;
mod payload;
mod product;
mod registry;
mod schema;
mod search;
mod sequence;
mod short_name;
mod version;
mod workspace;

pub(crate) use identifier::braced;

pub use component::{Component, ComponentKind, component};
pub use component_files::whole_component;
pub use version::ProductVersion;
pub use workspace::{Disk, Programs, Workspace, workspace};
