//! Positions that must not be mixed up: where in the disk, where in a file, which sector, which frame.

use std::fmt;

/// Bytes in a sector, everywhere in a VHD.
pub const SECTOR: u64 = 512;

macro_rules! position {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// The first position.
            pub const ZERO: Self = Self(0);

            /// Wraps a bare number.
            pub const fn new(value: u64) -> Self {
                Self(value)
            }

            /// The bare number.
            pub const fn get(self) -> u64 {
                self.0
            }

            /// `self + distance`, or `None` past `u64::MAX`.
            pub const fn checked_add(self, distance: u64) -> Option<Self> {
                match self.0.checked_add(distance) {
                    Some(sum) => Some(Self(sum)),
                    None => None,
                }
            }

            /// `self + distance`, stopping at `u64::MAX`.
            #[must_use]
            pub const fn saturating_add(self, distance: u64) -> Self {
                Self(self.0.saturating_add(distance))
            }

            /// How far `self` lies behind `earlier`; 0 if it does not.
            pub const fn since(self, earlier: Self) -> u64 {
                self.0.saturating_sub(earlier.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

position! {
    /// A byte of the virtual disk.
    DiskOffset
}
position! {
    /// A byte of a file: of a `.vhd`, a `.medv`, or of the target being written.
    FileOffset
}
position! {
    /// A 512-byte sector of the virtual disk.
    Sector
}
position! {
    /// A frame of a `.medv`, counted from the first one that holds disk bytes.
    FrameIndex
}

impl Sector {
    /// The first byte of the sector, stopping at `u64::MAX`.
    pub const fn start(self) -> DiskOffset {
        DiskOffset(self.0.saturating_mul(SECTOR))
    }
}

impl DiskOffset {
    /// The sector that holds this byte.
    pub const fn sector(self) -> Sector {
        Sector(self.0 / SECTOR)
    }
}
