//! Virtual Hard Disk files, as Microsoft's specification of October 2006 has them and as they are met in
//! practice. All numbers in these structures are big endian.

mod batmap;
mod block_allocation_table;
mod checksum;
mod creator;
mod disk_type;
mod dynamic_header;
mod footer;
mod geometry;
mod layout;
mod parent_locator;
mod sector_bitmap;
mod size_rule;
mod timestamp;
mod uuid;

pub use batmap::BatmapHeader;
pub use block_allocation_table::{BlockAllocationTable, BlockIndex};
pub use creator::CreatorApplication;
pub use disk_type::DiskType;
pub use dynamic_header::DynamicHeader;
pub use footer::Footer;
pub use geometry::Geometry;
pub use layout::{BlockPlace, BlockPlacer, DynamicLayout};
pub use parent_locator::{LocatorPath, ParentLocator, PlatformCode, decode_header_name};
pub use sector_bitmap::{BitOrder, SectorBitmap};
pub use size_rule::SizeRule;
pub use timestamp::Timestamp;
pub use uuid::Uuid;

/// "No further structure" in an offset field: what is met in practice.
pub const NO_OFFSET: u64 = u64::MAX;

/// "No further structure" in an offset field: what the specification prints.
pub const NO_OFFSET_AS_SPECIFIED: u64 = 0xFFFF_FFFF;

/// The largest virtual disk that Hyper-V and qemu accept: 2040 GiB.
pub const LARGEST_DISK: u64 = 0xFF00_0000 * crate::SECTOR;
