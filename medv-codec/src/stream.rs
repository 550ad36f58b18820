//! A `.medv` read once, front to back, without knowing its end: frames are told apart as they pass, and the index has
//! the last word.

use std::io::Read;

use medv_format::container::{
    Entry, FrameKind, FrameSplitter, Header, Piece, SeekTable, Trailer, ZeroFrames,
};
use medv_format::digest::{Digest, subtree};
use medv_format::{DiskOffset, FileOffset, FrameIndex, Limits};

use crate::container::{Container, check_seek_table, read_error, read_trailer};
use crate::decode::FrameDecoder;
use crate::verify::check_footer;
use crate::{Error, Result};

/// A frame as it passed by.
pub(crate) struct PassingFrame {
    /// Its number.
    pub(crate) index: FrameIndex,
    /// What it is. Zero runs are not told from trimmed ones: only the index knows.
    pub(crate) kind: FrameKind,
    /// Where its content begins on the disk.
    pub(crate) disk: DiskOffset,
    /// Where it begins in the stream.
    pub(crate) file: FileOffset,
    /// Bytes that it decompresses to.
    pub(crate) content_len: u32,
    /// Its bytes; none are kept of a zero run.
    pub(crate) bytes: Vec<u8>,
    /// Its length in the stream.
    pub(crate) compressed_len: u32,
    /// CRC-32 of its bytes.
    pub(crate) crc: u32,
}

/// The frames of a stream, one after the other.
pub(crate) struct FrameStream<'a> {
    reader: Box<dyn Read + Send + 'a>,
    name: String,
    limits: Limits,
    splitter: FrameSplitter,
    buffer: Vec<u8>,
    filled: std::ops::Range<usize>,
    zero_frames: ZeroFrames,
    pub(crate) header: Header,
    disk: DiskOffset,
    next: u64,
    index_frame: Option<Vec<u8>>,
}

const BUFFER: usize = 256 * 1024;

impl<'a> FrameStream<'a> {
    /// Reads the header of the stream.
    pub(crate) fn new(reader: Box<dyn Read + Send + 'a>, name: &str, limits: &Limits) -> Result<Self> {
        let mut stream = Self {
            reader,
            name: name.to_owned(),
            limits: limits.clone(),
            splitter: FrameSplitter::new(limits.clone()),
            buffer: vec![0; BUFFER],
            filled: 0..0,
            zero_frames: ZeroFrames::new(),
            header: Header {
                form: medv_format::container::SourceForm::Raw,
                chunk_size: 0,
                source_size: 0,
                level: 0,
                trimmed: false,
            },
            disk: DiskOffset::ZERO,
            next: 0,
            index_frame: None,
        };
        let frame = stream.piece()?.map(|(bytes, _)| bytes).unwrap_or_default();
        stream.header = Header::from_frame(&frame, limits).map_err(|error| stream.place(error.into()))?;
        Ok(stream)
    }

    /// What to call the stream in messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The next frame with content; `None` once the index has been reached.
    pub(crate) fn next_frame(&mut self) -> Result<Option<PassingFrame>> {
        let Some((bytes, content_len)) = self.piece()? else { return Err(self.cut_off()) };
        let file = self.splitter.frame_at();
        let Some(content_len) = content_len else {
            self.index_frame = Some(bytes);
            return Ok(None);
        };
        let left = self.header.virtual_size().saturating_sub(self.disk.get());
        let kind = match self.zero_frames.is_run(&bytes, content_len) {
            true => FrameKind::Zero,
            false if left == 0 && content_len == 512 => FrameKind::Footer,
            false => FrameKind::Data,
        };
        let largest =
            if kind == FrameKind::Data { u64::from(self.header.chunk_size) } else { u64::from(u32::MAX) };
        if kind != FrameKind::Footer && u64::from(content_len) > left.min(largest) {
            let message = format!(
                "a frame of {content_len} bytes of disk: found where at most {} fit",
                left.min(largest)
            );
            return Err(self.place(Error::damaged(message)));
        }
        let (index, disk) = (FrameIndex::new(self.next), self.disk);
        self.next += 1;
        if kind != FrameKind::Footer {
            self.disk = disk.saturating_add(u64::from(content_len));
        }
        let (crc, compressed_len) = (crc32fast::hash(&bytes), bytes.len() as u32);
        let bytes = if kind == FrameKind::Zero { Vec::new() } else { bytes };
        Ok(Some(PassingFrame { index, kind, disk, file, content_len, bytes, compressed_len, crc }))
    }

    /// Reads what stands behind the frames and checks that it describes `seen`, the frames that passed.
    pub(crate) fn finish(mut self, seen: &[Entry]) -> Result<Container> {
        let Some(index_frame) = self.index_frame.take() else { return Err(self.cut_off()) };
        let index_at = self.splitter.frame_at();
        let trailer = self.structure()?;
        let trailer = read_trailer(&trailer)
            .map_err(|error| self.place(error.based_at(self.splitter.frame_at()).into()))?;
        let (container, table) =
            self.container(&index_frame, index_at, trailer).map_err(|error| self.place(error))?;
        let found = self.structure()?;
        check_seek_table(&found, &table, self.splitter.frame_at().get())
            .map_err(|error| self.place(error))?;
        if self.piece()?.is_some() {
            return Err(
                self.place(Error::damaged("the file goes on behind its end").advice("fetch it again"))
            );
        }
        let same = |(entry, seen): (&Entry, &Entry)| {
            let kind = if entry.kind == FrameKind::Trimmed { FrameKind::Zero } else { entry.kind };
            Entry { kind, ..*entry } == *seen
        };
        let entries = &container.index.entries;
        let agreed = entries.iter().zip(seen).take_while(|pair| same(*pair)).count();
        if agreed < entries.len() || entries.len() != seen.len() {
            let message = "the index does not describe the frame that passed";
            let before = entries[..agreed].iter().map(|entry| u64::from(entry.compressed_len)).sum::<u64>();
            let error = Error::damaged(message)
                .at(FileOffset::new(Header::FRAME_LEN + before))
                .in_frame(FrameIndex::new(agreed as u64))
                .advice("fetch the file again");
            return Err(error.in_file(&self.name));
        }
        Ok(container)
    }

    fn container(
        &self,
        index_frame: &[u8],
        index_at: FileOffset,
        trailer: Trailer,
    ) -> Result<(Container, SeekTable)> {
        if trailer.index_at != index_at {
            let message = format!("the trailer has the index at byte {}", trailer.index_at);
            return Err(Error::damaged(message).at(index_at).advice("fetch the file again"));
        }
        Container::from_parts(&self.header, index_frame, trailer, &self.limits)
    }

    fn structure(&mut self) -> Result<Vec<u8>> {
        match self.piece()? {
            Some((bytes, None)) => Ok(bytes),
            _ => Err(self.cut_off()),
        }
    }

    /// The next whole frame, skippable if without a content length; `None` at the end of the stream.
    fn piece(&mut self) -> Result<Option<(Vec<u8>, Option<u32>)>> {
        loop {
            if self.filled.is_empty() {
                let at = self.splitter.frame_at();
                let read = loop {
                    match self.reader.read(&mut self.buffer) {
                        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                        read => break read.map_err(|error| read_error(error, &self.name, at))?,
                    }
                };
                self.filled = 0..read;
                if read == 0 {
                    return if self.splitter.is_between_frames() { Ok(None) } else { Err(self.cut_off()) };
                }
            }
            let mut input = &self.buffer[self.filled.clone()];
            let piece = self.splitter.push(&mut input);
            self.filled.start = self.filled.end - input.len();
            match piece {
                Ok(Some(Piece::Frame { bytes, content_len })) => {
                    return Ok(Some((bytes.to_vec(), Some(content_len))));
                }
                Ok(Some(Piece::Skippable { bytes })) => return Ok(Some((bytes.to_vec(), None))),
                Ok(None) => {}
                Err(error) => return Err(Error::from(error).in_file(&self.name)),
            }
        }
    }

    fn cut_off(&self) -> Error {
        Error::damaged(format!(
            "the stream ended early, with {} of {} bytes of disk",
            self.disk,
            self.header.virtual_size()
        ))
        .in_file(&self.name)
        .at(self.splitter.frame_at())
        .advice("get the whole file")
    }

    fn place(&self, error: Error) -> Error {
        let error = error.in_file(&self.name);
        if error.offset().is_some() { error } else { error.at(self.splitter.frame_at()) }
    }
}

/// What the index will have to say of a frame whose content has the digest `digest`.
pub(crate) fn entry_of(frame: &PassingFrame, digest: Digest) -> Entry {
    let PassingFrame { kind, content_len, compressed_len, crc, .. } = *frame;
    Entry { kind, content_len, compressed_len, crc, digest }
}

/// Reads a stream only for what stands at its end, checking everything on the way.
pub(crate) fn read_to_end(mut stream: FrameStream<'_>) -> Result<Container> {
    let mut decoder = FrameDecoder::new()?;
    let mut content = vec![0; stream.header.chunk_size as usize];
    let mut seen = Vec::new();
    while let Some(frame) = stream.next_frame()? {
        let digest = match frame.kind {
            FrameKind::Data | FrameKind::Footer => {
                let content = &mut content[..frame.content_len as usize];
                decoder
                    .decode(&frame.bytes, content)
                    .map_err(|error| stream.place(error).in_frame(frame.index))?;
                check_footer(frame.kind, content).map_err(|error| stream.place(error))?;
                subtree(content)
            }
            FrameKind::Zero | FrameKind::Trimmed => Digest::default(),
        };
        seen.push(entry_of(&frame, digest));
    }
    stream.finish(&seen)
}
