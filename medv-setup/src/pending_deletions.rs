//! What Windows deletes at its next start: `PendingFileRenameOperations`, pairs of texts that each end in a zero, and a zero
//! behind the last. The first is a path behind `\??\`, the second its new name; none means that the file is deleted.

/// `operations` without those that delete what `is_kept`; `None` if there is nothing to leave out.
pub fn without(operations: &[u16], is_kept: impl Fn(&str) -> bool) -> Option<Vec<u16>> {
    let mut texts = operations.split(|unit| *unit == 0);
    let mut kept = Vec::new();
    let mut left_out = false;
    while let (Some(from), Some(to)) = (texts.next().filter(|from| !from.is_empty()), texts.next()) {
        let path = String::from_utf16_lossy(from);
        if to.is_empty() && is_kept(path.strip_prefix(r"\??\").unwrap_or(&path)) {
            left_out = true;
            continue;
        }
        for text in [from, to] {
            kept.extend_from_slice(text);
            kept.push(0);
        }
    }
    kept.push(0);
    left_out.then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    #[test]
    fn only_deletions_of_what_is_kept_are_left_out() {
        let all = units("\\??\\C:\\a\0\0\\??\\C:\\d.vhd\0\0\\??\\C:\\d.vhd\0!\\??\\C:\\e\0\\??\\C:\\z\0\0\0");
        let kept = units("\\??\\C:\\a\0\0\\??\\C:\\d.vhd\0!\\??\\C:\\e\0\\??\\C:\\z\0\0\0");
        assert_eq!(without(&all, |path| path == r"C:\d.vhd"), Some(kept));
        assert_eq!(without(&all, |_| false), None);
        assert_eq!(without(&[], |_| true), None);
        assert_eq!(without(&units("\\??\\C:\\a"), |_| true), None);
    }
}
