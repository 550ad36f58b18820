//! Which program wrote a VHD.

use std::fmt;

/// Four characters naming the program that created the disk. Which of the two sizes counts depends on it: see
/// [`super::SizeRule`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CreatorApplication(pub [u8; 4]);

impl CreatorApplication {
    /// Microsoft Virtual PC.
    pub const VIRTUAL_PC: Self = Self(*b"vpc ");
    /// Windows: Hyper-V, Disk Management, `diskpart`.
    pub const WINDOWS: Self = Self(*b"win ");
    /// qemu, writing a disk of the size that the geometry gives.
    pub const QEMU: Self = Self(*b"qemu");
    /// qemu, writing a disk of exactly the size asked for (`force_size`).
    pub const QEMU_EXACT: Self = Self(*b"qem2");
    /// `Disk2vhd`.
    pub const DISK2VHD: Self = Self(*b"d2v ");
    /// Xen's blktap.
    pub const BLKTAP: Self = Self(*b"tap\0");
    /// Citrix `XenServer`.
    pub const CITRIX: Self = Self(*b"CTXS");
    /// `VirtualBox`.
    pub const VIRTUALBOX: Self = Self(*b"vbox");

    /// Whether this program's disks are as large as their geometry says, not as their size field says.
    pub fn means_geometry(self) -> bool {
        matches!(self, Self::VIRTUAL_PC | Self::QEMU)
    }
}

/// The four characters without padding, unprintable ones escaped.
impl fmt::Display for CreatorApplication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self
            .0
            .iter()
            .rposition(|byte| !matches!(byte, 0 | b' '))
            .map_or(0, |last| last.saturating_add(1));
        write!(f, "{}", self.0.get(..end).unwrap_or_default().escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_without_padding() {
        assert_eq!(CreatorApplication::WINDOWS.to_string(), "win");
        assert_eq!(CreatorApplication(*b"wa\0\0").to_string(), "wa");
        assert_eq!(CreatorApplication(*b"\x01b c").to_string(), "\\x01b c");
        assert_eq!(CreatorApplication([0; 4]).to_string(), "");
    }
}
