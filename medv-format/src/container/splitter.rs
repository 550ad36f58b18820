//! Finds where frames end in a stream of bytes, however the bytes are cut: a push parser without I/O.

use byteorder::{ByteOrder, LE};

use super::{MAX_CHUNK, MAX_ZERO_RUN, ZSTD_MAGIC, frame_bound, zero_frame_len};
use crate::{Error, FileOffset, Limits, Result};

/// A whole frame out of the stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A Zstandard frame, from magic number to checksum.
    Frame {
        /// All its bytes.
        bytes: &'a [u8],
        /// Bytes that it says it decompresses to.
        content_len: u32,
    },
    /// A skippable frame, with its magic number and length.
    Skippable {
        /// All its bytes.
        bytes: &'a [u8],
    },
}

/// Cuts a stream into frames. Holds one frame at a time, and never more than [`frame_bound`] of the largest chunk or
/// the table limit, whatever the stream claims.
pub struct FrameSplitter {
    limits: Limits,
    /// The frame so far.
    frame: Vec<u8>,
    /// Where in the stream `frame` begins.
    at: FileOffset,
    /// Length that `frame` must reach before the next step can be taken.
    need: usize,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    /// The first four bytes.
    Magic,
    /// The frame header's descriptor.
    Descriptor,
    /// The rest of the frame header.
    FrameHeader,
    /// The three bytes of a block header.
    BlockHeader { content_len: u32, bound: usize },
    /// The length of a skippable frame.
    SkippableLength,
    /// All bytes up to `need`, then the frame is whole.
    End { content_len: Option<u32> },
    /// The frame was handed out.
    Done,
}

/// Bytes of a frame's descriptors: everything before the content size in the only form that a `.medv` uses.
const DESCRIPTOR_AT: usize = 4;

impl FrameSplitter {
    /// A splitter at the start of a stream.
    pub fn new(limits: Limits) -> Self {
        Self { limits, frame: Vec::new(), at: FileOffset::ZERO, need: 4, step: Step::Magic }
    }

    /// Takes bytes from the front of `input` up to the end of a frame, if that is there; otherwise all of them.
    ///
    /// # Errors
    /// Damaged, with the place in the stream, where the bytes are not frames that a `.medv` may have; limit where a
    /// frame is longer than allowed. The splitter is of no use afterwards.
    pub fn push(&mut self, input: &mut &[u8]) -> Result<Option<Piece<'_>>> {
        if matches!(self.step, Step::Done) {
            self.at = self.next_frame_at();
            self.frame.clear();
            (self.need, self.step) = (4, Step::Magic);
        }
        loop {
            let missing = self.need.saturating_sub(self.frame.len());
            let (taken, rest) = input.split_at(missing.min(input.len()));
            self.frame.extend_from_slice(taken);
            *input = rest;
            if self.frame.len() < self.need {
                return Ok(None);
            }
            if let Step::End { content_len } = self.step {
                self.step = Step::Done;
                let bytes = &self.frame;
                return Ok(Some(match content_len {
                    Some(content_len) => Piece::Frame { bytes, content_len },
                    None => Piece::Skippable { bytes },
                }));
            }
            self.step = self.advance().map_err(|error| error.based_at(self.at))?;
        }
    }

    /// Where the frame that is being read, or was handed out last, begins in the stream.
    pub fn frame_at(&self) -> FileOffset {
        self.at
    }

    /// `true` between frames: a stream that ends here is whole as far as the splitter can tell.
    pub fn is_between_frames(&self) -> bool {
        matches!(self.step, Step::Done) || self.frame.is_empty()
    }

    fn next_frame_at(&self) -> FileOffset {
        self.at.saturating_add(u64::try_from(self.frame.len()).unwrap_or(u64::MAX))
    }

    /// `self.frame` has `self.need` bytes: says what comes next, and how much of it.
    fn advance(&mut self) -> Result<Step> {
        match self.step {
            Step::Magic => {
                let magic = LE::read_u32(self.tail::<4>().as_slice());
                if magic == ZSTD_MAGIC {
                    self.need = DESCRIPTOR_AT.saturating_add(1);
                    return Ok(Step::Descriptor);
                }
                if magic & 0xFFFF_FFF0 == 0x184D_2A50 {
                    self.need = 8;
                    return Ok(Step::SkippableLength);
                }
                Err(Error::damaged(
                    "frame",
                    format_args!("{magic:#010x}"),
                    "the magic number of a Zstandard frame",
                )
                .at(FileOffset::ZERO)
                .advice("this is not a .medv file, or bytes are missing from it"))
            }
            Step::SkippableLength => {
                let len = u64::from(LE::read_u32(self.tail::<4>().as_slice()));
                let len = self.limits.table("skippable frame", len)?;
                self.need = self.need.saturating_add(len);
                Ok(Step::End { content_len: None })
            }
            Step::Descriptor => {
                let [descriptor] = self.tail::<1>();
                let single_segment = descriptor & 0x20 != 0;
                let content_size_len = match (descriptor >> 6, single_segment) {
                    (0, true) => 1,
                    (0, false) => 0,
                    (1, _) => 2,
                    (2, _) => 4,
                    _ => 8usize,
                };
                let has_checksum = descriptor & 0x04 != 0;
                let has_dictionary = descriptor & 0x03 != 0;
                let reserved = descriptor & 0x08 != 0;
                if content_size_len == 0 || !has_checksum || has_dictionary || reserved {
                    let expected = "content size and checksum, no dictionary";
                    let found = format_args!("{descriptor:#04x}").to_string();
                    return Err(
                        Error::damaged("frame header descriptor", found, expected).at(FileOffset::new(4))
                    );
                }
                let window_len = usize::from(!single_segment);
                self.need = self.need.saturating_add(window_len).saturating_add(content_size_len);
                Ok(Step::FrameHeader)
            }
            Step::FrameHeader => {
                let content_len = self.content_size()?;
                let bound = if content_len > MAX_CHUNK {
                    u64::from(zero_frame_len(content_len))
                } else {
                    frame_bound(content_len)
                };
                let bound = usize::try_from(bound).unwrap_or(usize::MAX);
                self.need = self.need.saturating_add(3);
                Ok(Step::BlockHeader { content_len, bound })
            }
            Step::BlockHeader { content_len, bound } => {
                let [low, middle, high] = self.tail::<3>();
                let header = u32::from_le_bytes([low, middle, high, 0]);
                let size = usize::try_from(header >> 3).unwrap_or(usize::MAX);
                let body = match (header >> 1) & 3 {
                    1 => 1,
                    0 | 2 => size,
                    _ => {
                        let at = FileOffset::new(u64::try_from(self.need.saturating_sub(3)).unwrap_or(0));
                        return Err(Error::damaged("block type", "3, which is reserved", "0, 1 or 2").at(at));
                    }
                };
                let is_last = header & 1 != 0;
                // Behind the block: the checksum, or the next block's header.
                self.need = self.need.saturating_add(body).saturating_add(if is_last { 4 } else { 3 });
                if self.need > bound.saturating_add(32) {
                    let found = format_args!("at least {} bytes", self.need).to_string();
                    let allowed =
                        format_args!("{bound} bytes for {content_len} bytes of content").to_string();
                    return Err(Error::damaged("frame length", found, allowed).at(FileOffset::ZERO));
                }
                Ok(if is_last {
                    Step::End { content_len: Some(content_len) }
                } else {
                    Step::BlockHeader { content_len, bound }
                })
            }
            Step::End { .. } | Step::Done => Ok(self.step),
        }
    }

    /// The frame content size of a frame whose header is whole.
    fn content_size(&self) -> Result<u32> {
        let descriptor = self.frame.get(DESCRIPTOR_AT).copied().unwrap_or(0);
        let size = match descriptor >> 6 {
            0 => u64::from(self.tail::<1>()[0]),
            1 => u64::from(u16::from_le_bytes(self.tail())).saturating_add(256),
            2 => u64::from(u32::from_le_bytes(self.tail())),
            _ => u64::from_le_bytes(self.tail()),
        };
        match u32::try_from(size) {
            Ok(size) if size > 0 && size <= MAX_ZERO_RUN => Ok(size),
            _ => {
                Err(Error::damaged("content size of a frame", size, "1 byte to 1 GiB").at(FileOffset::new(5)))
            }
        }
    }

    /// The last `N` bytes so far.
    fn tail<const N: usize>(&self) -> [u8; N] {
        self.frame.last_chunk::<N>().copied().unwrap_or([0; N])
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SKIPPABLE_MAGIC, ZeroFrames, wrap};
    use super::*;

    fn stream() -> Vec<u8> {
        let mut stream = wrap(SKIPPABLE_MAGIC, b"hello");
        for level in [1, 9] {
            let data: Vec<u8> = (0..300_000u32).flat_map(|i| (i / 3 * 7919).to_le_bytes()).collect();
            let mut compressor = zstd::bulk::Compressor::new(level).unwrap();
            compressor.include_checksum(true).unwrap();
            stream.extend(compressor.compress(&data).unwrap());
        }
        stream.extend(ZeroFrames::new().make(64 << 20));
        stream.extend(wrap(SKIPPABLE_MAGIC, b""));
        stream
    }

    fn split(stream: &[u8], step: usize) -> Vec<(Vec<u8>, Option<u32>)> {
        let mut splitter = FrameSplitter::new(Limits::default());
        let mut pieces = Vec::new();
        for mut bytes in stream.chunks(step) {
            while !bytes.is_empty() {
                match splitter.push(&mut bytes).unwrap() {
                    Some(Piece::Frame { bytes, content_len }) => {
                        pieces.push((bytes.to_vec(), Some(content_len)));
                    }
                    Some(Piece::Skippable { bytes }) => pieces.push((bytes.to_vec(), None)),
                    None => assert!(bytes.is_empty()),
                }
            }
        }
        assert!(splitter.is_between_frames());
        pieces
    }

    #[test]
    fn the_same_pieces_however_the_bytes_are_cut() {
        let stream = stream();
        let whole = split(&stream, stream.len());
        let lengths: Vec<_> = whole.iter().map(|(_, content)| *content).collect();
        assert_eq!(lengths, [None, Some(1_200_000), Some(1_200_000), Some(64 << 20), None]);
        assert_eq!(whole.concat_bytes(), stream);
        for step in [1, 2, 3, 7, 4096] {
            assert_eq!(split(&stream, step), whole, "cut by {step}");
        }
    }

    trait ConcatBytes {
        fn concat_bytes(&self) -> Vec<u8>;
    }
    impl ConcatBytes for Vec<(Vec<u8>, Option<u32>)> {
        fn concat_bytes(&self) -> Vec<u8> {
            self.iter().flat_map(|(bytes, _)| bytes.clone()).collect()
        }
    }

    #[test]
    fn a_frame_that_never_ends_is_refused_before_it_is_kept() {
        let mut splitter = FrameSplitter::new(Limits::default());
        let mut head: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD, 0xA4, 0, 0, 1, 0];
        assert_eq!(splitter.push(&mut head), Ok(None));
        let raw_block_of_64_kib = [&[0, 0, 8][..], &vec![0; 65_536]].concat();
        let error = (0..10).find_map(|_| splitter.push(&mut &raw_block_of_64_kib[..]).err()).unwrap();
        assert!(error.to_string().starts_with("frame length"), "{error}");
    }
}
