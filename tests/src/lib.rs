//! What the end-to-end tests share: builders of disks, a misbehaving web server, storage that fails.

pub mod command;
mod memory_disk;
pub mod web_server;

pub use memory_disk::MemoryDisk;
