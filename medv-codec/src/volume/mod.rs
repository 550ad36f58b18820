//! What is on a disk: its partitions, their file systems, and which of their clusters are free.
//!
//! - [`partitions`] reads the partition table (MBR with logical partitions, GPT, or none).
//! - [`free_space`] reads the allocation bitmaps of NTFS, ext2/3/4 and FAT volumes, without mounting them. A wrongly
//!   freed cluster is a lost file: a volume that gives reason for doubt is refused, and left as it is.

mod ext;
mod fat;
mod file_system;
mod free_extents;
mod free_space;
mod ntfs;
mod ntfs_file;
mod partitions;
mod trim;
mod window;

pub use file_system::FileSystem;
pub use free_space::FreeSpace;
pub use partitions::{Partition, PartitionTable, Scheme, partitions};
pub use trim::{Outcome, VolumeReport, free_space};
