//! Workspace packages, as `spec/workspace-package.md` has them.

pub mod msi;
