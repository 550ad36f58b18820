//! The superblock of ext2, ext3 and ext4.

use byteorder::{ByteOrder, LittleEndian};

use crate::{Error, FileOffset, Result};

/// Copies of the superblock only in groups 0, 1 and powers of 3, 5 and 7 (read-only compatible feature).
pub const SPARSE_SUPER: u32 = 0x1;
/// Copies of the superblock only in the two groups it names (compatible feature).
pub const SPARSE_SUPER2: u32 = 0x200;

const META_BG: u32 = 0x10;
const IS_64BIT: u32 = 0x80;
const GDT_CSUM: u32 = 0x10;
const METADATA_CSUM: u32 = 0x400;
const BIGALLOC: u32 = 0x200;

/// Incompatible features that change nothing about how blocks are allocated.
const KNOWN_INCOMPAT: [u32; 12] = [
    0x2,      // filetype
    META_BG,  // meta_bg
    0x40,     // extents
    IS_64BIT, // 64bit
    0x100,    // mmp
    0x200,    // flex_bg
    0x400,    // ea_inode
    0x2000,   // metadata_csum_seed
    0x4000,   // large_dir
    0x8000,   // inline_data
    0x1_0000, // encrypt
    0x2_0000, // casefold
];

/// The same for read-only compatible ones.
const KNOWN_RO_COMPAT: [u32; 12] = [
    SPARSE_SUPER,  // sparse_super
    0x2,           // large_file
    0x4,           // btree_dir
    0x8,           // huge_file
    GDT_CSUM,      // uninit_bg
    0x20,          // dir_nlink
    0x40,          // extra_isize
    0x100,         // quota
    METADATA_CSUM, // metadata_csum
    0x1000,        // read-only
    0x2000,        // project
    0x8000,        // verity
];

/// What tells where blocks are, which are allocated, and whether that can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtSuperblock {
    /// Blocks in the volume.
    pub blocks: u64,
    /// The block that group 0 starts with; those before it belong to nobody.
    pub first_data_block: u32,
    /// Bytes in a block: a power of two, 1 KiB to 64 KiB.
    pub block_bytes: u32,
    /// Blocks in each group but the last.
    pub blocks_per_group: u32,
    /// Inodes in each group.
    pub inodes_per_group: u32,
    /// Bytes in an inode.
    pub inode_bytes: u16,
    /// Bytes in a group descriptor: 32, or with 64-bit block numbers 64 or more.
    pub descriptor_bytes: u16,
    /// Blocks kept after each copy of the group descriptors for more of them.
    pub reserved_descriptor_blocks: u16,
    /// The first descriptor block that lies in the groups it describes, if any does.
    pub first_meta_group: Option<u32>,
    /// Compatible features.
    pub compat: u32,
    /// Incompatible features.
    pub incompat: u32,
    /// Read-only compatible features.
    pub ro_compat: u32,
    /// The two groups with copies of the superblock, with [`SPARSE_SUPER2`].
    pub backup_groups: [u32; 2],
    state: u16,
    cluster_log: u32,
    block_log: u32,
    journal_inode: u32,
    journal_device: u32,
    last_orphan: u32,
}

impl ExtSuperblock {
    /// Bytes in the structure.
    pub const SIZE: usize = 1024;
    /// Where it is, in bytes from the start of the volume.
    pub const OFFSET: u64 = 1024;

    /// Whether the bytes say that they are a superblock.
    pub fn is_signed(bytes: &[u8]) -> bool {
        bytes.get(56..58) == Some(&[0x53, 0xEF])
    }

    /// `Damaged` where a size is not one that ext has.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Result<Self> {
        let word = |at: usize| LittleEndian::read_u32(bytes.get(at..).unwrap_or(&[0; 4]));
        let half = |at: usize| LittleEndian::read_u16(bytes.get(at..).unwrap_or(&[0; 2]));
        if !Self::is_signed(bytes) {
            return Err(field(56, "ext signature", half(56), "0xEF53"));
        }
        let dynamic = word(76) > 0;
        let features = |at| if dynamic { word(at) } else { 0 };
        let (compat, incompat, ro_compat) = (features(92), features(96), features(100));
        let block_log = word(24);
        let Some(block_bytes) = 1024u32.checked_shl(block_log).filter(|_| block_log <= 6) else {
            return Err(field(24, "ext block size", block_log, "0 to 6"));
        };
        let first_data_block = word(20);
        // Clusters of several blocks have other rules, which only matter to those who support them.
        let of_blocks = ro_compat & BIGALLOC == 0;
        if of_blocks && first_data_block != u32::from(block_bytes == 1024) {
            return Err(field(
                20,
                "ext first data block",
                first_data_block,
                "1 with blocks of 1 KiB, else 0",
            ));
        }
        let blocks_per_group = word(32);
        let most = block_bytes.saturating_mul(8);
        if blocks_per_group < 256 || (of_blocks && blocks_per_group > most) || blocks_per_group % 8 != 0 {
            return Err(field(32, "ext blocks in a group", blocks_per_group, "256 to 8 a byte of a block"));
        }
        let inodes_per_group = word(40);
        if inodes_per_group == 0 || inodes_per_group > most {
            return Err(field(40, "ext inodes in a group", inodes_per_group, "1 to 8 a byte of a block"));
        }
        let inode_bytes = if dynamic { half(88) } else { 128 };
        if inode_bytes < 128 || !inode_bytes.is_power_of_two() || u32::from(inode_bytes) > block_bytes {
            return Err(field(88, "ext inode size", inode_bytes, "128 to the block size"));
        }
        let is_64bit = incompat & IS_64BIT != 0;
        let descriptor_bytes = if is_64bit { half(254) } else { 32 };
        let enough = if is_64bit { 64 } else { 32 };
        if descriptor_bytes < enough || !descriptor_bytes.is_power_of_two() || descriptor_bytes > 1024 {
            return Err(field(254, "ext group descriptor size", descriptor_bytes, "64 to 1024"));
        }
        let high = if is_64bit { u64::from(word(336)) } else { 0 };
        let blocks = (high << 32) | u64::from(word(4));
        if blocks <= u64::from(first_data_block) {
            return Err(field(4, "ext size in blocks", blocks, "at least one"));
        }
        Ok(Self {
            blocks,
            first_data_block,
            block_bytes,
            blocks_per_group,
            inodes_per_group,
            inode_bytes,
            descriptor_bytes,
            reserved_descriptor_blocks: if dynamic { half(206) } else { 0 },
            first_meta_group: (incompat & META_BG != 0).then(|| word(260)),
            compat,
            incompat,
            ro_compat,
            backup_groups: [word(588), word(592)],
            state: half(58),
            cluster_log: word(28),
            block_log,
            journal_inode: word(224),
            journal_device: word(228),
            last_orphan: word(232),
        })
    }

    /// Why the allocation bitmaps cannot be believed, or not read by us; `None` if they can.
    pub fn doubt(&self) -> Option<String> {
        let known = |features: &[u32]| features.iter().fold(0, |all, bit| all | bit);
        let unknown_incompat = self.incompat & !known(&KNOWN_INCOMPAT);
        let unknown_ro = self.ro_compat & !known(&KNOWN_RO_COMPAT);
        Some(if self.state & 2 != 0 {
            "the file system has errors, run e2fsck on it".to_owned()
        } else if self.incompat & 0x4 != 0 {
            "its journal was not replayed, mount and unmount it or run e2fsck".to_owned()
        } else if self.state & 1 == 0 {
            "it was not cleanly unmounted, run e2fsck on it".to_owned()
        } else if self.state & 4 != 0 || self.last_orphan != 0 || self.ro_compat & 0x1_0000 != 0 {
            "it has deleted files that were not cleaned up, mount and unmount it or run e2fsck".to_owned()
        } else if self.incompat & 0x8 != 0 || (self.compat & 0x4 != 0 && self.has_foreign_journal()) {
            "its journal is, or is on, another device".to_owned()
        } else if self.ro_compat & BIGALLOC != 0 {
            "it allocates in clusters of several blocks (bigalloc), which is not supported".to_owned()
        } else if self.cluster_log != self.block_log && self.cluster_log != 0 {
            "its cluster size differs from its block size".to_owned()
        } else if unknown_incompat != 0 || unknown_ro != 0 {
            format!("it has unknown features (incompatible {unknown_incompat:#x}, read-only {unknown_ro:#x})")
        } else {
            return None;
        })
    }

    fn has_foreign_journal(&self) -> bool {
        self.journal_device != 0 || self.journal_inode == 0
    }

    /// Length of the volume in bytes, stopping at `u64::MAX`.
    pub fn bytes(&self) -> u64 {
        self.blocks.saturating_mul(u64::from(self.block_bytes))
    }

    /// Groups in the volume.
    pub fn groups(&self) -> u64 {
        let blocks = self.blocks.saturating_sub(u64::from(self.first_data_block));
        blocks.div_ceil(u64::from(self.blocks_per_group).max(1))
    }

    /// Whether a group may go without a written bitmap, marked in its descriptor.
    pub fn may_omit_bitmaps(&self) -> bool {
        self.ro_compat & (GDT_CSUM | METADATA_CSUM) != 0
    }

    /// Whether `group` starts with a copy of the superblock.
    pub fn group_has_superblock(&self, group: u64) -> bool {
        if group == 0 {
            return true;
        }
        if self.compat & SPARSE_SUPER2 != 0 {
            return self.backup_groups.iter().any(|backup| u64::from(*backup) == group);
        }
        if self.ro_compat & SPARSE_SUPER == 0 {
            return true;
        }
        [3, 5, 7].into_iter().any(|base: u64| {
            let powers = std::iter::successors(Some(1u64), |power| power.checked_mul(base));
            powers.take_while(|power| *power <= group).any(|power| power == group)
        })
    }

    /// `"ext2"`, `"ext3"` or `"ext4"`, as blkid tells them apart: by journal, then by features that ext3 lacks.
    pub fn generation(&self) -> &'static str {
        if self.incompat & !0x1E != 0 || self.ro_compat & !0x7 != 0 {
            "ext4"
        } else if self.compat & 0x4 != 0 {
            "ext3"
        } else {
            "ext2"
        }
    }
}

fn field(at: u64, what: &'static str, found: impl std::fmt::Display, expected: &str) -> Error {
    Error::damaged(what, found, expected).at(FileOffset::new(at))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn superblock() -> [u8; 1024] {
        let mut bytes = [0; 1024];
        for (at, value) in
            [(4, 20000u32), (24, 2), (28, 2), (32, 32768), (40, 512), (76, 1), (92, 0x14), (96, 0x2C2)]
        {
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        for (at, value) in [(56, 0xEF53u16), (58, 1), (88, 256), (206, 40), (254, 64)] {
            bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
        }
        bytes[100] = 1;
        bytes[224] = 8;
        bytes
    }

    fn with(at: usize, value: u32) -> Result<ExtSuperblock> {
        let mut bytes = superblock();
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        ExtSuperblock::from_bytes(&bytes)
    }

    #[test]
    fn fields_are_read() {
        let ext = ExtSuperblock::from_bytes(&superblock()).unwrap();
        assert_eq!((ext.blocks, ext.block_bytes, ext.groups(), ext.descriptor_bytes), (20000, 4096, 1, 64));
        assert_eq!((ext.generation(), ext.doubt(), ext.first_meta_group), ("ext4", None, None));
        assert_eq!(with(336, 1).unwrap().blocks, (1 << 32) + 20000);
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for (at, value) in
            [(4, 0), (20, 1), (24, 7), (24, 32), (32, 0), (32, 32776), (32, 260), (40, 0), (88, 100)]
        {
            assert!(with(at, value).is_err(), "field {at} = {value}");
        }
        assert!(with(254, 32).is_err());
    }

    #[test]
    fn doubts_are_named() {
        let cases = [
            (58, 0, "not cleanly unmounted"),
            (58, 3, "errors"),
            (58, 5, "deleted files"),
            (232, 12, "deleted files"),
            (96, 0x2C6, "journal was not replayed"),
            (96, 0x8, "another device"),
            (228, 3, "another device"),
            (224, 0, "another device"),
            (100, 0x201, "bigalloc"),
            (100, 0x1_0001, "deleted files"),
            (100, 0x4001, "unknown features"),
            (96, 0x1000, "unknown features"),
            (96, 0x2C3, "unknown features"),
            (28, 4, "cluster size"),
        ];
        for (at, value, doubt) in cases {
            let found = with(at, value).unwrap().doubt().unwrap_or_default();
            assert!(found.contains(doubt), "field {at} = {value:#x}: {found}");
        }
    }

    #[test]
    fn backups_are_in_powers_of_three_five_and_seven() {
        let ext = ExtSuperblock::from_bytes(&superblock()).unwrap();
        let backups: Vec<_> = (0..130).filter(|group| ext.group_has_superblock(*group)).collect();
        assert_eq!(backups, [0, 1, 3, 5, 7, 9, 25, 27, 49, 81, 125]);
        let named = ExtSuperblock { compat: SPARSE_SUPER2, backup_groups: [1, 8], ..ext };
        assert_eq!((0..20).filter(|group| named.group_has_superblock(*group)).collect::<Vec<_>>(), [0, 1, 8]);
        let all = ExtSuperblock { ro_compat: 0, ..ext };
        assert!((0..20).all(|group| all.group_has_superblock(group)));
    }
}
