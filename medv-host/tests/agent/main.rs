//! The host agent above the hypervisor: machines only pretend, and a script plays their guest.
#![cfg(unix)]

mod callers;
mod desk;
mod guest;
mod laboratory;
mod with_qemu_img;
