//! The GUID partition table: header and entries (UEFI specification 2.10, section 5.3).

use std::fmt;

use byteorder::{ByteOrder, LittleEndian};

use super::little_endian::utf16;
use crate::{Error, Result};

/// The header, in sector 1, and again in the disk's last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GptHeader {
    /// The sector this header is in, as it says itself.
    pub this_sector: u64,
    /// The sector of the other one.
    pub other_sector: u64,
    /// The disk's identity.
    pub disk: Guid,
    /// First sector of the entries.
    pub entries_sector: u64,
    /// How many entries there are, empty ones included.
    pub entries: u32,
    /// Bytes in one entry.
    pub entry_size: u32,
    /// CRC-32 of all entries.
    pub entries_checksum: u32,
}

impl GptHeader {
    /// Bytes of the header that mean something; the rest of its sector is zero.
    pub const SIZE: usize = 92;

    /// Reads the header at the start of its sector. `Damaged` if the signature or the checksum is wrong.
    pub fn from_bytes(sector: &[u8; 512]) -> Result<Self> {
        if sector[..8] != *b"EFI PART" {
            let found = format!("{:02X?}", &sector[..8]);
            return Err(Error::damaged("GPT header signature", found, "EFI PART"));
        }
        let size = LittleEndian::read_u32(&sector[12..]);
        let covered = usize::try_from(size).ok().filter(|size| *size >= Self::SIZE);
        let Some(covered) = covered.and_then(|size| sector.get(..size)) else {
            return Err(Error::damaged("GPT header size", size, "92 to 512"));
        };
        let stored = LittleEndian::read_u32(&sector[16..]);
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&sector[..16]);
        hasher.update(&[0; 4]);
        hasher.update(covered.get(20..).unwrap_or_default());
        let computed = hasher.finalize();
        if computed != stored {
            let (found, expected) = (format!("{stored:#010x}"), format!("{computed:#010x}"));
            return Err(Error::damaged("GPT header checksum", found, expected));
        }
        let entry_size = LittleEndian::read_u32(&sector[84..]);
        if entry_size < 128 || !entry_size.is_power_of_two() {
            return Err(Error::damaged("GPT entry size", entry_size, "128 times a power of two"));
        }
        Ok(Self {
            this_sector: LittleEndian::read_u64(&sector[24..]),
            other_sector: LittleEndian::read_u64(&sector[32..]),
            disk: Guid::from_slice(&sector[56..72]),
            entries_sector: LittleEndian::read_u64(&sector[72..]),
            entries: LittleEndian::read_u32(&sector[80..]),
            entry_size,
            entries_checksum: LittleEndian::read_u32(&sector[88..]),
        })
    }

    /// Bytes in all entries.
    pub fn table_bytes(&self) -> u64 {
        u64::from(self.entries).saturating_mul(u64::from(self.entry_size))
    }
}

/// What [`GptHeader::entries_checksum`] should be for these entries.
pub fn entries_checksum(table: &[u8]) -> u32 {
    crc32fast::hash(table)
}

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GptEntry {
    /// What it is for.
    pub kind: Guid,
    /// First sector.
    pub first: u64,
    /// Last sector, inclusive.
    pub last: u64,
    /// The name given to it; empty if none.
    pub name: String,
}

impl GptEntry {
    /// Bytes of an entry that mean something.
    pub const SIZE: usize = 128;

    /// `None` for an empty place.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        let kind = Guid::from_slice(&bytes[..16]);
        if kind == Guid::default() {
            return None;
        }
        let units = utf16(&bytes[56..]);
        let name = units.split(|unit| *unit == 0).next().unwrap_or_default();
        Some(Self {
            kind,
            first: LittleEndian::read_u64(&bytes[32..]),
            last: LittleEndian::read_u64(&bytes[40..]),
            name: String::from_utf16_lossy(name),
        })
    }

    /// Whether it is a piece of volumes that a volume manager puts together, in whatever order.
    pub fn is_piece(&self) -> bool {
        matches!(self.kind.first(), 0xAF9B_60A0 | 0x5808_C8AA | 0xE75C_AF8F | 0xE6D6_D379 | 0xA19D_880F)
    }

    /// What partitioning tools call the kind; `None` for the rare ones.
    pub fn kind_name(&self) -> Option<&'static str> {
        const NAMES: [(u32, &str); 17] = [
            (0xC12A_7328, "EFI system"),
            (0x2168_6148, "BIOS boot"),
            (0xE3C9_E316, "Microsoft reserved"),
            (0xEBD0_A0A2, "Microsoft basic data"),
            (0xDE94_BBA4, "Windows recovery"),
            (0x5808_C8AA, "Windows dynamic disk metadata"),
            (0xAF9B_60A0, "Windows dynamic disk"),
            (0xE75C_AF8F, "Windows storage spaces"),
            (0x0FC6_3DAF, "Linux filesystem"),
            (0x0657_FD6D, "Linux swap"),
            (0xE6D6_D379, "Linux LVM"),
            (0xA19D_880F, "Linux RAID"),
            (0xCA7D_7CCB, "Linux LUKS"),
            (0x4F68_BCE3, "Linux root (x86-64)"),
            (0xB921_B045, "Linux root (ARM-64)"),
            (0x933A_C7E1, "Linux home"),
            (0xBC13_C2FF, "Linux extended boot"),
        ];
        let first = self.kind.first();
        NAMES.iter().find(|(known, _)| *known == first).map(|(_, name)| *name)
    }
}

/// A GUID in the byte order of its kind of disk: first three fields little-endian.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    fn from_slice(bytes: &[u8]) -> Self {
        Self(bytes.try_into().unwrap_or_default())
    }

    /// The first field: random enough to tell the registered kinds of partitions apart.
    fn first(self) -> u32 {
        LittleEndian::read_u32(&self.0[..4])
    }
}

/// `C12A7328-F81F-11D2-BA4B-00A0C93EC93B`
impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let a = self.first();
        let b = LittleEndian::read_u16(&self.0[4..6]);
        let c = LittleEndian::read_u16(&self.0[6..8]);
        write!(f, "{a:08X}-{b:04X}-{c:04X}-")?;
        for (index, byte) in self.0[8..].iter().enumerate() {
            if index == 2 {
                f.write_str("-")?;
            }
            write!(f, "{byte:02X}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector() -> [u8; 512] {
        let mut bytes = [0; 512];
        bytes[..8].copy_from_slice(b"EFI PART");
        bytes[12..16].copy_from_slice(&92u32.to_le_bytes());
        bytes[24..32].copy_from_slice(&1u64.to_le_bytes());
        bytes[32..40].copy_from_slice(&99u64.to_le_bytes());
        bytes[72..80].copy_from_slice(&2u64.to_le_bytes());
        bytes[80..84].copy_from_slice(&128u32.to_le_bytes());
        bytes[84..88].copy_from_slice(&128u32.to_le_bytes());
        seal(&mut bytes);
        bytes
    }

    fn seal(bytes: &mut [u8; 512]) {
        bytes[16..20].fill(0);
        let checksum = crc32fast::hash(&bytes[..92]);
        bytes[16..20].copy_from_slice(&checksum.to_le_bytes());
    }

    #[test]
    fn header_is_read() {
        let header = GptHeader::from_bytes(&sector()).unwrap();
        assert_eq!((header.this_sector, header.other_sector, header.entries_sector), (1, 99, 2));
        assert_eq!(header.table_bytes(), 16384);
    }

    #[test]
    fn any_changed_bit_is_found() {
        for bit in 0..92 * 8 {
            let mut bytes = sector();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(GptHeader::from_bytes(&bytes).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn entry_size_must_be_a_power_of_two() {
        let mut bytes = sector();
        bytes[84..88].copy_from_slice(&192u32.to_le_bytes());
        seal(&mut bytes);
        assert_eq!(GptHeader::from_bytes(&bytes).unwrap_err().what(), "GPT entry size");
    }

    #[test]
    fn entry_and_guid_are_read() {
        let mut bytes = [0; 128];
        assert_eq!(GptEntry::from_bytes(&bytes), None);
        let kind =
            [0x28, 0x73, 0x2A, 0xC1, 0x1F, 0xF8, 0xD2, 0x11, 0xBA, 0x4B, 0, 0xA0, 0xC9, 0x3E, 0xC9, 0x3B];
        bytes[..16].copy_from_slice(&kind);
        bytes[32] = 34;
        bytes[40] = 99;
        bytes[56] = b'A';
        bytes[58] = b'b';
        let entry = GptEntry::from_bytes(&bytes).unwrap();
        assert_eq!(entry.kind.to_string(), "C12A7328-F81F-11D2-BA4B-00A0C93EC93B");
        assert_eq!(entry.kind_name(), Some("EFI system"));
        assert!(!entry.is_piece());
        assert_eq!((entry.first, entry.last, &*entry.name), (34, 99, "Ab"));
    }
}
