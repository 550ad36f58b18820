//! Real machines: QEMU, and a small Linux that `cargo xtask guest` makes.
#![cfg(target_os = "linux")]

mod laboratory;
#[path = "../own_namespaces/mod.rs"]
mod own_namespaces;
mod with_qemu_system_x86_64;
mod with_qemu_system_x86_64_and_a_bridge;
mod with_qemu_system_x86_64_and_a_small_disk;
