//! What the end-to-end tests share: builders of disks, a misbehaving web server, storage that fails.

mod memory_disk;

pub use memory_disk::MemoryDisk;
