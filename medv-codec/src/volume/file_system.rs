//! Which file system a volume holds, told by its own signature, not by the partition table.

use std::fmt;

use medv_format::volume::{ExtSuperblock, FatBoot, FatKind, NtfsBoot};

use crate::Result;
use crate::disk::Disk;

/// What a volume holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileSystem {
    /// Windows NT's.
    Ntfs,
    /// Linux' second extended.
    Ext2,
    /// The same with a journal.
    Ext3,
    /// The same with extents and more.
    Ext4,
    /// With entries of 12 bits.
    Fat12,
    /// With entries of 16 bits.
    Fat16,
    /// With entries of 32 bits.
    Fat32,
    /// FAT for large media, another format.
    ExFat,
    /// Windows Server's resilient one.
    Refs,
    /// Encrypted by Windows.
    BitLocker,
    /// Encrypted by Linux.
    Luks,
    /// A physical volume of Linux' volume manager.
    Lvm,
    /// Linux swap space.
    Swap,
    /// XFS.
    Xfs,
    /// Btrfs.
    Btrfs,
    /// Nothing that we know.
    Unknown,
}

impl FileSystem {
    /// Lower-case name, stable for programs to read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ntfs => "ntfs",
            Self::Ext2 => "ext2",
            Self::Ext3 => "ext3",
            Self::Ext4 => "ext4",
            Self::Fat12 => "fat12",
            Self::Fat16 => "fat16",
            Self::Fat32 => "fat32",
            Self::ExFat => "exfat",
            Self::Refs => "refs",
            Self::BitLocker => "bitlocker",
            Self::Luks => "luks",
            Self::Lvm => "lvm",
            Self::Swap => "swap",
            Self::Xfs => "xfs",
            Self::Btrfs => "btrfs",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for FileSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// `_BHRfS_M` ends here; no other signature is further in.
const SIGNATURES_END: u64 = 0x10048;

/// Where the identifier of `BitLocker` To Go is, in a sector that else looks like FAT32.
const BITLOCKER_TO_GO: [u8; 16] =
    [0x3B, 0xD6, 0x67, 0x49, 0x29, 0x2E, 0xD8, 0x4A, 0x83, 0x99, 0xF6, 0xA3, 0x39, 0xE3, 0xD0, 0x01];

/// All that the volume of `length` bytes at `start` is signed as: more than one where formatting left an older
/// signature in place. The range must lie on the disk.
pub(super) fn signatures(disk: &dyn Disk, start: u64, length: u64) -> Result<Vec<FileSystem>> {
    let mut head = vec![0; usize::try_from(length.min(SIGNATURES_END)).unwrap_or(0)];
    disk.read_at(medv_format::DiskOffset::new(start), &mut head)?;
    let mut found: Vec<_> = boot_sector(&head).into_iter().chain(superblock(&head)).collect();
    for (at, signature, file_system) in [
        (0, &b"XFSB"[..], FileSystem::Xfs),
        (0, b"LUKS\xBA\xBE", FileSystem::Luks),
        (4086, b"SWAPSPACE2", FileSystem::Swap),
        (4086, b"SWAP-SPACE", FileSystem::Swap),
        (0x10040, b"_BHRfS_M", FileSystem::Btrfs),
    ] {
        if head.get(at..).is_some_and(|rest| rest.starts_with(signature)) {
            found.push(file_system);
        }
    }
    let mut sectors = head.chunks_exact(512).take(4);
    if sectors.any(|sector| sector.starts_with(b"LABELONE") && &sector[24..32] == b"LVM2 001") {
        found.push(FileSystem::Lvm);
    }
    Ok(found)
}

fn boot_sector(head: &[u8]) -> Option<FileSystem> {
    let sector: &[u8; 512] = head.first_chunk()?;
    if NtfsBoot::is_signed(sector) {
        return Some(FileSystem::Ntfs);
    }
    match &sector[3..11] {
        b"EXFAT   " => return Some(FileSystem::ExFat),
        b"ReFS\0\0\0\0" => return Some(FileSystem::Refs),
        b"-FVE-FS-" => return Some(FileSystem::BitLocker),
        _ if sector[0x1A8..0x1B8] == BITLOCKER_TO_GO => return Some(FileSystem::BitLocker),
        _ => {}
    }
    FatBoot::from_bytes(sector).ok().map(|fat| match fat.kind {
        FatKind::Fat12 => FileSystem::Fat12,
        FatKind::Fat16 => FileSystem::Fat16,
        FatKind::Fat32 => FileSystem::Fat32,
    })
}

fn superblock(head: &[u8]) -> Option<FileSystem> {
    let ext = ExtSuperblock::from_bytes(head.get(1024..)?.first_chunk()?).ok()?;
    Some(match ext.generation() {
        "ext2" => FileSystem::Ext2,
        "ext3" => FileSystem::Ext3,
        _ => FileSystem::Ext4,
    })
}
