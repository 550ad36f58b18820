//! A container that comes through a pipe gives the same frames however its bytes are cut, and never costs more memory
//! than it has bytes.

use medv_format::container::{FrameSplitter, Piece, SKIPPABLE_MAGIC, ZeroFrames, wrap};
use medv_format::{FileOffset, Limits};

/// What came out of a stream: where each frame begins, what it says it holds, its length; then how it ended.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    frames: Vec<(FileOffset, Option<u32>, usize)>,
    error: Option<String>,
    whole: bool,
}

/// The first bytes say how the rest is cut.
pub fn run(data: &[u8]) {
    let Some((cuts, stream)) = data.split_at_checked(8) else { return };
    let whole = split(stream, std::iter::repeat(stream.len().max(1)));
    let bytewise = split(stream, std::iter::repeat(1));
    let ragged = split(stream, cuts.iter().map(|cut| usize::from(*cut).max(1)).cycle());
    assert_eq!(whole, bytewise, "cut into single bytes");
    assert_eq!(whole, ragged, "cut as {cuts:?}");
    let content: usize = whole.frames.iter().map(|(_, _, len)| len).sum();
    assert!(content <= stream.len(), "{content} bytes of frames out of {}", stream.len());
}

fn split(mut stream: &[u8], cuts: impl Iterator<Item = usize>) -> Seen {
    let mut splitter = FrameSplitter::new(Limits::default());
    let mut seen = Seen { frames: Vec::new(), error: None, whole: false };
    for cut in cuts {
        if stream.is_empty() {
            break;
        }
        let (mut input, rest) = stream.split_at(cut.min(stream.len()));
        stream = rest;
        while !input.is_empty() {
            let (content, len) = match splitter.push(&mut input) {
                Ok(Some(Piece::Frame { bytes, content_len })) => (Some(content_len), bytes.len()),
                Ok(Some(Piece::Skippable { bytes })) => (None, bytes.len()),
                Ok(None) => continue,
                Err(error) => {
                    seen.error = Some(error.to_string());
                    return seen;
                }
            };
            seen.frames.push((splitter.frame_at(), content, len));
        }
    }
    seen.whole = splitter.is_between_frames();
    seen
}

/// Whole frames of every kind, so that the fuzzer need not guess magic numbers.
pub fn seeds() -> Vec<Vec<u8>> {
    let cuts = [1, 2, 3, 5, 7, 11, 13, 17];
    let skippable = wrap(SKIPPABLE_MAGIC, b"content");
    let zeros = ZeroFrames::new().make(1 << 16);
    // Magic number, single segment with checksum and 4-byte content size 5, one raw block, the checksum of "hello".
    let raw = [&[0x28, 0xb5, 0x2f, 0xfd, 0xa4, 5, 0, 0, 0, 0x29, 0, 0][..], b"hello", &[0; 4]].concat();
    let all = [skippable.as_slice(), &zeros, &raw, &skippable].concat();
    [skippable, zeros, raw, all].iter().map(|stream| [&cuts[..], stream].concat()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_are_cut_the_same_way_in_any_pieces() {
        for seed in super::seeds() {
            super::run(&seed);
        }
    }
}
