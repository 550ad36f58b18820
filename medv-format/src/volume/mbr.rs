//! The master boot record, and the extended boot records that chain logical partitions: same layout.

use byteorder::{ByteOrder, LittleEndian};

use crate::{Error, FileOffset, Result};

/// A sector whose last 66 bytes are a partition table of four.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mbr {
    /// Windows' name for the disk; 0 if it has none.
    pub disk_signature: u32,
    /// All four places, empty ones included.
    pub entries: [MbrEntry; 4],
}

/// One place of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MbrEntry {
    /// Marked to boot from.
    pub active: bool,
    /// What it says it holds; 0 for an empty place.
    pub kind: u8,
    /// First sector; in an extended boot record counted from that record, or from the first of them.
    pub start: u32,
    /// Length in sectors.
    pub sectors: u32,
}

impl Mbr {
    /// Bytes in the record.
    pub const SIZE: usize = 512;

    /// `Damaged` if it is not a partition table: no 55 AA at the end, or a status that is neither 00 nor 80,
    /// as in the boot sector of a file system.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Result<Self> {
        if bytes[510..] != [0x55, 0xAA] {
            let found = format!("{:02X} {:02X}", bytes[510], bytes[511]);
            return Err(Error::damaged("partition table signature", found, "55 AA").at(FileOffset::new(510)));
        }
        let mut entries = [MbrEntry::default(); 4];
        let (table, _) = bytes[446..510].as_chunks::<16>();
        for (entry, raw) in entries.iter_mut().zip(table) {
            if raw[0] & 0x7F != 0 {
                let found = format!("{:02X}", raw[0]);
                return Err(Error::damaged("partition status", found, "00 or 80").at(FileOffset::new(446)));
            }
            *entry = MbrEntry {
                active: raw[0] == 0x80,
                kind: raw[4],
                start: LittleEndian::read_u32(&raw[8..12]),
                sectors: LittleEndian::read_u32(&raw[12..16]),
            };
        }
        Ok(Self { disk_signature: LittleEndian::read_u32(&bytes[440..444]), entries })
    }

    /// Whether this only guards a GUID partition table from software that does not know it.
    pub fn is_protective(&self) -> bool {
        self.entries.iter().any(|entry| entry.kind == 0xEE)
    }
}

impl MbrEntry {
    /// Whether the place is in use.
    pub fn is_used(&self) -> bool {
        self.kind != 0 && self.sectors != 0
    }

    /// Whether it holds logical partitions instead of a volume.
    pub fn is_extended(&self) -> bool {
        matches!(self.kind, 0x05 | 0x0F | 0x85)
    }

    /// Whether it is a piece of volumes that a volume manager puts together, in whatever order.
    pub fn is_piece(&self) -> bool {
        matches!(self.kind, 0x42 | 0x8E | 0xFD)
    }

    /// What partitioning tools call the kind; `None` for the rare ones.
    pub fn kind_name(&self) -> Option<&'static str> {
        Some(match self.kind {
            0x01 => "FAT12",
            0x04 | 0x06 | 0x0E => "FAT16",
            0x05 | 0x0F | 0x85 => "extended",
            0x07 => "NTFS or exFAT",
            0x0B | 0x0C => "FAT32",
            0x11 | 0x14 | 0x16 | 0x17 | 0x1B | 0x1C | 0x1E => "hidden",
            0x27 => "Windows recovery",
            0x42 => "Windows dynamic disk",
            0x82 => "Linux swap",
            0x83 => "Linux",
            0x8E => "Linux LVM",
            0xA5 => "FreeBSD",
            0xEE => "GPT protective",
            0xEF => "EFI system",
            0xFD => "Linux RAID",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector() -> [u8; 512] {
        let mut bytes = [0; 512];
        bytes[440..444].copy_from_slice(&[1, 2, 3, 4]);
        bytes[446..462].copy_from_slice(&[0x80, 0, 0, 0, 7, 0, 0, 0, 0, 8, 0, 0, 0, 0, 1, 0]);
        bytes[510..].copy_from_slice(&[0x55, 0xAA]);
        bytes
    }

    #[test]
    fn entries_are_read() {
        let mbr = Mbr::from_bytes(&sector()).unwrap();
        assert_eq!(mbr.disk_signature, 0x0403_0201);
        assert_eq!(mbr.entries[0], MbrEntry { active: true, kind: 7, start: 2048, sectors: 65536 });
        assert!(!mbr.entries[0].is_piece() && MbrEntry { kind: 0x42, ..mbr.entries[0] }.is_piece());
        assert!(mbr.entries[0].is_used() && !mbr.entries[1].is_used() && !mbr.is_protective());
    }

    #[test]
    fn other_sectors_are_not_partition_tables() {
        let mut unsigned = sector();
        unsigned[510] = 0;
        assert_eq!(Mbr::from_bytes(&unsigned).unwrap_err().what(), "partition table signature");
        let mut code = sector();
        code[462] = 0x41;
        assert_eq!(Mbr::from_bytes(&code).unwrap_err().what(), "partition status");
    }
}
