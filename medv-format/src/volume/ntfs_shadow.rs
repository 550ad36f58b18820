//! Whether an NTFS volume has shadow copies (restore points). Windows copies a block for them only when it is
//! overwritten: what they show of deleted files lies in clusters that the volume itself calls free. Layout after the
//! libvshadow project's description.

use super::little_endian::{u32_at, u64_at};
use crate::{Error, Result};

const IDENTIFIER: [u8; 16] =
    [0x6B, 0x87, 0x08, 0x38, 0x76, 0xC1, 0x48, 0x4E, 0xB7, 0xAE, 0x04, 0x04, 0x6E, 0x6C, 0xC7, 0x52];

/// What the boot area says about shadow copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShadowHeader {
    /// Where the first block of the catalog is, in bytes from the start of the volume; `None` if there is none.
    pub catalog: Option<u64>,
}

impl ShadowHeader {
    /// Bytes in the structure.
    pub const SIZE: usize = 512;
    /// Where it is, in bytes from the start of the volume.
    pub const OFFSET: u64 = 0x1E00;

    /// Reads the header. A volume that never had shadow copies has none, and so no catalog.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Self {
        let catalog = u64_at(bytes, 48).filter(|at| *at != 0 && bytes.starts_with(&IDENTIFIER));
        Self { catalog }
    }
}

/// A block of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShadowCatalogBlock {
    /// Where the next block is, in bytes from the start of the volume.
    pub next: Option<u64>,
    /// Whether this one names shadow copies.
    pub names_copies: bool,
}

impl ShadowCatalogBlock {
    /// Bytes in the structure.
    pub const SIZE: usize = 16384;

    /// `Damaged` if it is not a block of a catalog.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Result<Self> {
        if !bytes.starts_with(&IDENTIFIER) || u32_at(bytes, 20) != Some(2) {
            let found = format!("{:02X?}", &bytes[..4]);
            return Err(Error::damaged("shadow copy catalog", found, "a block of a catalog"));
        }
        let (entries, _) = bytes[128..].as_chunks::<128>();
        // 0 is an empty place, 1 one that was emptied.
        let names_copies = entries.iter().any(|entry| u64_at(entry, 0).is_some_and(|kind| kind > 1));
        Ok(Self { next: u64_at(bytes, 40).filter(|next| *next != 0), names_copies })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_names_the_catalog() {
        let mut bytes = [0; 512];
        assert_eq!(ShadowHeader::from_bytes(&bytes).catalog, None);
        bytes[49] = 0x40;
        assert_eq!(ShadowHeader::from_bytes(&bytes).catalog, None);
        bytes[..16].copy_from_slice(&IDENTIFIER);
        assert_eq!(ShadowHeader::from_bytes(&bytes).catalog, Some(0x4000));
    }

    #[test]
    fn catalog_names_copies() {
        let mut bytes = vec![0; ShadowCatalogBlock::SIZE];
        let read = |bytes: &[u8]| ShadowCatalogBlock::from_bytes(bytes.first_chunk().unwrap());
        assert!(read(&bytes).is_err());
        bytes[..16].copy_from_slice(&IDENTIFIER);
        bytes[20] = 2;
        bytes[128] = 1;
        assert_eq!(read(&bytes), Ok(ShadowCatalogBlock { next: None, names_copies: false }));
        bytes[41] = 0x80;
        bytes[16384 - 128] = 3;
        assert_eq!(read(&bytes), Ok(ShadowCatalogBlock { next: Some(0x8000), names_copies: true }));
    }
}
