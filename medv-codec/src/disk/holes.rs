//! Where a file has data, as far as the file system tells.

use std::fs::File;
use std::ops::Range;

/// The next range at or after `from` and before `end` that is not a hole; `None` if there is none. Where the file
/// system cannot tell, all is data.
#[cfg(target_os = "linux")]
pub(super) fn next_data(file: &File, from: u64, end: u64) -> Option<Range<u64>> {
    use rustix::fs::{SeekFrom, seek};
    use rustix::io::Errno;

    if from >= end {
        return None;
    }
    let start = match seek(file, SeekFrom::Data(from)) {
        Ok(start) => start.max(from),
        // No data up to the file's end.
        Err(Errno::NXIO) => return None,
        Err(_) => return Some(from..end),
    };
    if start >= end {
        return None;
    }
    let hole = seek(file, SeekFrom::Hole(start)).unwrap_or(end);
    // A file that changes meanwhile may have its hole at `start` now; what was seen as data stays data.
    Some(start..if hole > start { hole.min(end) } else { end })
}

/// The rest of the range: this system is not asked.
#[cfg(not(target_os = "linux"))]
pub(super) fn next_data(_file: &File, from: u64, end: u64) -> Option<Range<u64>> {
    (from < end).then_some(from..end)
}

/// Whether the file has holes at all, so that asking for them is worth the calls.
pub(super) fn has_holes(file: &File, len: u64) -> bool {
    next_data(file, 0, len) != Some(0..len)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn finds_what_was_written() {
        let file = tempfile::tempfile().unwrap();
        let len = 64 << 20;
        file.set_len(len).unwrap();
        assert_eq!(next_data(&file, 0, len), None);
        file.write_all_at(&[1; 100], 10 << 20).unwrap();
        file.sync_all().unwrap();
        let data = next_data(&file, 0, len).unwrap();
        assert!(data.contains(&(10 << 20)) && data.end - data.start < 4 << 20, "{data:?}");
        assert_eq!(next_data(&file, data.end, len), None);
        assert_eq!(next_data(&file, 0, data.start), None);
        assert!(has_holes(&file, len));
    }

    #[test]
    fn nothing_before_an_empty_range() {
        let file = tempfile::tempfile().unwrap();
        assert_eq!(next_data(&file, 0, 0), None);
    }
}
