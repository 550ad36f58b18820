//! Cylinders, heads, sectors: what old guests boot by, and for some creators the disk's size.

use std::fmt;

use crate::SECTOR;

/// Disk geometry (specification, "Disk Geometry" and appendix "CHS Calculation").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Geometry {
    /// Cylinders.
    pub cylinders: u16,
    /// Heads, tracks in a cylinder.
    pub heads: u8,
    /// Sectors in a track.
    pub sectors: u8,
}

impl Geometry {
    /// The largest the specification's calculation gives: 267,382,800 sectors. It says "at least this large".
    pub const MAX: Self = Self { cylinders: 65_535, heads: 16, sectors: 255 };

    /// The geometry of a disk of `sectors` sectors. It covers as many or fewer sectors, as it counts in whole
    /// cylinders.
    pub fn from_sectors(sectors: u64) -> Self {
        let ceiling = 65_535 * 16 * 255;
        let sectors = u32::try_from(sectors).unwrap_or(u32::MAX).min(ceiling);
        let (per_track, heads, tracks) =
            if sectors >= 65_535 * 16 * 63 { (255, 16, sectors / 255) } else { Self::small(sectors) };
        Self {
            cylinders: tracks
                .checked_div(heads)
                .and_then(|count| u16::try_from(count).ok())
                .unwrap_or(u16::MAX),
            heads: u8::try_from(heads).unwrap_or(16),
            sectors: u8::try_from(per_track).unwrap_or(255),
        }
    }

    /// Sectors in a track, heads and tracks for up to 504 MiB times 64: tracks grow when cylinders run out.
    fn small(sectors: u32) -> (u32, u32, u32) {
        let tracks = sectors / 17;
        let heads = tracks.div_ceil(1024).max(4);
        if heads <= 16 && tracks < heads.saturating_mul(1024) {
            return (17, heads, tracks);
        }
        let tracks = sectors / 31;
        if tracks < 16 * 1024 {
            return (31, 16, tracks);
        }
        (63, 16, sectors / 63)
    }

    /// Sectors covered.
    pub fn total_sectors(self) -> u64 {
        let tracks = u64::from(self.cylinders).saturating_mul(u64::from(self.heads));
        tracks.saturating_mul(u64::from(self.sectors))
    }

    /// Bytes covered.
    pub fn total_bytes(self) -> u64 {
        self.total_sectors().saturating_mul(SECTOR)
    }
}

/// `cylinders/heads/sectors`.
impl fmt::Display for Geometry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.cylinders, self.heads, self.sectors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sizes() {
        const MIB: u64 = 2048;
        for (sectors, cylinders, heads, per_track, lost) in [
            (MIB, 30, 4, 17, 8),
            (64 * MIB, 963, 8, 17, 104),
            (1024 * 16 * 63, 1024, 16, 63, 0),
            (1024 * MIB, 2080, 16, 63, 512),
            (20 * 1024 * MIB, 41610, 16, 63, 160),
            (40 * 1024 * MIB, 20560, 16, 255, 1280),
            (127 * 1024 * MIB, 65278, 16, 255, 4064),
        ] {
            let geometry = Geometry::from_sectors(sectors);
            assert_eq!(geometry, Geometry { cylinders, heads, sectors: per_track }, "{sectors} sectors");
            assert_eq!(sectors - geometry.total_sectors(), lost, "{sectors} sectors");
        }
    }

    #[test]
    fn covers_no_more_than_asked_and_ends_at_the_maximum() {
        for sectors in (0..40).flat_map(|bit| [(1_u64 << bit) - 1, 1 << bit, (1 << bit) + 1, 3 << bit]) {
            assert!(Geometry::from_sectors(sectors).total_sectors() <= sectors, "{sectors} sectors");
        }
        assert_eq!(Geometry::from_sectors(u64::MAX), Geometry::MAX);
        assert_eq!(Geometry::MAX.total_sectors(), 267_382_800);
    }
}
