//! Buffers that direct I/O accepts: they begin on a page.

use std::ops::{Deref, DerefMut};

/// What direct I/O wants offsets, lengths and addresses to be multiples of.
pub(crate) const PAGE: usize = 4096;

/// A byte buffer whose first byte stands on a page boundary.
pub(crate) struct PageBuffer {
    bytes: Vec<u8>,
    start: usize,
    len: usize,
}

impl PageBuffer {
    /// `len` zero bytes.
    pub(crate) fn new(len: usize) -> Self {
        let bytes = vec![0; len + PAGE];
        let start = bytes.as_ptr().align_offset(PAGE).min(PAGE);
        Self { bytes, start, len }
    }
}

impl Deref for PageBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[self.start..self.start + self.len]
    }
}

impl DerefMut for PageBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.start + self.len]
    }
}

/// `true` if every byte is zero. Looks at pages of bytes at a time so that the compiler can use vector registers,
/// and stops at the first page that is not zero.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    let any = |words: &[[u8; 8]]| words.iter().fold(0, |any, word| any | u64::from_ne_bytes(*word));
    words.chunks(PAGE / 8).all(|page| any(page) == 0) && rest.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_begin_on_a_page() {
        for len in [0, 1, 4096, 1 << 20] {
            let buffer = PageBuffer::new(len);
            assert_eq!((buffer.len(), buffer.as_ptr() as usize % PAGE), (len, 0));
        }
    }

    #[test]
    fn one_bit_anywhere_is_not_zero() {
        for len in [1, 7, 8, 4095, 4096, 10_001] {
            let mut bytes = vec![0; len];
            assert!(is_zero(&bytes));
            for at in [0, len / 2, len - 1] {
                bytes[at] = 0x80;
                assert!(!is_zero(&bytes), "byte {at} of {len}");
                bytes[at] = 0;
            }
        }
        assert!(is_zero(&[]));
    }
}
