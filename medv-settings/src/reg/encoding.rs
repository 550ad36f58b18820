//! Between the bytes of a `.reg` file and its text.

use super::RegFile;
use crate::error::{Error, ErrorKind, Result};

const UTF_16_LE: [u8; 2] = [0xff, 0xfe];
const UTF_16_BE: [u8; 2] = [0xfe, 0xff];
const UTF_8: [u8; 3] = [0xef, 0xbb, 0xbf];

/// As every version of Windows since 2000 writes it.
pub(super) fn encode(text: &str) -> Vec<u8> {
    UTF_16_LE.into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

pub(super) fn decode(bytes: &[u8]) -> Result<String> {
    if bytes.len() > RegFile::MAX_BYTES {
        let message = format!(
            "the .reg file is too large: found {} bytes, allowed {}",
            bytes.len(),
            RegFile::MAX_BYTES
        );
        return Err(Error::new(ErrorKind::Limit, message));
    }
    if let Some(text) = bytes.strip_prefix(&UTF_16_LE) {
        utf_16(text, u16::from_le_bytes)
    } else if let Some(text) = bytes.strip_prefix(&UTF_16_BE) {
        utf_16(text, u16::from_be_bytes)
    } else if let Some(text) = bytes.strip_prefix(&UTF_8) {
        let wrong = |error: std::str::Utf8Error| {
            let good = bytes_to(text, error.valid_up_to());
            damaged("a byte that is not UTF-8", "UTF-8, as the byte order mark says", line_of(good))
        };
        str::from_utf8(text).map(str::to_owned).map_err(wrong)
    } else {
        let good = bytes_to(bytes, bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(bytes.len()));
        if good.len() < bytes.len() {
            let error = damaged("a byte that is not ASCII", "a byte order mark at the start", line_of(good));
            return Err(error.advice("save the file as Unicode (UTF-16)"));
        }
        Ok(good.iter().copied().map(char::from).collect())
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    for letter in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let Ok(letter) = letter else {
            return Err(damaged("half a surrogate pair", "UTF-16", line_of(text.as_bytes())));
        };
        text.push(letter);
    }
    if rest.is_empty() {
        Ok(text)
    } else {
        Err(damaged("half a character", "UTF-16, two bytes each", line_of(text.as_bytes())))
    }
}

fn bytes_to(bytes: &[u8], end: usize) -> &[u8] {
    bytes.get(..end).unwrap_or(bytes)
}

/// The line, counted from 1, that goes on behind these bytes.
fn line_of(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count()
}

fn damaged(found: &str, expected: &str, line: usize) -> Error {
    Error::damaged(format!("found {found}, expected {expected}")).in_line(line)
}
