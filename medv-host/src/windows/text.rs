//! Text as Windows takes it: UTF-16 with a zero at its end.

/// `text` for a call.
pub(super) fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().filter(|unit| *unit != 0).chain([0]).collect()
}

/// What a call has written into `units`, up to the zero.
pub(super) fn from_wide(units: &[u16]) -> String {
    let end = units.iter().position(|unit| *unit == 0).unwrap_or(units.len());
    String::from_utf16_lossy(units.get(..end).unwrap_or_default())
}

/// The text that begins at `start`; empty for null.
///
/// # Safety
/// `start` is null, or a zero comes behind it that may be read up to.
#[allow(unsafe_code)]
pub(super) unsafe fn from_pointer(start: *const u16) -> String {
    if start.is_null() {
        return String::new();
    }
    // SAFETY: the caller promises that there is a zero.
    let units = unsafe {
        let len = (0..).take_while(|at| *start.add(*at) != 0).count();
        std::slice::from_raw_parts(start, len)
    };
    String::from_utf16_lossy(units)
}
