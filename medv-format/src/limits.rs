//! How much a file may ask of us.

use crate::{Error, Result};

/// Bounds that are checked before memory is reserved for anything a file asks for.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest virtual disk in bytes.
    pub virtual_size: u64,
    /// Most bytes for one table read from a file (an index, a block allocation table, a bitmap).
    pub table_bytes: u64,
    /// Longest differencing chain, the child included.
    pub chain_depth: usize,
}

impl Default for Limits {
    /// 2 TiB disks, 512 MiB tables, chains of 64.
    fn default() -> Self {
        Self { virtual_size: 1 << 41, table_bytes: 1 << 29, chain_depth: 64 }
    }
}

impl Limits {
    /// `Err` if a table named `what` of `bytes` bytes is more than allowed; its length as `usize` otherwise.
    pub fn table(&self, what: &'static str, bytes: u64) -> Result<usize> {
        match usize::try_from(bytes) {
            Ok(len) if bytes <= self.table_bytes => Ok(len),
            _ => Err(Error::limit(what, format_args!("{bytes} bytes"), format_args!("{}", self.table_bytes))),
        }
    }

    /// `Err` if a disk of `bytes` bytes is larger than allowed.
    pub fn disk(&self, bytes: u64) -> Result<()> {
        if bytes <= self.virtual_size {
            return Ok(());
        }
        Err(Error::limit(
            "virtual size",
            format_args!("{bytes} bytes"),
            format_args!("{} bytes", self.virtual_size),
        ))
    }
}
