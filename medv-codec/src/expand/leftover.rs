//! What an expand that failed has left beside its target.

use std::path::Path;

use medv_format::journal::JournalHeader;

use crate::output::with_suffix;
use crate::storage::{LocalStorage, Storage};
use crate::{Error, Result};

/// Removes what an expand to the file `target` has left behind, if that is of no use to a later one because no frame
/// of it is done. Answers whether something useful is kept.
///
/// # Errors
/// I/O, also if another process is at work on it.
pub fn remove_if_useless(target: &Path) -> Result<bool> {
    let cannot = |path: &Path, error| Error::io("cannot remove", error).in_file(path);
    let journal = with_suffix(target, ".medv-journal");
    let part = with_suffix(target, ".medv-part");
    let exists = |path: &Path| LocalStorage.exists(path).map_err(|error| cannot(path, error));
    if !exists(&journal)? {
        return Ok(false);
    }
    let opened = LocalStorage.open(&journal, false).and_then(|file| file.len());
    if opened.map_err(|error| cannot(&journal, error))? > JournalHeader::SIZE as u64 {
        return Ok(true);
    }
    for path in [&part, &journal] {
        if exists(path)? {
            LocalStorage.remove(path).map_err(|error| cannot(path, error))?;
        }
    }
    Ok(false)
}
