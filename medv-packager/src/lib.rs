//! Workspace packages, as `spec/workspace-package.md` has them.

pub mod definition;
pub mod powershell;
pub mod problem;
pub mod sealed;
mod version;

pub use version::Version;
