//! The attribute list: which records hold the attributes of a file that one record is too small for.

use super::little_endian::{slice_at, u16_at, u32_at, u64_at, utf16};
use super::{AttributeType, FileReference};
use crate::{Error, Result};

/// Where one attribute, or a part of one, is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeListEntry {
    /// Which attribute.
    pub kind: AttributeType,
    /// Its name in UTF-16.
    pub name: Vec<u16>,
    /// The first cluster of the content that this part tells the place of.
    pub first_vcn: u64,
    /// The record it is in.
    pub record: FileReference,
}

/// All entries of the list. `Damaged` if one leaves it.
pub fn attribute_list(list: &[u8]) -> Result<Vec<AttributeListEntry>> {
    let mut rest = list;
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let length = u16_at(rest, 4).map_or(0, usize::from);
        let Some((entry, after)) = rest.split_at_checked(length).filter(|_| length >= 26) else {
            return Err(Error::damaged(
                "NTFS attribute list entry",
                format_args!("{length} bytes"),
                "26 or more",
            ));
        };
        let name_bytes = entry.get(6).map_or(0, |units| usize::from(*units).saturating_mul(2));
        let name_at = entry.get(7).map_or(0, |at| usize::from(*at));
        let Some(name) = slice_at(entry, name_at, name_bytes) else {
            return Err(Error::damaged(
                "NTFS attribute list entry",
                "a name that leaves it",
                "one inside it",
            ));
        };
        entries.push(AttributeListEntry {
            kind: AttributeType(u32_at(entry, 0).unwrap_or(0)),
            name: utf16(name),
            first_vcn: u64_at(entry, 8).unwrap_or(0),
            record: FileReference::from_u64(u64_at(entry, 16).unwrap_or(0)),
        });
        rest = after;
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[0] = 0x80;
        bytes[4] = 32;
        bytes[6] = 1;
        bytes[7] = 26;
        bytes[8] = 5;
        bytes[16] = 40;
        bytes[22] = 2;
        bytes[26] = b'x';
        bytes
    }

    #[test]
    fn entries_are_read() {
        let list = attribute_list(&[entry(), entry()].concat()).unwrap();
        let record = FileReference { record: 40, sequence: 2 };
        let expected = AttributeListEntry {
            kind: AttributeType::DATA,
            name: vec![u16::from(b'x')],
            first_vcn: 5,
            record,
        };
        assert_eq!(list, [expected.clone(), expected]);
    }

    #[test]
    fn entries_that_leave_the_list_are_refused() {
        for (at, value) in [(4, 0), (4, 25), (4, 33), (6, 10), (7, 255)] {
            let mut bytes = entry();
            bytes[at] = value;
            assert!(attribute_list(&bytes).is_err(), "byte {at} = {value}");
        }
    }
}
