//! The trailer: a fixed number of bytes in front of the seek table that says where the index is and what both are worth.

use byteorder::{ByteOrder, LE};

use crate::digest::Digest;
use crate::{Error, FileOffset, Result};

/// Where the index is, its digest, and the image digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// Where the index's skippable frame begins.
    pub index_at: FileOffset,
    /// Length of the index in bytes, without the frame around it.
    pub index_len: u32,
    /// [`super::Index::digest_of`] the index.
    pub index_digest: Digest,
    /// The image digest.
    pub image_digest: Digest,
    /// Length of the whole file in bytes, the seek table included.
    pub file_len: u64,
}

const TAG: [u8; 8] = *b"MEDVEND\x1a";

impl Trailer {
    /// Bytes of the trailer, without the skippable frame around it.
    pub const SIZE: usize = 100;
    /// Bytes of the trailer with the skippable frame around it.
    pub const FRAME_LEN: u64 = 108;

    /// Reads a trailer.
    ///
    /// # Errors
    /// Damaged if the tag or the checksum is wrong.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Result<Self> {
        if bytes[..8] != TAG {
            let found = format_args!("{:02x?}", &bytes[..8]).to_string();
            return Err(Error::damaged("trailer tag", found, format_args!("{TAG:02x?}"))
                .at(FileOffset::ZERO)
                .advice("the end of the file is missing or overwritten; fetch the file again"));
        }
        let (stored, computed) = (LE::read_u32(&bytes[96..100]), crc32fast::hash(&bytes[..96]));
        if stored != computed {
            let found = format_args!("{stored:#010x}");
            return Err(Error::damaged("trailer checksum", found, format_args!("{computed:#010x}"))
                .at(FileOffset::new(96))
                .advice("fetch the file again"));
        }
        let mut trailer = Self {
            index_at: FileOffset::new(LE::read_u64(&bytes[8..16])),
            index_len: LE::read_u32(&bytes[16..20]),
            index_digest: Digest::default(),
            image_digest: Digest::default(),
            file_len: LE::read_u64(&bytes[88..96]),
        };
        trailer.index_digest.0.copy_from_slice(&bytes[24..56]);
        trailer.image_digest.0.copy_from_slice(&bytes[56..88]);
        Ok(trailer)
    }

    /// The trailer's bytes.
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&TAG);
        LE::write_u64(&mut bytes[8..16], self.index_at.get());
        LE::write_u32(&mut bytes[16..20], self.index_len);
        bytes[24..56].copy_from_slice(&self.index_digest.0);
        bytes[56..88].copy_from_slice(&self.image_digest.0);
        LE::write_u64(&mut bytes[88..96], self.file_len);
        let checksum = crc32fast::hash(&bytes[..96]);
        LE::write_u32(&mut bytes[96..100], checksum);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_every_flipped_bit_is_found() {
        let trailer = Trailer {
            index_at: FileOffset::new(1 << 40),
            index_len: 77,
            index_digest: Digest([1; 32]),
            image_digest: Digest([2; 32]),
            file_len: 123,
        };
        let good = trailer.to_bytes();
        assert_eq!(Trailer::from_bytes(&good), Ok(trailer));
        for bit in 0..good.len() * 8 {
            let mut bad = good;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Trailer::from_bytes(&bad).is_err(), "bit {bit}");
        }
    }
}
