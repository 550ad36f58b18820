//! A `.medv` that is open for reading.

use medv_format::Limits;
use medv_format::container::{Index, Trailer};
use std::io::Read;

use crate::disk::Disk;
use crate::source::Source;
use crate::{Error, Result};

/// Where a `.medv` comes from.
pub enum Input {
    /// With random access: a file, or a web server that knows ranges.
    Random(Box<dyn Source>),
    /// Once, front to back: a pipe, or a web server that does not.
    Stream {
        /// What to call it in messages.
        name: String,
        /// Its bytes.
        reader: Box<dyn Read + Send>,
    },
}

impl Input {
    /// Opens a path, `-` for standard input, or an `http://` or `https://` address.
    pub fn open(place: &str) -> Result<Self> {
        let _ = place;
        Err(Error::usage("unbuilt"))
    }
}

/// The index and trailer of a `.medv`, checked against each other and the file.
pub struct Container {
    /// The index, header included.
    pub index: Index,
    /// The trailer: digests, file length.
    pub trailer: Trailer,
}

impl Container {
    /// Reads what stands at the end of the file (a stream is read through to its end).
    pub fn read(input: Input, limits: &Limits) -> Result<Self> {
        let _ = (input, limits);
        Err(Error::usage("unbuilt"))
    }
}

/// The disk inside a `.medv` with random access, decompressing what is asked for.
pub fn disk_of(source: Box<dyn Source>, limits: &Limits) -> Result<Box<dyn Disk>> {
    let _ = (source, limits);
    Err(Error::usage("unbuilt"))
}
