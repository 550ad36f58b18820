//! What lies on the disks: partition tables, and as much of NTFS, ext2/3/4 and FAT as tells which of their
//! clusters are free. Structures only; `medv-codec` reads them.

mod allocation_bitmap;
mod ext_group_descriptor;
mod ext_superblock;
mod fat_boot;
mod fat_table;
mod gpt;
mod little_endian;
mod mbr;
mod ntfs_attribute_list;
mod ntfs_boot;
mod ntfs_fixup;
mod ntfs_index;
mod ntfs_log;
mod ntfs_record;
mod ntfs_run_list;
mod ntfs_shadow;

pub use allocation_bitmap::free_runs;
pub use ext_group_descriptor::ExtGroupDescriptor;
pub use ext_superblock::{ExtSuperblock, SPARSE_SUPER, SPARSE_SUPER2};
pub use fat_boot::{FatBoot, FatKind};
pub use fat_table::{BYTES_OF_WHOLE_ENTRIES, entries};
pub use gpt::{GptEntry, GptHeader, Guid, entries_checksum};
pub use mbr::{Mbr, MbrEntry};
pub use ntfs_attribute_list::{AttributeListEntry, attribute_list};
pub use ntfs_boot::NtfsBoot;
pub use ntfs_index::{IndexBlock, IndexEntry, IndexRoot};
pub use ntfs_log::RestartPage;
pub use ntfs_record::{Attribute, AttributeBody, AttributeType, FileRecord, FileReference};
pub use ntfs_run_list::{Run, RunList};
pub use ntfs_shadow::{ShadowCatalogBlock, ShadowHeader};
