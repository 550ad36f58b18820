//! A file record of the master file table, and the attributes in it.

use super::little_endian::{slice_at, u16_at, u32_at, u64_at, utf16};
use super::ntfs_fixup::undo_fixups;
use crate::{Error, Result};

/// Names a file record; the sequence tells a reused record from the one that was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileReference {
    /// Index into the master file table.
    pub record: u64,
    /// How often the record was in use when the reference was made.
    pub sequence: u16,
}

impl FileReference {
    pub(super) fn from_u64(value: u64) -> Self {
        let sequence = u16::try_from(value >> 48).unwrap_or(u16::MAX);
        Self { record: value & 0xFFFF_FFFF_FFFF, sequence }
    }
}

/// A file record with its fixups undone.
#[derive(Clone, Debug)]
pub struct FileRecord {
    bytes: Vec<u8>,
    first_attribute: usize,
    /// How often this record was in use.
    pub sequence: u16,
    /// Whether a file has it now.
    pub in_use: bool,
    /// The record that this one extends; record 0, sequence 0 if it is a file's first.
    pub base: FileReference,
}

impl FileRecord {
    /// `Damaged` if it is not a file record, or was written only in part.
    pub fn from_bytes(mut bytes: Vec<u8>) -> Result<Self> {
        if bytes.get(..4) != Some(b"FILE") {
            let found = format!("{:02X?}", bytes.get(..4).unwrap_or_default());
            return Err(Error::damaged("NTFS file record", found, "FILE"));
        }
        undo_fixups("NTFS file record", &mut bytes)?;
        let header = |at| u16_at(&bytes, at).unwrap_or(0);
        let (sequence, first_attribute, flags) = (header(16), usize::from(header(20)), header(22));
        let base = FileReference::from_u64(u64_at(&bytes, 32).unwrap_or(0));
        let used = u32_at(&bytes, 24).and_then(|used| usize::try_from(used).ok()).unwrap_or(usize::MAX);
        if used > bytes.len() || first_attribute < 42 || first_attribute > used {
            let found = format!("attributes from {first_attribute} to {used}");
            return Err(Error::damaged("NTFS file record", found, format_args!("{} bytes", bytes.len())));
        }
        bytes.truncate(used);
        Ok(Self { bytes, first_attribute, sequence, in_use: flags & 1 != 0, base })
    }

    /// The attributes in order. After an error there is nothing more.
    pub fn attributes(&self) -> impl Iterator<Item = Result<Attribute<'_>>> {
        let mut rest = self.bytes.get(self.first_attribute..).unwrap_or_default();
        std::iter::from_fn(move || match Attribute::split_from(rest) {
            Ok(Some((attribute, after))) => {
                rest = after;
                Some(Ok(attribute))
            }
            Ok(None) => None,
            Err(error) => {
                rest = &END;
                Some(Err(error))
            }
        })
    }
}

/// The mark after the last attribute.
const END: [u8; 4] = [0xFF; 4];

/// Which attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributeType(pub u32);

impl AttributeType {
    /// Where the attributes are that the first record has no place for.
    pub const ATTRIBUTE_LIST: Self = Self(0x20);
    /// Version and flags of the volume.
    pub const VOLUME_INFORMATION: Self = Self(0x70);
    /// The content of a file.
    pub const DATA: Self = Self(0x80);
    /// The root of an index.
    pub const INDEX_ROOT: Self = Self(0x90);
    /// The other nodes of an index.
    pub const INDEX_ALLOCATION: Self = Self(0xA0);
    /// Which of those nodes are in use.
    pub const BITMAP: Self = Self(0xB0);
}

/// One attribute, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Which.
    pub kind: AttributeType,
    /// Its name in UTF-16; empty for the unnamed one.
    pub name: Vec<u16>,
    /// Bytes cannot be read as they lie on the disk: compressed, encrypted or sparse.
    pub transformed: bool,
    /// Its content, or where that is.
    pub body: AttributeBody<'a>,
}

/// Where an attribute's content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeBody<'a> {
    /// In the record.
    Resident(&'a [u8]),
    /// In clusters.
    NonResident {
        /// The first cluster of the content that this part tells the place of. The sizes count only where this is 0.
        first_vcn: u64,
        /// Length of the content in bytes.
        data_bytes: u64,
        /// How much of it was ever written; what follows reads as zero.
        initialized_bytes: u64,
        /// The run list, packed.
        mapping_pairs: &'a [u8],
    },
}

impl<'a> Attribute<'a> {
    /// The attribute at the start of `bytes` and what follows it; `None` at the end mark.
    fn split_from(bytes: &'a [u8]) -> Result<Option<(Self, &'a [u8])>> {
        let outside = || Error::damaged("NTFS attribute", "one that leaves its record", "one inside it");
        let kind = u32_at(bytes, 0).ok_or_else(outside)?;
        if kind == u32::MAX {
            return Ok(None);
        }
        let length = u32_at(bytes, 4).and_then(|length| usize::try_from(length).ok()).ok_or_else(outside)?;
        if length < 24 {
            return Err(Error::damaged("NTFS attribute length", length, "at least 24"));
        }
        let (own, rest) = bytes.split_at_checked(length).ok_or_else(outside)?;
        let own_at = |at| u16_at(own, at).map_or(0, usize::from);
        let name_bytes = own.get(9).map_or(0, |units| usize::from(*units).saturating_mul(2));
        let name = utf16(slice_at(own, own_at(10), name_bytes).ok_or_else(outside)?);
        let body = if own.get(8) == Some(&0) {
            let value_bytes =
                u32_at(own, 16).and_then(|len| usize::try_from(len).ok()).ok_or_else(outside)?;
            AttributeBody::Resident(slice_at(own, own_at(20), value_bytes).ok_or_else(outside)?)
        } else {
            AttributeBody::NonResident {
                first_vcn: u64_at(own, 16).ok_or_else(outside)?,
                data_bytes: u64_at(own, 48).ok_or_else(outside)?,
                initialized_bytes: u64_at(own, 56).ok_or_else(outside)?,
                mapping_pairs: own.get(own_at(32)..).ok_or_else(outside)?,
            }
        };
        let attribute = Self { kind: AttributeType(kind), name, transformed: own_at(12) != 0, body };
        Ok(Some((attribute, rest)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::ntfs_fixup::tests::apply_fixups;
    use super::*;

    /// A record of 1 KiB holding `attributes`, which end in FF FF FF FF.
    fn record(attributes: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 1024];
        bytes[..4].copy_from_slice(b"FILE");
        bytes[16] = 3;
        bytes[20] = 56;
        bytes[22] = 1;
        bytes[24..28].copy_from_slice(&u32::try_from(56 + attributes.len()).unwrap().to_le_bytes());
        bytes[56..56 + attributes.len()].copy_from_slice(attributes);
        apply_fixups(&mut bytes, 48);
        bytes
    }

    fn resident(kind: u8, name: &[u8], value: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind, 0, 0, 0, 0, 0, 0, 0, 0, u8::try_from(name.len() / 2).unwrap(), 24, 0];
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&u32::try_from(value.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(&[u8::try_from(24 + name.len()).unwrap(), 0, 0, 0]);
        bytes.extend_from_slice(name);
        bytes.extend_from_slice(value);
        bytes[4] = u8::try_from(bytes.len()).unwrap();
        bytes
    }

    fn non_resident() -> Vec<u8> {
        let mut bytes = vec![0; 72];
        bytes[0] = 0x80;
        bytes[4] = 72;
        bytes[8] = 1;
        bytes[32] = 64;
        bytes[49] = 16;
        bytes[57] = 16;
        bytes[64..68].copy_from_slice(&[0x11, 1, 9, 0]);
        bytes
    }

    #[test]
    fn attributes_are_read() {
        let bytes =
            [resident(0x70, &[], &[1, 2, 3]), resident(0xB0, b"$\0I\0", &[4]), non_resident(), END.to_vec()];
        let record = FileRecord::from_bytes(record(&bytes.concat())).unwrap();
        assert!(record.in_use && record.sequence == 3);
        let found: Vec<_> = record.attributes().collect::<Result<_>>().unwrap();
        assert_eq!(found[0].body, AttributeBody::Resident(&[1, 2, 3]));
        assert_eq!((found[1].kind, &*found[1].name), (AttributeType::BITMAP, &[0x24, 0x49][..]));
        let AttributeBody::NonResident { first_vcn: 0, data_bytes: 4096, mapping_pairs, .. } = found[2].body
        else {
            panic!("{:?}", found[2]);
        };
        assert_eq!(mapping_pairs[..4], [0x11, 1, 9, 0]);
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn attributes_that_leave_the_record_are_refused() {
        for (at, value) in [(4, 23), (5, 9), (9, 200), (10, 255), (17, 1), (20, 255)] {
            let mut attribute = resident(0x70, &[], &[1, 2, 3]);
            attribute[at] = value;
            attribute.extend_from_slice(&END);
            let record = FileRecord::from_bytes(record(&attribute)).unwrap();
            assert!(record.attributes().any(|attribute| attribute.is_err()), "byte {at} = {value}");
        }
        // No end mark.
        let unfinished = FileRecord::from_bytes(record(&resident(0x70, &[], &[1]))).unwrap();
        assert_eq!(unfinished.attributes().filter(Result::is_err).count(), 1);
    }

    #[test]
    fn other_bytes_are_not_a_record() {
        assert!(FileRecord::from_bytes(Vec::new()).is_err());
        assert!(FileRecord::from_bytes(vec![0; 1024]).is_err());
        let mut bytes = record(&END);
        bytes[20] = 0;
        assert!(FileRecord::from_bytes(bytes).is_err());
    }
}
