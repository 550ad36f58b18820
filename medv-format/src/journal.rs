//! The journal beside an unfinished target: which frames are on disk for good (`spec/medv-journal.md`).

use byteorder::{ByteOrder, LE};

use crate::container::Header;
use crate::digest::Digest;
use crate::{Error, FileOffset, Limits, Result};

/// The form that is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalForm {
    /// A fixed VHD.
    Fixed,
    /// A dynamic VHD with blocks of this many bytes.
    Dynamic {
        /// Bytes in a block.
        block_size: u32,
    },
    /// The bare disk.
    Raw,
}

/// What an unfinished target is a target of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalHeader {
    /// The form of the target.
    pub form: JournalForm,
    /// The header of the `.medv`.
    pub container: Header,
    /// The digest of its index; `None` if it came through a pipe, when it is known only at the end.
    pub index_digest: Option<Digest>,
}

/// A frame whose content is on disk for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalRecord {
    /// Number of the frame.
    pub frame: u32,
    /// CRC-32 of its compressed bytes, so that a frame of another file is not taken for it.
    pub crc: u32,
}

/// A journal as read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// What it belongs to.
    pub header: JournalHeader,
    /// The frames that are done.
    pub done: Vec<JournalRecord>,
    /// Whether the target is complete and only waits to be given its name.
    pub finished: bool,
    /// Bytes of the journal that are whole. What follows was being written when the power went, and is overwritten.
    pub valid_len: u64,
}

const TAG: [u8; 8] = *b"MEDVJRN\x1a";
const VERSION: u16 = 1;
/// The frame number of the record that says that everything is there.
const FINISHED: u32 = u32::MAX;

impl JournalHeader {
    /// Bytes in front of the records.
    pub const SIZE: usize = 112;

    /// The header's bytes.
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let (form, block_size) = match self.form {
            JournalForm::Fixed => (1, 0),
            JournalForm::Dynamic { block_size } => (2, block_size),
            JournalForm::Raw => (3, 0),
        };
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&TAG);
        LE::write_u16(&mut bytes[8..10], VERSION);
        LE::write_u16(&mut bytes[10..12], form);
        LE::write_u32(&mut bytes[12..16], block_size);
        bytes[16..76].copy_from_slice(&self.container.to_bytes());
        bytes[76..108].copy_from_slice(&self.index_digest.unwrap_or_default().0);
        let checksum = crc32fast::hash(&bytes[..108]);
        LE::write_u32(&mut bytes[108..112], checksum);
        bytes
    }

    fn from_bytes(bytes: &[u8; Self::SIZE], limits: &Limits) -> Result<Self> {
        let (stored, computed) = (LE::read_u32(&bytes[108..112]), crc32fast::hash(&bytes[..108]));
        if bytes[..8] != TAG || stored != computed {
            let found = format_args!("{stored:#010x}").to_string();
            return Err(damaged("journal header checksum", found, format_args!("{computed:#010x}"), 108));
        }
        let version = LE::read_u16(&bytes[8..10]);
        if version != VERSION {
            return Err(Error::unsupported("journal version", version, VERSION).at(FileOffset::new(8)));
        }
        let form = match (LE::read_u16(&bytes[10..12]), LE::read_u32(&bytes[12..16])) {
            (1, 0) => JournalForm::Fixed,
            (2, block_size) if block_size.is_power_of_two() => JournalForm::Dynamic { block_size },
            (3, 0) => JournalForm::Raw,
            (form, _) => return Err(damaged("form in the journal", form, "1, 2 or 3", 10)),
        };
        let mut container = [0; Header::SIZE];
        container.copy_from_slice(&bytes[16..76]);
        let container =
            Header::from_bytes(&container, limits).map_err(|error| error.based_at(FileOffset::new(16)))?;
        let mut digest = Digest::default();
        digest.0.copy_from_slice(&bytes[76..108]);
        let index_digest = (digest != Digest::default()).then_some(digest);
        Ok(Self { form, container, index_digest })
    }

    /// Whether a target of this journal is what `wanted` would write: a digest that only one of them knows does not
    /// speak against it, since every record names the frame's own checksum.
    pub fn fits(&self, wanted: &Self) -> bool {
        let digests_agree = match (self.index_digest, wanted.index_digest) {
            (Some(mine), Some(theirs)) => mine == theirs,
            _ => true,
        };
        self.form == wanted.form && self.container == wanted.container && digests_agree
    }
}

impl JournalRecord {
    /// Bytes of a record.
    pub const SIZE: usize = 12;

    /// The record that says that the target is complete.
    pub const fn finished() -> Self {
        Self { frame: FINISHED, crc: 0 }
    }

    /// The record's bytes.
    pub fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        LE::write_u32(&mut bytes[..4], self.frame);
        LE::write_u32(&mut bytes[4..8], self.crc);
        let checksum = crc32fast::hash(&bytes[..8]);
        LE::write_u32(&mut bytes[8..12], checksum);
        bytes
    }

    fn from_bytes(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        let whole = LE::read_u32(&bytes[8..12]) == crc32fast::hash(&bytes[..8]);
        whole.then(|| Self { frame: LE::read_u32(&bytes[..4]), crc: LE::read_u32(&bytes[4..8]) })
    }
}

impl Journal {
    /// Reads a journal up to the first record that is not whole.
    ///
    /// # Errors
    /// Damaged or unsupported if the header cannot be used; then nothing is known to be done.
    pub fn from_bytes(bytes: &[u8], limits: &Limits) -> Result<Self> {
        let Some((header, records)) = bytes.split_first_chunk() else {
            return Err(damaged("journal length", bytes.len(), "at least 112 bytes", 0));
        };
        let header = JournalHeader::from_bytes(header, limits)?;
        let (records, _) = records.as_chunks();
        let mut done: Vec<_> = records.iter().map_while(JournalRecord::from_bytes).collect();
        let valid = done.len().saturating_mul(JournalRecord::SIZE).saturating_add(JournalHeader::SIZE);
        let finished = done.iter().any(|record| record.frame == FINISHED);
        done.retain(|record| record.frame != FINISHED);
        Ok(Self { header, done, finished, valid_len: u64::try_from(valid).unwrap_or(u64::MAX) })
    }
}

fn damaged(
    what: &'static str,
    found: impl std::fmt::Display,
    expected: impl std::fmt::Display,
    at: u64,
) -> Error {
    Error::damaged(what, found, expected).at(FileOffset::new(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::SourceForm;

    fn journal() -> (JournalHeader, Vec<u8>) {
        let container = Header {
            form: SourceForm::Raw,
            chunk_size: 1 << 20,
            source_size: 5 << 20,
            level: 3,
            trimmed: false,
        };
        let form = JournalForm::Dynamic { block_size: 1 << 21 };
        let header = JournalHeader { form, container, index_digest: Some(Digest([3; 32])) };
        let mut bytes = header.to_bytes().to_vec();
        for record in [JournalRecord { frame: 4, crc: 9 }, JournalRecord { frame: 0, crc: 7 }] {
            bytes.extend(record.to_bytes());
        }
        (header, bytes)
    }

    #[test]
    fn cut_anywhere_gives_the_whole_records_in_front_of_the_cut() {
        let (header, bytes) = journal();
        for len in JournalHeader::SIZE..=bytes.len() {
            let journal = Journal::from_bytes(&bytes[..len], &Limits::default()).unwrap();
            let records = (len - JournalHeader::SIZE) / JournalRecord::SIZE;
            assert_eq!((&journal.header, journal.done.len(), journal.finished), (&header, records, false));
            assert_eq!(
                journal.valid_len,
                u64::try_from(JournalHeader::SIZE + records * JournalRecord::SIZE).unwrap()
            );
        }
        assert!(Journal::from_bytes(&bytes[..JournalHeader::SIZE - 1], &Limits::default()).is_err());
    }

    #[test]
    fn a_flipped_bit_never_makes_a_frame_done() {
        let (_, bytes) = journal();
        let whole = Journal::from_bytes(&bytes, &Limits::default()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            if let Ok(journal) = Journal::from_bytes(&bad, &Limits::default()) {
                assert!(journal.header == whole.header && whole.done.starts_with(&journal.done));
            }
        }
    }

    #[test]
    fn finished_is_told_apart_from_frames() {
        let (_, mut bytes) = journal();
        bytes.extend(JournalRecord::finished().to_bytes());
        let journal = Journal::from_bytes(&bytes, &Limits::default()).unwrap();
        assert!(journal.finished && journal.done.len() == 2);
    }
}
