//! What the end-to-end tests share: builders of disks, a misbehaving web server, storage that fails.

pub mod command;
pub mod web_server;
mod memory_disk;

pub use memory_disk::MemoryDisk;
