//! Logs that came out of the guest.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use medv_codec::{Error, Result};

/// So many bytes of a log are read, the last ones: it may be of any length.
const BYTES: u64 = 1 << 20;

/// The end of a log.
pub(crate) struct GuestLog {
    pub(crate) name: String,
    pub(crate) lines: Vec<String>,
}

impl GuestLog {
    /// The last lines of each log in the folder, in the order of their names.
    pub(crate) fn all(folder: &Path, lines: usize) -> Result<Vec<Self>> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io("cannot read the folder", error).in_file(folder)),
        };
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.is_file());
        paths.sort();
        paths.iter().map(|path| Self::read(path, lines)).collect()
    }

    fn read(path: &Path, lines: usize) -> Result<Self> {
        let end = end_of(path).map_err(|error| Error::io("cannot read", error).in_file(path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&end);
        let skipped = text.lines().count().saturating_sub(lines);
        Ok(Self { name, lines: text.lines().skip(skipped).map(str::to_owned).collect() })
    }
}

fn end_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(BYTES)))?;
    let mut bytes = Vec::new();
    file.take(BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
