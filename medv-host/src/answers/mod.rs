//! What a new guest is told at its first boot, on a small read-only medium that is gone afterwards.
//!
//! - [`guest_kind`] finds out what system a master disk holds.
//! - [`plan()`] decides by the settings what that guest is told of its host.
//! - [`make`] writes it in the guest's own language: `Sysprep.inf`, `Unattend.xml`, or cloud-init's `NoCloud`.
//! - [`remove`] overwrites and deletes the medium.

mod fat;
mod guest_programs;
mod kind;
mod medium;
mod mini_setup;
mod no_cloud;
mod plan;
mod sysprep_inf;
mod unattend_xml;
mod windows_setup;

pub use guest_programs::{guest_programs, guest_programs_folder};
pub use kind::{GuestKind, guest_kind};
pub use medium::{Made, make, remove};
pub use plan::{Domain, Plan, plan, random};
