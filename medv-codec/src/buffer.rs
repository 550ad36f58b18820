//! Buffers that direct I/O accepts: they begin on a page.

use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

use crate::{Error, Result};

/// What direct I/O wants offsets, lengths and addresses to be multiples of.
pub(crate) const PAGE: usize = 4096;

/// A byte buffer whose first byte stands on a page boundary: memory of its own from the system, with large pages
/// where it has them.
pub(crate) struct PageBuffer(MmapMut);

impl PageBuffer {
    /// `len` zero bytes; not 0.
    pub(crate) fn new(len: usize) -> Result<Self> {
        let pages =
            MmapMut::map_anon(len).map_err(|error| Error::io("cannot get memory for a buffer", error))?;
        #[cfg(target_os = "linux")]
        let _ = pages.advise(memmap2::Advice::HugePage);
        Ok(Self(pages))
    }
}

impl Deref for PageBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for PageBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

/// `true` if every byte is zero. Looks at pages of bytes at a time so that the compiler can use vector registers,
/// and stops at the first page that is not zero.
pub fn is_zero(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    let any = |words: &[[u8; 8]]| words.iter().fold(0, |any, word| any | u64::from_ne_bytes(*word));
    words.chunks(PAGE / 8).all(|page| any(page) == 0) && rest.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_begin_on_a_page() {
        for len in [1, 4096, 1 << 20] {
            let buffer = PageBuffer::new(len).unwrap();
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
