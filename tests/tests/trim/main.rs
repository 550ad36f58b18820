//! `--trim` on real file systems: what their own tools make, and what those tools then say.
//!
//! Each `with_…` module needs the program it is named after.

mod hostile;
mod image;
mod with_mke2fs;
mod with_mkfs_fat;
mod with_mkntfs;
mod with_sfdisk;
