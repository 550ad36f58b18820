//! What a storage can be asked to do.

use std::path::PathBuf;

/// One call, with the name that the file had when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Call {
    Open { path: PathBuf, create: bool },
    Exists { path: PathBuf },
    Len { path: PathBuf },
    SetLen { path: PathBuf, len: u64 },
    Write { path: PathBuf, offset: u64, len: u64 },
    Read { path: PathBuf, offset: u64, len: u64 },
    Sync { path: PathBuf },
    Rename { from: PathBuf, to: PathBuf },
    Remove { path: PathBuf },
    SyncFolder { of: PathBuf },
}

impl Call {
    /// Whether it can change anything, or make it durable.
    pub fn changes(&self) -> bool {
        match self {
            Self::Open { create, .. } => *create,
            Self::Exists { .. } | Self::Len { .. } | Self::Read { .. } => false,
            _ => true,
        }
    }

    /// Whether it makes something durable.
    pub fn syncs(&self) -> bool {
        matches!(self, Self::Sync { .. } | Self::SyncFolder { .. })
    }
}
