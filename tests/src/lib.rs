//! What the end-to-end tests share: builders of disks, a misbehaving web server, storage that fails.
// A helper of a test panics where the test would: that is how it fails.
#![allow(clippy::missing_panics_doc)]

pub mod vhd_builder;
