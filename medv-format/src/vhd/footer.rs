//! The footer: the last 512 bytes of every VHD, and a copy in front of those that are not fixed.

use byteorder::{BigEndian, ByteOrder};

use super::checksum::ones_complement;
use super::{CreatorApplication, DiskType, Geometry, NO_OFFSET, Timestamp, Uuid};
use crate::{Error, FileOffset, Result, SECTOR};

/// Hard disk footer (specification, "Hard Disk Footer Format"). What it parses it writes back byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footer {
    /// Bit 0: temporary disk; bit 1: reserved, should be set.
    pub features: u32,
    /// Major and minor version, 16 bits each; 1.0 is the only one there is.
    pub format_version: u32,
    /// Where the dynamic header is; means nothing in a fixed disk.
    pub data_offset: u64,
    /// When the disk was created.
    pub timestamp: Timestamp,
    /// Which program created it.
    pub creator_application: CreatorApplication,
    /// Its version: major and minor, 16 bits each.
    pub creator_version: u32,
    /// What it ran on: `Wi2k` or `Mac `.
    pub creator_host_os: [u8; 4],
    /// Size in bytes when the disk was created; stale after a resize.
    pub original_size: u64,
    /// Size in bytes now. See [`super::SizeRule`] for whether it counts.
    pub current_size: u64,
    /// Cylinders, heads and sectors for the size.
    pub geometry: Geometry,
    /// How the disk is stored.
    pub disk_type: DiskType,
    /// The disk's name.
    pub uuid: Uuid,
    /// Whether the machine was suspended, so that its memory belongs to this disk.
    pub saved_state: bool,
    /// Zero by the specification; kept as found. Xen uses the first byte to mark hidden disks.
    pub reserved: [u8; 427],
    /// Set if the stored checksum leaves out the first reserved byte, as old blktap has it.
    checksum_skips_hidden: bool,
}

impl Footer {
    /// Bytes on disk.
    pub const SIZE: usize = 512;
    /// First eight bytes.
    pub const COOKIE: [u8; 8] = *b"conectix";
    /// First eight bytes while Xen's tools work on a disk, so that nobody else does.
    pub const POISON: [u8; 8] = *b"v_poison";
    /// Bit of `features`: the disk may be deleted on shutdown.
    pub const TEMPORARY: u32 = 1;
    /// Bit of `features` that should always be set.
    pub const RESERVED_FEATURE: u32 = 2;
    /// The only version of the format.
    pub const VERSION: u32 = 0x0001_0000;

    const CHECKSUM_AT: usize = 64;
    const HIDDEN_AT: usize = 85;

    /// Parses and checks cookie, checksum, version, disk type and saved state. Offsets in errors count from the
    /// footer's own start.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Result<Self> {
        if bytes[..8] == Self::POISON {
            return Err(Error::unsupported("footer cookie", "\"v_poison\"", "\"conectix\"")
                .at(FileOffset::ZERO)
                .advice("a Xen tool is working on this disk, or died doing so: let it finish, or repair the disk with it"));
        }
        if bytes[..8] != Self::COOKIE {
            let found = format!("\"{}\"", bytes[..8].escape_ascii());
            return Err(Error::damaged("footer cookie", found, "\"conectix\"").at(FileOffset::ZERO));
        }
        let checksum_skips_hidden = Self::check_checksum(bytes)?;
        let format_version = BigEndian::read_u32(&bytes[12..16]);
        if format_version >> 16 != Self::VERSION >> 16 {
            let found = format!("{format_version:#010x}");
            return Err(
                Error::unsupported("footer format version", found, "0x00010000").at(FileOffset::new(12))
            );
        }
        let disk_type = DiskType::from_u32(BigEndian::read_u32(&bytes[60..64]))
            .map_err(|error| error.at(FileOffset::new(60)))?;
        let saved_state = match bytes[84] {
            0 => false,
            1 => true,
            other => return Err(Error::damaged("saved state", other, "0 or 1").at(FileOffset::new(84))),
        };
        let mut footer = Self {
            features: BigEndian::read_u32(&bytes[8..12]),
            format_version,
            data_offset: BigEndian::read_u64(&bytes[16..24]),
            timestamp: Timestamp(BigEndian::read_u32(&bytes[24..28])),
            creator_application: CreatorApplication([bytes[28], bytes[29], bytes[30], bytes[31]]),
            creator_version: BigEndian::read_u32(&bytes[32..36]),
            creator_host_os: [bytes[36], bytes[37], bytes[38], bytes[39]],
            original_size: BigEndian::read_u64(&bytes[40..48]),
            current_size: BigEndian::read_u64(&bytes[48..56]),
            geometry: Geometry {
                cylinders: BigEndian::read_u16(&bytes[56..58]),
                heads: bytes[58],
                sectors: bytes[59],
            },
            disk_type,
            uuid: Uuid::default(),
            saved_state,
            reserved: [0; 427],
            checksum_skips_hidden,
        };
        footer.uuid.0.copy_from_slice(&bytes[68..84]);
        footer.reserved.copy_from_slice(&bytes[85..]);
        Ok(footer)
    }

    /// Whether the checksum is right only without the hidden byte: versions 0.1 and 1.1 of blktap set that byte
    /// without summing up again.
    fn check_checksum(bytes: &[u8; Self::SIZE]) -> Result<bool> {
        let found = BigEndian::read_u32(&bytes[64..68]);
        let expected = ones_complement(bytes, Self::CHECKSUM_AT);
        if found == expected {
            return Ok(false);
        }
        let creator_version = BigEndian::read_u32(&bytes[32..36]);
        if bytes[28..31] == *b"tap" && matches!(creator_version, 0x0000_0001 | 0x0001_0001) {
            let mut unhidden = *bytes;
            unhidden[Self::HIDDEN_AT] = 0;
            if ones_complement(&unhidden, Self::CHECKSUM_AT) == found {
                return Ok(true);
            }
        }
        let (found, expected) = (format!("{found:#010x}"), format!("{expected:#010x}"));
        Err(Error::damaged("footer checksum", found, expected).at(FileOffset::new(64)))
    }

    /// The bytes, with the checksum that belongs to them.
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&Self::COOKIE);
        BigEndian::write_u32(&mut bytes[8..12], self.features);
        BigEndian::write_u32(&mut bytes[12..16], self.format_version);
        BigEndian::write_u64(&mut bytes[16..24], self.data_offset);
        BigEndian::write_u32(&mut bytes[24..28], self.timestamp.0);
        bytes[28..32].copy_from_slice(&self.creator_application.0);
        BigEndian::write_u32(&mut bytes[32..36], self.creator_version);
        bytes[36..40].copy_from_slice(&self.creator_host_os);
        BigEndian::write_u64(&mut bytes[40..48], self.original_size);
        BigEndian::write_u64(&mut bytes[48..56], self.current_size);
        BigEndian::write_u16(&mut bytes[56..58], self.geometry.cylinders);
        bytes[58] = self.geometry.heads;
        bytes[59] = self.geometry.sectors;
        BigEndian::write_u32(&mut bytes[60..64], self.disk_type.to_u32());
        bytes[68..84].copy_from_slice(&self.uuid.0);
        bytes[84] = u8::from(self.saved_state);
        bytes[85..].copy_from_slice(&self.reserved);
        let mut summed = bytes;
        if self.checksum_skips_hidden {
            summed[Self::HIDDEN_AT] = 0;
        }
        BigEndian::write_u32(&mut bytes[64..68], ones_complement(&summed, Self::CHECKSUM_AT));
        bytes
    }

    /// A footer for a fixed disk of ours of `size` bytes.
    ///
    /// The creator is given as Windows: the only name from which every program, older qemu included, takes the
    /// size field and not the geometry, which would cut off the end of most disks.
    pub fn new_fixed(size: u64, uuid: Uuid, timestamp: Timestamp) -> Self {
        Self {
            features: Self::RESERVED_FEATURE,
            format_version: Self::VERSION,
            data_offset: NO_OFFSET,
            timestamp,
            creator_application: CreatorApplication::WINDOWS,
            creator_version: 0x000A_0000,
            creator_host_os: *b"Wi2k",
            original_size: size,
            current_size: size,
            geometry: Geometry::from_sectors(size / SECTOR),
            disk_type: DiskType::Fixed,
            uuid,
            saved_state: false,
            reserved: [0; 427],
            checksum_skips_hidden: false,
        }
    }

    /// The same disk in fixed form: same identity, sizes and geometry.
    #[must_use]
    pub fn as_fixed(&self) -> Self {
        Self { data_offset: NO_OFFSET, disk_type: DiskType::Fixed, ..self.resummed() }
    }

    /// The same disk in dynamic form, its dynamic header at `header`.
    #[must_use]
    pub fn as_dynamic(&self, header: FileOffset) -> Self {
        Self { data_offset: header.get(), disk_type: DiskType::Dynamic, ..self.resummed() }
    }

    /// A copy whose checksum will be the ordinary one.
    fn resummed(&self) -> Self {
        Self { checksum_skips_hidden: false, ..self.clone() }
    }

    /// Whether the stored checksum leaves out the hidden byte, as old blktap has it.
    pub fn has_old_blktap_checksum(&self) -> bool {
        self.checksum_skips_hidden
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Footer {
        let mut footer = Footer::new_fixed(1 << 20, Uuid([7; 16]), Timestamp(99));
        footer.reserved[400] = 5;
        footer
    }

    #[test]
    fn round_trip_keeps_every_byte() {
        let mut bytes = [0; 512];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::try_from(at % 251).unwrap();
        }
        bytes[..8].copy_from_slice(b"conectix");
        bytes[12..16].copy_from_slice(&[0, 1, 0, 9]);
        bytes[60..64].copy_from_slice(&[0, 0, 0, 3]);
        bytes[84] = 1;
        let sum = ones_complement(&bytes, 64);
        BigEndian::write_u32(&mut bytes[64..68], sum);
        assert_eq!(Footer::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let good = sample().to_bytes();
        for bit in 0..512 * 8 {
            let mut bytes = good;
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Footer::from_bytes(&bytes).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn forms_share_identity() {
        let fixed = sample();
        let dynamic = fixed.as_dynamic(FileOffset::new(512));
        assert_eq!((dynamic.disk_type, dynamic.data_offset), (DiskType::Dynamic, 512));
        assert_eq!(Footer::from_bytes(&dynamic.to_bytes()).unwrap().as_fixed(), fixed);
    }

    #[test]
    fn hidden_byte_of_old_blktap_survives() {
        let mut footer = sample();
        footer.creator_application = CreatorApplication::BLKTAP;
        footer.creator_version = 1;
        let mut bytes = footer.to_bytes();
        bytes[85] = 1;
        let parsed = Footer::from_bytes(&bytes).unwrap();
        assert!(parsed.has_old_blktap_checksum());
        assert_eq!(parsed.to_bytes(), bytes);
        assert!(!parsed.as_fixed().has_old_blktap_checksum());
    }
}
