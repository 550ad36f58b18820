//! What the end-to-end tests share: disks made in code, the binary, a web server that misbehaves, storage that fails.

pub mod command;
pub mod disk_files;
pub mod engine;
pub mod failing_storage;
pub mod golden;
pub mod images;
mod memory_disk;
pub mod sample;
pub mod screen;
pub mod vhd_builder;
pub mod web_server;
pub mod windows_machine;
pub mod windows_package;
pub mod workshop;

pub use memory_disk::MemoryDisk;
