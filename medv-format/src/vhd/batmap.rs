//! Xen's batmap: a bitmap of blocks that are written in full, between the block allocation table and the data.

use byteorder::{BigEndian, ByteOrder};

use crate::{Error, FileOffset, Result, SECTOR};

/// Header of a batmap, as blktap's libvhd writes it behind the block allocation table. The batmap says nothing
/// that the sector bitmaps do not, so readers need only know that it may be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatmapHeader {
    /// Where the batmap is.
    pub batmap_offset: FileOffset,
    /// Sectors it takes.
    pub batmap_sectors: u32,
    /// Version of the batmap, major and minor.
    pub version: u32,
    /// Checksum of the batmap.
    pub checksum: u32,
}

impl BatmapHeader {
    /// Bytes on disk.
    pub const SIZE: usize = 512;
    /// First eight bytes.
    pub const COOKIE: [u8; 8] = *b"tdbatmap";
    /// The version whose checksum adds bytes up as signed ones.
    pub const SIGNED_CHECKSUM_VERSION: u32 = 0x0001_0001;

    /// Where the header of a batmap would be: in the first sector behind a table of `entries` entries.
    pub fn place(table_offset: FileOffset, entries: u32) -> Option<FileOffset> {
        let end = table_offset.checked_add(u64::from(entries).saturating_mul(4))?;
        end.get().checked_next_multiple_of(SECTOR).map(FileOffset::new)
    }

    /// Parses. `Ok(None)` if this is not a batmap header; unsupported if it says that the disk is encrypted.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Result<Option<Self>> {
        if bytes[..8] != Self::COOKIE {
            return Ok(None);
        }
        // Behind the checksum: one byte for a marker, then the hash of an encryption key, its first byte 1 if set.
        if bytes[29] == 1 {
            return Err(Error::unsupported("batmap key hash", "an encrypted disk", "an unencrypted disk")
                .at(FileOffset::new(29))
                .advice("decrypt the disk with the tool that encrypted it"));
        }
        Ok(Some(Self {
            batmap_offset: FileOffset::new(BigEndian::read_u64(&bytes[8..16])),
            batmap_sectors: BigEndian::read_u32(&bytes[16..20]),
            version: BigEndian::read_u32(&bytes[20..24]),
            checksum: BigEndian::read_u32(&bytes[24..28]),
        }))
    }

    /// Whether `batmap` has this header's checksum, added up as its version does.
    pub fn checksum_matches(&self, batmap: &[u8]) -> bool {
        let sum = batmap.iter().fold(0_u32, |sum, &byte| {
            let signed = self.version == Self::SIGNED_CHECKSUM_VERSION && byte >= 0x80;
            sum.wrapping_add(if signed { 0xFFFF_FF00 | u32::from(byte) } else { u32::from(byte) })
        });
        !sum == self.checksum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(version: u32, checksum: u32) -> [u8; 512] {
        let mut bytes = [0; 512];
        bytes[..8].copy_from_slice(b"tdbatmap");
        BigEndian::write_u64(&mut bytes[8..16], 4096);
        BigEndian::write_u32(&mut bytes[16..20], 1);
        BigEndian::write_u32(&mut bytes[20..24], version);
        BigEndian::write_u32(&mut bytes[24..28], checksum);
        bytes
    }

    #[test]
    fn checksum_follows_the_version() {
        let new = BatmapHeader::from_bytes(&header(0x0001_0002, !(0x80 + 1))).unwrap().unwrap();
        assert!(new.checksum_matches(&[0x80, 1]) && !new.checksum_matches(&[0x80, 2]));
        let old = BatmapHeader::from_bytes(&header(0x0001_0001, !0_u32.wrapping_sub(0x7F))).unwrap().unwrap();
        assert!(old.checksum_matches(&[0x80, 1]));
    }

    #[test]
    fn encrypted_disks_are_refused() {
        let mut bytes = header(0x0001_0002, 0);
        bytes[29] = 1;
        assert_eq!(BatmapHeader::from_bytes(&bytes).unwrap_err().kind(), crate::ErrorKind::Unsupported);
    }

    #[test]
    fn something_else_is_no_batmap() {
        assert_eq!(BatmapHeader::from_bytes(&[0; 512]), Ok(None));
    }

    #[test]
    fn lies_in_the_sector_behind_the_table() {
        assert_eq!(BatmapHeader::place(FileOffset::new(1536), 3), Some(FileOffset::new(2048)));
        assert_eq!(BatmapHeader::place(FileOffset::new(1536), 128), Some(FileOffset::new(2048)));
        assert_eq!(BatmapHeader::place(FileOffset::new(u64::MAX), 128), None);
    }
}
