//! The header: the first frame of a `.medv`, everything a reader of a pipe must know at once.

use byteorder::{ByteOrder, LE};

use super::{MAX_CHUNK, MIN_CHUNK};
use crate::{Error, FileOffset, Limits, Result, SECTOR};

/// The form that the packed disk's file had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceForm {
    /// A fixed VHD.
    Fixed,
    /// A dynamic VHD with blocks of this many bytes.
    Dynamic {
        /// Bytes in a block, a power of two.
        block_size: u32,
    },
    /// A chain of differencing VHDs, packed as the one disk that it shows; blocks of this many bytes.
    Differencing {
        /// Bytes in a block of the youngest child, a power of two.
        block_size: u32,
    },
    /// A raw image.
    Raw,
}

/// What is known about a disk before its first byte is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The source's form.
    pub form: SourceForm,
    /// Most disk bytes in a data frame: a power of two from 64 KiB to 8 MiB.
    pub chunk_size: u32,
    /// Size of the disk in bytes as the source states it; not always a multiple of 512.
    pub source_size: u64,
    /// Compression level the writer was asked for. Only told, never needed.
    pub level: i32,
    /// Free space of volumes was left out: the disk is not the source byte for byte, by request.
    pub trimmed: bool,
}

const TAG: [u8; 8] = *b"\x89MEDV\r\n\x1a";
const OPTIONAL_TRIMMED: u32 = 1;
const WHAT: &str = "container header";

impl Header {
    /// The version of the format that this is.
    pub const VERSION: u16 = 1;
    /// Bytes of the header, without the skippable frame around it.
    pub const SIZE: usize = 60;
    /// Bytes of the header with the skippable frame around it: where frame 0 begins.
    pub const FRAME_LEN: u64 = 68;

    /// Size of the disk in the container, in bytes: [`Header::source_size`] rounded up to whole sectors.
    pub fn virtual_size(&self) -> u64 {
        self.source_size.div_ceil(SECTOR).saturating_mul(SECTOR)
    }

    /// Reads a header.
    ///
    /// # Errors
    /// Damaged if the tag, the checksum or a field's range is wrong; unsupported for a later version or an unknown
    /// required feature; limit for a disk larger than allowed.
    pub fn from_bytes(bytes: &[u8; Self::SIZE], limits: &Limits) -> Result<Self> {
        if bytes[..8] != TAG {
            let advice = "this is not a .medv file, or it went through a text-mode transfer";
            return Err(Error::damaged(
                "container tag",
                format_args!("{:02x?}", &bytes[..8]),
                format_args!("{TAG:02x?}"),
            )
            .at(FileOffset::ZERO)
            .advice(advice));
        }
        let (stored, computed) = (LE::read_u32(&bytes[56..60]), crc32fast::hash(&bytes[..56]));
        if stored != computed {
            let found = format_args!("{stored:#010x}");
            return Err(Error::damaged("container header checksum", found, format_args!("{computed:#010x}"))
                .at(FileOffset::new(56))
                .advice("fetch the file again"));
        }
        let version = LE::read_u16(&bytes[8..10]);
        if version != Self::VERSION {
            return Err(Error::unsupported("container version", version, Self::VERSION)
                .at(FileOffset::new(8))
                .advice("use a newer medv, or restore the disk with `zstd -d`"));
        }
        let required = LE::read_u32(&bytes[12..16]);
        if required != 0 {
            return Err(Error::unsupported(
                "required container features",
                format_args!("{required:#x}"),
                "none",
            )
            .at(FileOffset::new(12))
            .advice("use a newer medv, or restore the disk with `zstd -d`"));
        }
        let header = Self {
            form: read_form(LE::read_u16(&bytes[10..12]), LE::read_u32(&bytes[40..44]))?,
            chunk_size: LE::read_u32(&bytes[20..24]),
            source_size: LE::read_u64(&bytes[32..40]),
            level: LE::read_i32(&bytes[44..48]),
            trimmed: LE::read_u32(&bytes[16..20]) & OPTIONAL_TRIMMED != 0,
        };
        let chunk_size = header.chunk_size;
        if !chunk_size.is_power_of_two() || !(MIN_CHUNK..=MAX_CHUNK).contains(&chunk_size) {
            let expected = "a power of two from 64 KiB to 8 MiB";
            return Err(Error::damaged("chunk size", chunk_size, expected).at(FileOffset::new(20)));
        }
        limits.disk(header.source_size)?;
        let stored_size = LE::read_u64(&bytes[24..32]);
        if stored_size != header.virtual_size() || stored_size == 0 {
            let expected = format_args!("source size {} in whole sectors, not 0", header.source_size);
            return Err(Error::damaged("virtual size", stored_size, expected).at(FileOffset::new(24)));
        }
        Ok(header)
    }

    /// The header's bytes.
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let (form, block_size) = match self.form {
            SourceForm::Fixed => (1, 0),
            SourceForm::Dynamic { block_size } => (2, block_size),
            SourceForm::Differencing { block_size } => (3, block_size),
            SourceForm::Raw => (4, 0),
        };
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&TAG);
        LE::write_u16(&mut bytes[8..10], Self::VERSION);
        LE::write_u16(&mut bytes[10..12], form);
        LE::write_u32(&mut bytes[16..20], if self.trimmed { OPTIONAL_TRIMMED } else { 0 });
        LE::write_u32(&mut bytes[20..24], self.chunk_size);
        LE::write_u64(&mut bytes[24..32], self.virtual_size());
        LE::write_u64(&mut bytes[32..40], self.source_size);
        LE::write_u32(&mut bytes[40..44], block_size);
        LE::write_i32(&mut bytes[44..48], self.level);
        let checksum = crc32fast::hash(&bytes[..56]);
        LE::write_u32(&mut bytes[56..60], checksum);
        bytes
    }
}

fn read_form(form: u16, block_size: u32) -> Result<SourceForm> {
    let block_size_fits = match form {
        1 | 4 => block_size == 0,
        2 | 3 => block_size.is_power_of_two() && block_size >= 512,
        _ => return Err(Error::damaged("source form", form, "1, 2, 3 or 4").at(FileOffset::new(10))),
    };
    if !block_size_fits {
        let expected = "a power of two from 512 for a dynamic or differencing disk, 0 otherwise";
        return Err(Error::damaged("source block size", block_size, expected).at(FileOffset::new(40)));
    }
    Ok(match form {
        1 => SourceForm::Fixed,
        2 => SourceForm::Dynamic { block_size },
        3 => SourceForm::Differencing { block_size },
        _ => SourceForm::Raw,
    })
}

/// Reads the header from the frame that a `.medv` begins with.
impl Header {
    /// The header out of the first [`Header::FRAME_LEN`] bytes of a file.
    ///
    /// # Errors
    /// As [`Header::from_bytes`]; damaged if the file begins with anything else than the header's frame.
    pub fn from_frame(frame: &[u8], limits: &Limits) -> Result<Self> {
        let content =
            super::unwrap(super::SKIPPABLE_MAGIC, frame).and_then(|content| content.try_into().ok());
        match content {
            Some(content) => {
                Self::from_bytes(content, limits).map_err(|error| error.based_at(FileOffset::new(8)))
            }
            None => Err(Error::damaged(WHAT, "other bytes", "the header frame of a .medv")
                .at(FileOffset::ZERO)
                .advice("this is not a .medv file; `medv pack` makes one from a disk")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        let form = SourceForm::Dynamic { block_size: 2 << 20 };
        Header { form, chunk_size: 1 << 20, source_size: 10_000, level: 3, trimmed: true }
    }

    #[test]
    fn round_trip() {
        let header = header();
        assert_eq!(Header::from_bytes(&header.to_bytes(), &Limits::default()), Ok(header.clone()));
        assert_eq!(header.virtual_size(), 10_240);
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let good = header().to_bytes();
        for bit in 0..good.len() * 8 {
            let mut bad = good;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Header::from_bytes(&bad, &Limits::default()).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn later_versions_and_required_features_are_unsupported_not_damaged() {
        for (at, value) in [(8, 2), (12, 1)] {
            let mut bytes = header().to_bytes();
            bytes[at] = value;
            let checksum = crc32fast::hash(&bytes[..56]);
            LE::write_u32(&mut bytes[56..], checksum);
            let error = Header::from_bytes(&bytes, &Limits::default()).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Unsupported);
        }
    }
}
