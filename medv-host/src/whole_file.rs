//! Files that are whole or not there.

use std::fs;
use std::io::Write;
use std::path::Path;

use medv_codec::{Error, Result};

use crate::access;

/// Writes a file beside its place, has it on disk, and moves it there. It has the rights that go with its folder.
///
/// # Errors
/// I/O; the file is as it was then.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let cannot = |error| Error::io("cannot write", error).in_file(path);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(cannot)?;
    access::as_in(folder, file.as_file()).map_err(cannot)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(cannot)?;
    file.persist(path).map_err(|error| cannot(error.error))?;
    // Windows keeps names by itself, and cannot open a folder.
    if cfg!(unix) {
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(cannot)?;
    }
    Ok(())
}
