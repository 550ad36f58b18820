//! Texts that the other side has made.

/// Whether this is a text of 1 to `most` bytes, without control characters.
pub(crate) fn is_text(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && !text.chars().any(char::is_control)
}
