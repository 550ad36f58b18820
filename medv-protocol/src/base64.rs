//! Bytes in JSON.

use std::error::Error;
use std::fmt;

use base64ct::{Base64, Encoding};

/// Most bytes of a file in one message: a log's piece, an upgrade's piece, an icon.
pub const MAX_PIECE: usize = 32 << 10;

/// What should be base64 of at most [`MAX_PIECE`] bytes is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPiece;

impl fmt::Display for BadPiece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not the base64 of at most {MAX_PIECE} bytes")
    }
}

impl Error for BadPiece {}

/// The base64 of bytes, with padding.
pub fn to_base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// The bytes of a piece.
///
/// # Errors
/// If it is no base64, or there are more than [`MAX_PIECE`].
pub fn from_base64(text: &str) -> Result<Vec<u8>, BadPiece> {
    if text.len() > MAX_PIECE.div_ceil(3).saturating_mul(4) {
        return Err(BadPiece);
    }
    let bytes = Base64::decode_vec(text).map_err(|_| BadPiece)?;
    if bytes.len() > MAX_PIECE { Err(BadPiece) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_comes_back_and_a_larger_one_does_not() {
        for len in [0, 1, 2, 3, MAX_PIECE] {
            let bytes = vec![0xA7; len];
            assert_eq!(from_base64(&to_base64(&bytes)), Ok(bytes));
        }
        assert_eq!(from_base64(&to_base64(&vec![0; MAX_PIECE + 1])), Err(BadPiece));
        assert_eq!(from_base64("a b="), Err(BadPiece));
    }
}
