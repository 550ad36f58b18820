//! The first sector of an NTFS volume.

use byteorder::{ByteOrder, LittleEndian};

use crate::{Error, FileOffset, Result};

/// What one must know to find the master file table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NtfsBoot {
    /// Bytes in a sector of this volume: 256 to 4096.
    pub sector_bytes: u32,
    /// Bytes in a cluster: a power of two, 256 to 2 MiB.
    pub cluster_bytes: u32,
    /// Length in sectors, without the copy of this sector that follows the volume.
    pub sectors: u64,
    /// First cluster of the master file table.
    pub mft_cluster: u64,
    /// Bytes in a file record: a power of two, 512 to 64 KiB.
    pub record_bytes: u32,
}

impl NtfsBoot {
    /// Bytes in the structure.
    pub const SIZE: usize = 512;

    /// Whether the sector says that it starts an NTFS volume.
    pub fn is_signed(bytes: &[u8]) -> bool {
        bytes.get(3..11) == Some(b"NTFS    ")
    }

    /// `Damaged` where a size is not one that NTFS has.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Result<Self> {
        if !Self::is_signed(bytes) {
            return Err(Error::damaged("NTFS signature", format_args!("{:02X?}", &bytes[3..11]), "NTFS"));
        }
        let sector_bytes = u32::from(LittleEndian::read_u16(&bytes[11..]));
        if !(256..=4096).contains(&sector_bytes) || !sector_bytes.is_power_of_two() {
            let error = Error::damaged("NTFS bytes in a sector", sector_bytes, "256 to 4096");
            return Err(error.at(FileOffset::new(11)));
        }
        // Above 128 the byte is a negative exponent, as clusters outgrew it.
        let per_cluster = match bytes[13] {
            small @ 0..=128 => Some(u32::from(small)),
            negative => 1u32.checked_shl(u32::from(negative.wrapping_neg())),
        };
        let cluster_bytes = per_cluster.and_then(|sectors| sectors.checked_mul(sector_bytes)).unwrap_or(0);
        if cluster_bytes > 1 << 21 || !cluster_bytes.is_power_of_two() {
            let error = Error::damaged("NTFS sectors in a cluster", bytes[13], "clusters of up to 2 MiB");
            return Err(error.at(FileOffset::new(13)));
        }
        let record = bytes[64];
        let record_bytes = match record {
            clusters @ 1..=0x7F => u32::from(clusters).checked_mul(cluster_bytes),
            negative => 1u32.checked_shl(u32::from(negative.wrapping_neg())),
        };
        let record_bytes = record_bytes.unwrap_or(0);
        if !(512..=65536).contains(&record_bytes) || !record_bytes.is_power_of_two() {
            let error = Error::damaged("NTFS file record size", record, "512 bytes to 64 KiB");
            return Err(error.at(FileOffset::new(64)));
        }
        Ok(Self {
            sector_bytes,
            cluster_bytes,
            sectors: LittleEndian::read_u64(&bytes[40..]),
            mft_cluster: LittleEndian::read_u64(&bytes[48..]),
            record_bytes,
        })
    }

    /// Length of the volume in bytes, stopping at `u64::MAX`.
    pub fn bytes(&self) -> u64 {
        self.sectors.saturating_mul(u64::from(self.sector_bytes))
    }

    /// Clusters in the volume.
    pub fn clusters(&self) -> u64 {
        self.bytes().checked_div(u64::from(self.cluster_bytes)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector() -> [u8; 512] {
        let mut bytes = [0; 512];
        bytes[3..11].copy_from_slice(b"NTFS    ");
        bytes[12] = 2;
        bytes[13] = 8;
        bytes[40..48].copy_from_slice(&20479u64.to_le_bytes());
        bytes[48..56].copy_from_slice(&4u64.to_le_bytes());
        bytes[64] = 0xF6;
        bytes
    }

    #[test]
    fn fields_are_read() {
        let boot = NtfsBoot::from_bytes(&sector()).unwrap();
        assert_eq!((boot.sector_bytes, boot.cluster_bytes, boot.record_bytes), (512, 4096, 1024));
        assert_eq!((boot.bytes(), boot.clusters(), boot.mft_cluster), (20479 * 512, 2559, 4));
    }

    #[test]
    fn large_clusters_are_a_negative_exponent() {
        let mut bytes = sector();
        bytes[13] = 0xF4;
        assert_eq!(NtfsBoot::from_bytes(&bytes).unwrap().cluster_bytes, 2 << 20);
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for (at, value) in [(3, b'M'), (12, 0), (12, 3), (12, 0x20), (13, 0), (13, 3), (13, 0xF3), (13, 0x81)]
        {
            let mut bytes = sector();
            bytes[at] = value;
            assert!(NtfsBoot::from_bytes(&bytes).is_err(), "byte {at} = {value}");
        }
        for value in [0, 3, 0x7F, 0x80, 0xEF, 0xFF] {
            let mut bytes = sector();
            bytes[64] = value;
            assert!(NtfsBoot::from_bytes(&bytes).is_err(), "record size {value}");
        }
    }
}
