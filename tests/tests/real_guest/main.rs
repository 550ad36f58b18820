//! The whole life of a workspace, for real: a Linux guest that boots is packed, built into a package, installed, and brought
//! through first time setup on QEMU by the host agent; its applications are started, one is removed; it is stopped, woken up,
//! reset; and all that goes wrong on the way that can be made to.

mod cost;
mod host;
mod loudspeaker;
mod with_qemu_system_x86_64;
mod with_qemu_system_x86_64_and_debian;
mod with_vncviewer;
