//! A `.medv` that is open for reading: what stands at its end, checked before anything else is believed.

use std::io::{self, Read};

use medv_format::container::{
    Frame, Header, Index, SKIPPABLE_MAGIC, SKIPPABLE_OVERHEAD, SeekTable, Trailer, unwrap,
};
use medv_format::{FileOffset, Limits};

use crate::source::Source;
#[cfg(feature = "http")]
use crate::source::{FileSource, HttpOptions, HttpSource, Opened};
use crate::stream::{FrameStream, read_to_end};
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
    ///
    /// # Errors
    /// As [`FileSource::open`] and [`HttpSource::open`].
    #[cfg(feature = "http")]
    pub fn open(place: &str, http: HttpOptions) -> Result<Self> {
        if place == "-" {
            return Ok(Self::Stream { name: "standard input".to_owned(), reader: Box::new(io::stdin()) });
        }
        if !(place.starts_with("http://") || place.starts_with("https://")) {
            return Ok(Self::Random(Box::new(FileSource::open(place.as_ref())?)));
        }
        Ok(match HttpSource::open(place, http)? {
            Opened::Ranged(source) => Self::Random(Box::new(source)),
            Opened::Streamed(stream) => {
                Self::Stream { name: stream.name().to_owned(), reader: Box::new(stream) }
            }
        })
    }
}

/// What stands around the frames of a `.medv`, checked against each other and the file.
#[derive(Clone, Debug)]
pub struct Container {
    /// The index, header included.
    pub index: Index,
    /// The trailer: digests, length of the file.
    pub trailer: Trailer,
}

impl Container {
    /// Reads the index of `input`. A stream is read to its end for it.
    ///
    /// # Errors
    /// Damaged or unsupported as the format's parsers say; damaged where the structures contradict each other or
    /// the file's length; limit; I/O.
    pub fn read(input: Input, limits: &Limits) -> Result<Self> {
        match input {
            Input::Random(source) => Self::open(&*source, limits),
            Input::Stream { name, reader } => read_to_end(FrameStream::new(reader, &name, limits)?),
        }
    }

    /// Reads the index of a source with random access: the end of the file, then its header.
    ///
    /// # Errors
    /// As [`Container::read`].
    pub fn open(source: &dyn Source, limits: &Limits) -> Result<Self> {
        Self::open_unnamed(source, limits).map_err(|error| error.in_file(source.name()))
    }

    fn open_unnamed(source: &dyn Source, limits: &Limits) -> Result<Self> {
        let len = source.len();
        let header_frame = bytes_of(source, 0, Header::FRAME_LEN.min(len))?;
        let header = Header::from_frame(&header_frame, limits)?;
        let Ending { trailer, index_frame, table_len } = Self::ending_of(source, limits)?;
        let (container, table) = Self::from_parts(&header, &index_frame, trailer, limits)?;
        let table_at = len - table_len;
        check_seek_table(&bytes_of(source, table_at, table_len)?, &table, table_at)?;
        Ok(container)
    }

    /// Reads the index where the header or the entries of the seek table are damaged: it has all that they have.
    pub(crate) fn open_by_index(source: &dyn Source, limits: &Limits) -> Result<Self> {
        let Ending { trailer, index_frame, .. } = Self::ending_of(source, limits)?;
        let bytes = unwrap(SKIPPABLE_MAGIC, &index_frame).unwrap_or_default();
        let header = Index::from_bytes(bytes, limits)?.header;
        Ok(Self::from_parts(&header, &index_frame, trailer, limits)?.0)
    }

    fn ending_of(source: &dyn Source, limits: &Limits) -> Result<Ending> {
        let len = source.len();
        let shortest = Header::FRAME_LEN + Trailer::FRAME_LEN + SeekTable::frame_len(4);
        let cut_off = |what: &str| {
            Error::damaged(format!("{what}: the file is cut off, or its end is damaged"))
                .at(FileOffset::new(len))
                .advice("fetch it again; `medv expand --force` saves what is there")
        };
        if len < shortest {
            return Err(cut_off(&format!("only {len} bytes")));
        }
        let footer_at = len - SeekTable::FOOTER_SIZE as u64;
        let footer = array_of(source, footer_at)?;
        let table_len = SeekTable::len_from_footer(&footer)
            .map_err(|error| error.based_at(FileOffset::new(footer_at)))?;
        let Some(trailer_at) = len.checked_sub(table_len + Trailer::FRAME_LEN) else {
            return Err(cut_off(&format!("a seek table of {table_len} bytes in {len}")));
        };
        let trailer_frame: [u8; Trailer::FRAME_LEN as usize] = array_of(source, trailer_at)?;
        let trailer =
            read_trailer(&trailer_frame).map_err(|error| error.based_at(FileOffset::new(trailer_at)))?;
        let index_at = trailer.index_at.get();
        let index_len = u64::from(trailer.index_len);
        limits.table("index", index_len)?;
        if trailer.file_len != len || index_at.checked_add(SKIPPABLE_OVERHEAD + index_len) != Some(trailer_at)
        {
            let message =
                format!("the trailer describes a file of {} bytes, but this one has {len}", trailer.file_len);
            return Err(Error::damaged(message)
                .at(FileOffset::new(trailer_at))
                .advice("fetch the file again"));
        }
        let index_frame = bytes_of(source, index_at, SKIPPABLE_OVERHEAD + index_len)?;
        Ok(Ending { trailer, index_frame, table_len })
    }

    /// Puts a container together from the bytes of its structures, whose digests must agree. Also answers the seek
    /// table that must follow.
    pub(crate) fn from_parts(
        header: &Header,
        index_frame: &[u8],
        trailer: Trailer,
        limits: &Limits,
    ) -> Result<(Self, SeekTable)> {
        let at = trailer.index_at.saturating_add(SKIPPABLE_OVERHEAD);
        let bytes = unwrap(SKIPPABLE_MAGIC, index_frame).unwrap_or_default();
        let digest = Index::digest_of(bytes);
        if digest != trailer.index_digest {
            let message = format!("index digest: found {digest}, expected {}", trailer.index_digest);
            return Err(Error::damaged(message).at(at).advice("fetch the file again"));
        }
        let index = Index::from_bytes(bytes, limits).map_err(|error| error.based_at(at))?;
        if index.header != *header {
            let message =
                "the header at the start is not the one that the index knows: parts of different files";
            return Err(Error::damaged(message).at(FileOffset::ZERO).advice("fetch the file again"));
        }
        let (expected, table) = index.ending(bytes)?;
        if expected != trailer {
            let message = format!(
                "the trailer does not follow from the index: found {trailer:?}, expected {expected:?}"
            );
            return Err(Error::damaged(message)
                .at(trailer.index_at)
                .advice("fetch the file again, or ask whoever packed it"));
        }
        Ok((Self { index, trailer }, table))
    }
}

/// The seek table is for other readers, who shall not be led astray either.
pub(crate) fn check_seek_table(found: &[u8], expected: &SeekTable, at: u64) -> Result<()> {
    let expected = expected.to_frame();
    if found == expected {
        return Ok(());
    }
    let differs = found.iter().zip(&expected).take_while(|(found, expected)| found == expected).count();
    Err(Error::damaged("the seek table does not agree with the index")
        .at(FileOffset::new(at + differs as u64))
        .advice("fetch the file again"))
}

/// What stands behind the frames.
struct Ending {
    trailer: Trailer,
    index_frame: Vec<u8>,
    /// Length of the seek table, at the end of the file.
    table_len: u64,
}

/// The trailer out of its frame.
pub(crate) fn read_trailer(frame: &[u8]) -> medv_format::Result<Trailer> {
    let content = unwrap(SKIPPABLE_MAGIC, frame).and_then(|content| content.try_into().ok());
    let not_there = || medv_format::Error::damaged("trailer", "other bytes", "the trailer's frame");
    Trailer::from_bytes(content.ok_or_else(not_there)?)
        .map_err(|error| error.based_at(FileOffset::new(SKIPPABLE_OVERHEAD)))
}

/// The compressed bytes of one frame.
pub(crate) fn frame_bytes(source: &dyn Source, frame: &Frame) -> Result<Vec<u8>> {
    bytes_of(source, frame.file.get(), u64::from(frame.entry.compressed_len))
}

fn bytes_of(source: &dyn Source, start: u64, len: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let at = FileOffset::new(start);
    source
        .range(at, len)?
        .take(len)
        .read_to_end(&mut bytes)
        .map_err(|error| read_error(error, source.name(), at))?;
    if bytes.len() as u64 != len {
        return Err(Error::damaged("the file ended early").in_file(source.name()).at(at));
    }
    Ok(bytes)
}

fn array_of<const N: usize>(source: &dyn Source, start: u64) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&bytes_of(source, start, N as u64)?);
    Ok(bytes)
}

/// What a source's reader answered, as an error of ours; sources that know more wrap one of those.
pub(crate) fn read_error(error: io::Error, name: &str, at: FileOffset) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Error::damaged("the file ended early").in_file(name).at(at).advice("fetch it again")
        }
        Err(error) => Error::io("cannot read", error).in_file(name).at(at),
    }
}
