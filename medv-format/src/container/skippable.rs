//! Skippable frames: how a Zstandard file carries what zstd itself passes over (RFC 8878, 3.1.2).

use byteorder::{ByteOrder, LE};

/// The magic number of our skippable frames. The seek table has another one, by its own format.
pub const MAGIC: u32 = 0x184D_2A5D;
/// Bytes in front of the content: magic number and length.
pub const OVERHEAD: u64 = 8;

/// `content` as a skippable frame with the magic number `magic`. `content` must be below 4 GiB.
pub fn wrap(magic: u32, content: &[u8]) -> Vec<u8> {
    let len = u32::try_from(content.len()).unwrap_or(u32::MAX);
    let mut frame = Vec::with_capacity(content.len().saturating_add(8));
    frame.extend_from_slice(&magic.to_le_bytes());
    frame.extend_from_slice(&len.to_le_bytes());
    frame.extend_from_slice(content);
    frame
}

/// The content of a skippable frame that is all of `frame`, or `None` if it is not one with magic number `magic`.
pub fn unwrap(magic: u32, frame: &[u8]) -> Option<&[u8]> {
    let (head, content) = frame.split_first_chunk::<8>()?;
    let is_ours = LE::read_u32(head) == magic;
    let len = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    (is_ours && usize::try_from(len).ok()? == content.len()).then_some(content)
}
