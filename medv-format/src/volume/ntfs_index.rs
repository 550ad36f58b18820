//! A directory: its root, the blocks of its tree, and the names in them.

use super::FileReference;
use super::little_endian::{slice_at, u16_at, u32_at, u64_at, utf16};
use super::ntfs_fixup::undo_fixups;
use crate::{Error, Result};

/// A name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// The file's record.
    pub file: FileReference,
    /// Its name in UTF-16.
    pub name: Vec<u16>,
}

/// The node of a directory that is in its file record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRoot {
    /// Bytes in each other node of this directory.
    pub block_bytes: u32,
    /// Whether there are other nodes.
    pub has_blocks: bool,
    /// The names in this node.
    pub entries: Vec<IndexEntry>,
}

impl IndexRoot {
    /// Reads the value of an index root attribute.
    pub fn from_bytes(value: &[u8]) -> Result<Self> {
        let block_bytes = u32_at(value, 8).unwrap_or(0);
        if !(512..=65536).contains(&block_bytes) || !block_bytes.is_power_of_two() {
            return Err(Error::damaged("NTFS index block size", block_bytes, "512 bytes to 64 KiB"));
        }
        let has_blocks = value.get(28).is_some_and(|flags| flags & 1 != 0);
        Ok(Self { block_bytes, has_blocks, entries: node(value.get(16..).unwrap_or_default())? })
    }
}

/// Another node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexBlock {
    /// The names in this node.
    pub entries: Vec<IndexEntry>,
}

impl IndexBlock {
    /// `Damaged` if it is not an index block, or was written only in part.
    pub fn from_bytes(mut bytes: Vec<u8>) -> Result<Self> {
        if bytes.get(..4) != Some(b"INDX") {
            let found = format!("{:02X?}", bytes.get(..4).unwrap_or_default());
            return Err(Error::damaged("NTFS index block", found, "INDX"));
        }
        undo_fixups("NTFS index block", &mut bytes)?;
        Ok(Self { entries: node(bytes.get(24..).unwrap_or_default())? })
    }
}

/// The entries behind a node's header, whose offsets count from that header.
fn node(bytes: &[u8]) -> Result<Vec<IndexEntry>> {
    let outside = |what: &str| Error::damaged("NTFS index entry", what, "one inside its node");
    let header = |at| u32_at(bytes, at).and_then(|value| usize::try_from(value).ok());
    let (Some(start), Some(end)) = (header(0), header(4)) else { return Err(outside("no header")) };
    let mut rest = bytes.get(start..end).ok_or_else(|| outside("a header that leaves it"))?;
    let mut entries = Vec::new();
    loop {
        let flags = u16_at(rest, 12).ok_or_else(|| outside("no last entry"))?;
        if flags & 2 != 0 {
            return Ok(entries);
        }
        let length = u16_at(rest, 8).map_or(0, usize::from);
        let (entry, after) = match rest.split_at_checked(length) {
            Some(parts) if length >= 16 => parts,
            _ => return Err(outside("one that leaves it")),
        };
        // The key is a file name attribute: its length in units at 64, its name at 66.
        let units = entry.get(80).ok_or_else(|| outside("a name that leaves it"))?;
        let name = slice_at(entry, 82, usize::from(*units).saturating_mul(2));
        entries.push(IndexEntry {
            file: FileReference::from_u64(u64_at(entry, 0).unwrap_or(0)),
            name: utf16(name.ok_or_else(|| outside("a name that leaves it"))?),
        });
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::super::ntfs_fixup::tests::apply_fixups;
    use super::*;

    /// Header, an entry for `name` in record 9, the last entry.
    fn node_of(name: &str) -> Vec<u8> {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut entry = vec![0; 82];
        entry[0] = 9;
        entry[6] = 4;
        entry[80] = u8::try_from(units.len() / 2).unwrap();
        entry.extend_from_slice(&units);
        entry.resize(entry.len().next_multiple_of(8), 0);
        entry[8] = u8::try_from(entry.len()).unwrap();
        let mut last = [0; 16];
        last[8] = 16;
        last[12] = 2;
        let mut bytes = vec![0; 16];
        bytes[0] = 16;
        bytes[4] = u8::try_from(16 + entry.len() + 16).unwrap();
        [bytes, entry, last.to_vec()].concat()
    }

    fn expected() -> Vec<IndexEntry> {
        vec![IndexEntry {
            file: FileReference { record: 9, sequence: 4 },
            name: "a.sys".encode_utf16().collect(),
        }]
    }

    #[test]
    fn names_in_the_root_are_read() {
        let mut value = vec![0; 16];
        value[9] = 0x10;
        value.extend(node_of("a.sys"));
        assert_eq!(
            IndexRoot::from_bytes(&value).unwrap(),
            IndexRoot { block_bytes: 4096, has_blocks: false, entries: expected() }
        );
        value[9] = 0;
        assert!(IndexRoot::from_bytes(&value).is_err());
    }

    #[test]
    fn names_in_a_block_are_read() {
        let mut block = vec![0; 4096];
        block[..4].copy_from_slice(b"INDX");
        let mut node = node_of("a.sys");
        // The entries come after the update sequence.
        node.splice(16..16, [0; 48]);
        node[0] += 48;
        node[4] += 48;
        block[24..24 + node.len()].copy_from_slice(&node);
        apply_fixups(&mut block, 40);
        assert_eq!(IndexBlock::from_bytes(block).unwrap().entries, expected());
        assert!(IndexBlock::from_bytes(vec![0; 4096]).is_err());
    }

    #[test]
    fn entries_that_leave_the_node_are_refused() {
        for (at, value) in [(0, 255), (1, 255), (4, 255), (4, 20), (24, 0), (24, 15), (24, 250), (96, 255)] {
            let mut bytes = node_of("a.sys");
            bytes[at] = value;
            assert!(node(&bytes).is_err(), "byte {at} = {value}");
        }
    }
}
