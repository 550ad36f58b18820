//! Lines of our own in the log of an installation: what setup.exe finds before Windows Installer begins, and how it ended.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::Path;

/// How Windows Installer marks its logs, which are UTF-16LE.
const MARK: [u8; 2] = [0xff, 0xfe];

/// Adds a line, in the encoding that the file has; a new file gets Windows Installer's.
///
/// # Errors
/// I/O.
pub fn add(path: &Path, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    let mut start = Vec::new();
    (&file).take(2).read_to_end(&mut start)?;
    let line = format!("{line}\r\n");
    if !start.is_empty() && start != MARK {
        return file.write_all(line.as_bytes());
    }
    let mut bytes = if start.is_empty() { MARK.to_vec() } else { Vec::new() };
    bytes.extend(line.encode_utf16().flat_map(u16::to_le_bytes));
    file.write_all(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_of_the_log_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("new.log");
        add(&new, "ä").unwrap();
        add(&new, "b").unwrap();
        assert_eq!(std::fs::read(&new).unwrap(), b"\xff\xfe\xe4\0\r\0\n\0b\0\r\0\n\0");
        let old = folder.path().join("old.log");
        std::fs::write(&old, "x\r\n").unwrap();
        add(&old, "ä").unwrap();
        assert_eq!(std::fs::read_to_string(&old).unwrap(), "x\r\nä\r\n");
    }
}
