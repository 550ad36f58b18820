//! The three kinds of VHD that exist.

use std::fmt;

use crate::{Error, Result};

/// How a VHD stores its disk (specification, "Disk Type").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DiskType {
    /// The disk's bytes, then the footer.
    Fixed,
    /// Blocks that are there only if they were written.
    Dynamic,
    /// As dynamic, and what is not there is in a parent.
    Differencing,
}

impl DiskType {
    /// From the footer's field. The values 0, 1, 5 and 6 were reserved and are dead: refused as unsupported.
    pub fn from_u32(value: u32) -> Result<Self> {
        match value {
            2 => Ok(Self::Fixed),
            3 => Ok(Self::Dynamic),
            4 => Ok(Self::Differencing),
            0 | 1 | 5 | 6 => {
                Err(Error::unsupported("disk type", value, "2 (fixed), 3 (dynamic) or 4 (differencing)"))
            }
            _ => Err(Error::damaged("disk type", value, "2 (fixed), 3 (dynamic) or 4 (differencing)")),
        }
    }

    /// The footer's field.
    pub const fn to_u32(self) -> u32 {
        match self {
            Self::Fixed => 2,
            Self::Dynamic => 3,
            Self::Differencing => 4,
        }
    }
}

impl fmt::Display for DiskType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fixed => "fixed",
            Self::Dynamic => "dynamic",
            Self::Differencing => "differencing",
        })
    }
}
