//! The first sector of a FAT volume (Microsoft's FAT specification 1.03).

use byteorder::{ByteOrder, LittleEndian};

use crate::{Error, FileOffset, Result};

/// How wide the entries of the table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FatKind {
    /// Up to 4084 clusters.
    Fat12,
    /// Up to 65524 clusters.
    Fat16,
    /// More.
    Fat32,
}

/// Where the tables and the clusters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FatBoot {
    /// How wide the entries are.
    pub kind: FatKind,
    /// Bytes in a sector of this volume: a power of two, 512 to 4096.
    pub sector_bytes: u32,
    /// Bytes in a cluster.
    pub cluster_bytes: u32,
    /// Length of the volume in sectors.
    pub sectors: u32,
    /// First sector of the first table.
    pub first_table: u32,
    /// Sectors in one table.
    pub table_sectors: u32,
    /// How many copies of the table there are: 1 or 2.
    pub tables: u8,
    /// First sector of cluster 2, the first there is.
    pub first_data: u32,
    /// Clusters in the volume.
    pub clusters: u32,
    /// What the low byte of the table's first entry must be.
    pub media: u8,
    /// Marked as not cleanly unmounted.
    pub dirty: bool,
    /// Only one copy of the table is kept up to date (FAT32).
    pub single_active_table: bool,
}

impl FatBoot {
    /// Bytes in the structure.
    pub const SIZE: usize = 512;

    /// `Damaged` if it is not the boot sector of a FAT volume, which has no clear signature: every field counts.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Result<Self> {
        let half = |at: usize| u32::from(LittleEndian::read_u16(bytes.get(at..).unwrap_or(&[0; 2])));
        let word = |at: usize| LittleEndian::read_u32(bytes.get(at..).unwrap_or(&[0; 4]));
        if bytes[510..] != [0x55, 0xAA] || !matches!(bytes[..3], [0xEB, _, 0x90] | [0xE9, _, _]) {
            return Err(field(0, "FAT boot sector", "other bytes", "a jump, and 55 AA at its end"));
        }
        let sector_bytes = half(11);
        if !(512..=4096).contains(&sector_bytes) || !sector_bytes.is_power_of_two() {
            return Err(field(11, "FAT bytes in a sector", sector_bytes, "512 to 4096"));
        }
        if !bytes[13].is_power_of_two() {
            return Err(field(13, "FAT sectors in a cluster", bytes[13], "a power of two"));
        }
        let (first_table, tables, media) = (half(14), bytes[16], bytes[21]);
        if first_table == 0 || !matches!(tables, 1 | 2) || !matches!(media, 0xF0 | 0xF8..) {
            let found = format!("{tables} from sector {first_table}, media {media:#x}");
            return Err(field(14, "FAT tables", found, "1 or 2 behind this sector"));
        }
        let wide = half(22) == 0;
        let table_sectors = if wide { word(36) } else { half(22) };
        let sectors = if half(19) != 0 { half(19) } else { word(32) };
        let root_sectors = half(17).saturating_mul(32).div_ceil(sector_bytes);
        let first_data = table_sectors
            .checked_mul(u32::from(tables))
            .and_then(|all| all.checked_add(first_table)?.checked_add(root_sectors));
        let Some((first_data, data)) =
            first_data.and_then(|first| Some((first, sectors.checked_sub(first)?)))
        else {
            return Err(field(32, "FAT size in sectors", sectors, "room for the tables"));
        };
        let clusters = data.checked_div(u32::from(bytes[13])).unwrap_or(0);
        let kind = match clusters {
            0..=4084 => FatKind::Fat12,
            4085..=65524 => FatKind::Fat16,
            _ => FatKind::Fat32,
        };
        if (kind == FatKind::Fat32) != wide || (wide && root_sectors != 0) || clusters > 0x0FFF_FFF5 {
            let found =
                format!("{clusters} clusters in the layout of {}", if wide { "FAT32" } else { "FAT12/16" });
            return Err(field(13, "FAT kind", found, "the layout that the number of clusters asks for"));
        }
        Ok(Self {
            kind,
            sector_bytes,
            cluster_bytes: sector_bytes.saturating_mul(u32::from(bytes[13])),
            sectors,
            first_table,
            table_sectors,
            tables,
            first_data,
            clusters,
            media,
            dirty: bytes[if wide { 65 } else { 37 }] & 3 != 0,
            single_active_table: wide && half(40) & 0x80 != 0,
        })
    }

    /// Length of the volume in bytes.
    pub fn bytes(&self) -> u64 {
        u64::from(self.sectors).saturating_mul(u64::from(self.sector_bytes))
    }

    /// Bytes in one table.
    pub fn table_bytes(&self) -> u64 {
        u64::from(self.table_sectors).saturating_mul(u64::from(self.sector_bytes))
    }

    /// Entries in the table that mean something: the clusters and the two before them.
    pub fn entries(&self) -> u32 {
        self.clusters.saturating_add(2)
    }
}

impl FatKind {
    /// Bits in an entry.
    pub fn entry_bits(self) -> u64 {
        match self {
            Self::Fat12 => 12,
            Self::Fat16 => 16,
            Self::Fat32 => 32,
        }
    }

    /// Why the table's second entry makes it doubtful; `None` if it does not.
    pub fn doubt(self, second_entry: u32) -> Option<&'static str> {
        let (clean, no_errors) = match self {
            Self::Fat12 => return None,
            Self::Fat16 => (0x8000, 0x4000),
            Self::Fat32 => (0x0800_0000, 0x0400_0000),
        };
        if second_entry & clean == 0 {
            Some("it was not cleanly unmounted, run fsck or chkdsk on it")
        } else if second_entry & no_errors == 0 {
            Some("it met disk errors, run fsck or chkdsk on it")
        } else {
            None
        }
    }
}

fn field(at: u64, what: &'static str, found: impl std::fmt::Display, expected: &str) -> Error {
    Error::damaged(what, found, expected).at(FileOffset::new(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fat16() -> [u8; 512] {
        let mut bytes = [0; 512];
        bytes[..3].copy_from_slice(&[0xEB, 0x3C, 0x90]);
        bytes[12] = 2;
        bytes[13] = 4;
        bytes[14] = 1;
        bytes[16] = 2;
        bytes[18] = 2;
        bytes[19..21].copy_from_slice(&40000u16.to_le_bytes());
        bytes[21] = 0xF8;
        bytes[22] = 40;
        bytes[510..].copy_from_slice(&[0x55, 0xAA]);
        bytes
    }

    #[test]
    fn fields_are_read() {
        let boot = FatBoot::from_bytes(&fat16()).unwrap();
        assert_eq!((boot.kind, boot.cluster_bytes, boot.first_data), (FatKind::Fat16, 2048, 1 + 80 + 32));
        assert_eq!((boot.clusters, boot.entries()), ((40000 - 113) / 4, (40000 - 113) / 4 + 2));
        assert!(!boot.dirty);
    }

    #[test]
    fn kind_follows_the_number_of_clusters() {
        let mut bytes = fat16();
        bytes[13] = 64;
        assert_eq!(FatBoot::from_bytes(&bytes).unwrap().kind, FatKind::Fat12);
        // The layout of FAT32 with few clusters: programs do not agree on what that is.
        bytes[22] = 0;
        bytes[36] = 40;
        bytes[18] = 0;
        assert_eq!(FatBoot::from_bytes(&bytes).unwrap_err().what(), "FAT kind");
    }

    #[test]
    fn other_sectors_are_not_fat() {
        for (at, value) in
            [(0, 0), (2, 0), (12, 0), (12, 3), (12, 32), (13, 0), (13, 3), (14, 0), (16, 0), (16, 3)]
        {
            let mut bytes = fat16();
            bytes[at] = value;
            assert!(FatBoot::from_bytes(&bytes).is_err(), "byte {at} = {value}");
        }
        for (at, value) in [(21, 0), (23, 0xFF), (511, 0)] {
            let mut bytes = fat16();
            bytes[at] = value;
            assert!(FatBoot::from_bytes(&bytes).is_err(), "byte {at} = {value}");
        }
    }

    #[test]
    fn doubts_are_in_the_second_entry() {
        assert_eq!(FatKind::Fat16.doubt(0xFFFF), None);
        assert!(FatKind::Fat16.doubt(0x7FFF).is_some() && FatKind::Fat16.doubt(0xBFFF).is_some());
        assert_eq!(FatKind::Fat32.doubt(0x0FFF_FFFF), None);
        assert!(FatKind::Fat32.doubt(0x07FF_FFFF).is_some() && FatKind::Fat32.doubt(0x0BFF_FFFF).is_some());
    }
}
