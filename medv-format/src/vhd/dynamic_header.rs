//! The dynamic disk header: where the block allocation table is, how large blocks are, who the parent is.

use byteorder::{BigEndian, ByteOrder};

use super::checksum::ones_complement;
use super::{NO_OFFSET, ParentLocator, Timestamp, Uuid};
use crate::{Error, FileOffset, Result, SECTOR};

/// Dynamic disk header (specification, "Dynamic Disk Header Format"). What it parses it writes back byte for
/// byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DynamicHeader {
    /// Unused: all ones, 32 of them in the specification, 64 in practice.
    pub data_offset: u64,
    /// Where the block allocation table is.
    pub table_offset: FileOffset,
    /// Version of this header, major and minor.
    pub header_version: u32,
    /// Entries in the table; may be more than the disk needs.
    pub max_table_entries: u32,
    /// Bytes of disk in a block, the sector bitmap not counted: a power of two of at least 512.
    pub block_size: u32,
    /// Name of the parent of a differencing disk.
    pub parent_uuid: Uuid,
    /// When the parent was last changed, as its file system said.
    pub parent_timestamp: Timestamp,
    /// Zero by the specification; kept as found.
    pub reserved: [u8; 4],
    /// The parent's file name in UTF-16, big endian, padded with zeros; see [`super::decode_header_name`].
    pub parent_name: [u8; 512],
    /// Where to look for the parent.
    pub parent_locators: [ParentLocator; 8],
    /// Zero by the specification; kept as found.
    pub reserved_end: [u8; 256],
}

impl DynamicHeader {
    /// Bytes on disk.
    pub const SIZE: usize = 1024;
    /// First eight bytes.
    pub const COOKIE: [u8; 8] = *b"cxsparse";
    /// The only version of the header.
    pub const VERSION: u32 = 0x0001_0000;
    /// What nearly every writer uses, and the largest that every reader takes: 2 MiB.
    pub const DEFAULT_BLOCK_SIZE: u32 = 1 << 21;

    const CHECKSUM_AT: usize = 36;

    /// Parses and checks cookie, checksum, version and block size. Offsets in errors count from the header's own
    /// start.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Result<Self> {
        if bytes[..8] == Self::COOKIE {
            let found = BigEndian::read_u32(&bytes[36..40]);
            let expected = ones_complement(bytes, Self::CHECKSUM_AT);
            if found != expected {
                let (found, expected) = (format!("{found:#010x}"), format!("{expected:#010x}"));
                return Err(
                    Error::damaged("dynamic header checksum", found, expected).at(FileOffset::new(36))
                );
            }
        }
        Self::from_bytes_with_any_checksum(bytes)
    }

    /// As [`DynamicHeader::from_bytes`], for a disk whose header checksum is known to be wrong.
    pub fn from_bytes_with_any_checksum(bytes: &[u8; Self::SIZE]) -> Result<Self> {
        if bytes[..8] != Self::COOKIE {
            let found = format!("\"{}\"", bytes[..8].escape_ascii());
            return Err(Error::damaged("dynamic header cookie", found, "\"cxsparse\"").at(FileOffset::ZERO));
        }
        let header_version = BigEndian::read_u32(&bytes[24..28]);
        if header_version >> 16 != Self::VERSION >> 16 {
            let found = format!("{header_version:#010x}");
            return Err(
                Error::unsupported("dynamic header version", found, "0x00010000").at(FileOffset::new(24))
            );
        }
        let block_size = BigEndian::read_u32(&bytes[32..36]);
        if !block_size.is_power_of_two() || u64::from(block_size) < SECTOR {
            let expected = "a power of two of at least 512";
            return Err(Error::damaged("block size", block_size, expected).at(FileOffset::new(32)));
        }
        let mut header = Self {
            data_offset: BigEndian::read_u64(&bytes[8..16]),
            table_offset: FileOffset::new(BigEndian::read_u64(&bytes[16..24])),
            header_version,
            max_table_entries: BigEndian::read_u32(&bytes[28..32]),
            block_size,
            parent_uuid: Uuid::default(),
            parent_timestamp: Timestamp(BigEndian::read_u32(&bytes[56..60])),
            reserved: [bytes[60], bytes[61], bytes[62], bytes[63]],
            parent_name: [0; 512],
            parent_locators: [ParentLocator::NONE; 8],
            reserved_end: [0; 256],
        };
        header.parent_uuid.0.copy_from_slice(&bytes[40..56]);
        header.parent_name.copy_from_slice(&bytes[64..576]);
        let (locators, _) = bytes[576..768].as_chunks::<{ ParentLocator::SIZE }>();
        for (locator, bytes) in header.parent_locators.iter_mut().zip(locators) {
            *locator = ParentLocator::from_bytes(bytes);
        }
        header.reserved_end.copy_from_slice(&bytes[768..]);
        Ok(header)
    }

    /// The bytes, with the checksum that belongs to them.
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&Self::COOKIE);
        BigEndian::write_u64(&mut bytes[8..16], self.data_offset);
        BigEndian::write_u64(&mut bytes[16..24], self.table_offset.get());
        BigEndian::write_u32(&mut bytes[24..28], self.header_version);
        BigEndian::write_u32(&mut bytes[28..32], self.max_table_entries);
        BigEndian::write_u32(&mut bytes[32..36], self.block_size);
        bytes[40..56].copy_from_slice(&self.parent_uuid.0);
        BigEndian::write_u32(&mut bytes[56..60], self.parent_timestamp.0);
        bytes[60..64].copy_from_slice(&self.reserved);
        bytes[64..576].copy_from_slice(&self.parent_name);
        let (locators, _) = bytes[576..768].as_chunks_mut::<{ ParentLocator::SIZE }>();
        for (bytes, locator) in locators.iter_mut().zip(&self.parent_locators) {
            *bytes = locator.to_bytes();
        }
        bytes[768..].copy_from_slice(&self.reserved_end);
        let sum = ones_complement(&bytes, Self::CHECKSUM_AT);
        BigEndian::write_u32(&mut bytes[36..40], sum);
        bytes
    }

    /// A header of ours for a dynamic disk without parent. `block_size` must be a power of two of at least 512.
    pub fn new(table_offset: FileOffset, max_table_entries: u32, block_size: u32) -> Self {
        Self {
            data_offset: NO_OFFSET,
            table_offset,
            header_version: Self::VERSION,
            max_table_entries,
            block_size,
            parent_uuid: Uuid::NIL,
            parent_timestamp: Timestamp(0),
            reserved: [0; 4],
            parent_name: [0; 512],
            parent_locators: [ParentLocator::NONE; 8],
            reserved_end: [0; 256],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> DynamicHeader {
        DynamicHeader::new(FileOffset::new(1536), 20, 1 << 21)
    }

    #[test]
    fn round_trip_keeps_every_byte() {
        let mut bytes = [0; 1024];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::try_from(at % 251).unwrap();
        }
        bytes[..8].copy_from_slice(b"cxsparse");
        bytes[24..28].copy_from_slice(&[0, 1, 0, 9]);
        bytes[32..36].copy_from_slice(&[0, 0, 2, 0]);
        let sum = ones_complement(&bytes, 36);
        BigEndian::write_u32(&mut bytes[36..40], sum);
        assert_eq!(DynamicHeader::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    }

    #[test]
    fn wrong_checksum_is_read_only_on_request() {
        let mut bytes = sample().to_bytes();
        bytes[36] ^= 1;
        let error = DynamicHeader::from_bytes(&bytes).unwrap_err();
        assert_eq!(error.what(), "dynamic header checksum");
        assert_eq!(DynamicHeader::from_bytes_with_any_checksum(&bytes).unwrap(), sample());
    }

    #[test]
    fn block_sizes() {
        for (size, good) in
            [(0, false), (256, false), (512, true), (3 << 20, false), (1 << 24, true), (1 << 31, true)]
        {
            let bytes = DynamicHeader { block_size: size, ..sample() }.to_bytes();
            assert_eq!(DynamicHeader::from_bytes(&bytes).is_ok(), good, "{size}");
        }
    }
}
