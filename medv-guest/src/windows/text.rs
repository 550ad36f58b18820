//! Text as Windows takes it: UTF-16 with a zero at its end.

use std::ffi::OsStr;
use std::os::windows::ffi::OsStrExt;

/// `text` for a call.
pub(super) fn wide(text: impl AsRef<OsStr>) -> Vec<u16> {
    text.as_ref().encode_wide().filter(|unit| *unit != 0).chain([0]).collect()
}

/// What a call has written into `units`, up to the zero.
pub(super) fn from_wide(units: &[u16]) -> String {
    let end = units.iter().position(|unit| *unit == 0).unwrap_or(units.len());
    String::from_utf16_lossy(units.get(..end).unwrap_or_default())
}
