//! The Windows programs of a workspace package, as `spec/workspace-package.md` has them.
