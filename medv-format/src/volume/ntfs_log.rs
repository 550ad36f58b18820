//! A restart page of the NTFS journal: whether the volume was closed cleanly.

use super::little_endian::{u16_at, u32_at, u64_at};
use super::ntfs_fixup::undo_fixups;
use crate::{Error, Result};

/// One of the two pages that the journal starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestartPage {
    /// Which of the two pages is newer: the larger.
    pub lsn: u64,
    /// Whether nobody had the journal open, or the one who had said that all is on the disk.
    pub clean: bool,
}

impl RestartPage {
    /// Largest page.
    pub const MAX_SIZE: u32 = 65536;

    /// Bytes in the page, from its first 512. `Damaged` if it is not a restart page; `Unsupported` for a journal
    /// of version 2.0 and above, which Windows leaves behind only where it keeps changes to itself (fast startup).
    pub fn size(start: &[u8; 512]) -> Result<u32> {
        if !matches!(&start[..4], b"RSTR" | b"CHKD") {
            let found = format!("{:02X?}", &start[..4]);
            return Err(Error::damaged("NTFS journal restart page", found, "RSTR or CHKD"));
        }
        let version = (u16_at(start, 28).unwrap_or(0), u16_at(start, 26).unwrap_or(0));
        if !matches!(version, (1, 0 | 1)) {
            let found = format!("{}.{}", version.0, version.1);
            return Err(Error::unsupported("NTFS journal version", found, "1.1"));
        }
        let size = u32_at(start, 16).unwrap_or(0);
        if !(512..=Self::MAX_SIZE).contains(&size) || !size.is_power_of_two() {
            return Err(Error::damaged("NTFS journal page size", size, "512 bytes to 64 KiB"));
        }
        Ok(size)
    }

    /// Reads a page of [`RestartPage::size`] bytes.
    pub fn from_bytes(mut bytes: Vec<u8>) -> Result<Self> {
        // A page that chkdsk wrote may go without an update sequence.
        let checked = bytes.get(..4) == Some(b"CHKD");
        if !checked || u16_at(&bytes, 6) != Some(0) {
            undo_fixups("NTFS journal restart page", &mut bytes)?;
        }
        let area_at = u16_at(&bytes, 24).map_or(0, usize::from);
        let area = bytes.get(area_at..).filter(|_| area_at >= 30).unwrap_or_default();
        let fields = (u64_at(area, 0), u16_at(area, 8), u16_at(area, 12), u16_at(area, 14));
        let (Some(lsn), Some(clients), Some(in_use), Some(flags)) = fields else {
            let found = format!("a restart area at {area_at}");
            return Err(Error::damaged("NTFS journal restart page", found, "one inside the page"));
        };
        let nobody = in_use == 0xFFFF;
        if !nobody && in_use >= clients {
            return Err(Error::damaged("NTFS journal client", in_use, format_args!("one of {clients}")));
        }
        let lsn = if checked { u64_at(&bytes, 8).unwrap_or(lsn) } else { lsn };
        Ok(Self { lsn, clean: nobody || flags & 2 != 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::super::ntfs_fixup::tests::apply_fixups;
    use super::*;

    fn page(in_use: u16, flags: u8) -> Vec<u8> {
        let mut bytes = vec![0; 4096];
        bytes[..4].copy_from_slice(b"RSTR");
        bytes[17] = 0x10;
        bytes[21] = 0x10;
        bytes[24] = 48;
        bytes[26] = 1;
        bytes[28] = 1;
        bytes[48] = 77;
        bytes[56] = 1;
        bytes[60..62].copy_from_slice(&in_use.to_le_bytes());
        bytes[62] = flags;
        apply_fixups(&mut bytes, 30);
        bytes
    }

    #[test]
    fn clean_is_closed_or_said_to_be() {
        assert_eq!(RestartPage::from_bytes(page(0xFFFF, 0)).unwrap(), RestartPage { lsn: 77, clean: true });
        assert_eq!(RestartPage::from_bytes(page(0, 2)).unwrap(), RestartPage { lsn: 77, clean: true });
        assert_eq!(RestartPage::from_bytes(page(0, 0)).unwrap(), RestartPage { lsn: 77, clean: false });
    }

    #[test]
    fn size_and_version_are_checked() {
        let start = |at: usize, value| {
            let mut bytes = *page(0, 0).first_chunk().unwrap();
            bytes[at] = value;
            RestartPage::size(&bytes)
        };
        assert_eq!(start(0, b'R'), Ok(4096));
        assert!(start(0, b'X').is_err());
        assert!(start(17, 0).is_err());
        assert!(start(17, 0x11).is_err());
        assert_eq!(start(28, 2).unwrap_err().kind(), crate::ErrorKind::Unsupported);
    }

    #[test]
    fn hostile_pages_are_refused() {
        assert!(RestartPage::from_bytes(Vec::new()).is_err());
        assert!(RestartPage::from_bytes(page(1, 2)).is_err());
        let mut outside = page(0, 0);
        outside[24..26].copy_from_slice(&[0xFF, 0xFF]);
        assert!(RestartPage::from_bytes(outside).is_err());
    }
}
