//! Files that are there as a whole or not at all.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// How files are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Everybody may read it.
    Public,
    /// Only the system may read it.
    Private,
    /// Everybody may run it.
    Program,
}

/// Writes a file beside, syncs it, and renames it into place; the folder is made if it is not there.
pub(crate) fn write_whole(path: &Path, bytes: &[u8], mode: Mode) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| Error::at(folder, error))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = folder.join(name);
    let write = || {
        let mut file = create(&part, mode)?;
        keep_owner(path, &file)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error| Error::at(&part, error))?;
    put_in_place(&part, path)
}

/// A file that is replaced keeps its owner and its rights: Debian's `/etc/shadow` may be read by a group.
#[cfg(unix)]
fn keep_owner(old: &Path, new: &File) -> std::io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let Ok(old) = fs::metadata(old) else { return Ok(()) };
    let now = new.metadata()?;
    if (old.uid(), old.gid()) != (now.uid(), now.gid()) {
        std::os::unix::fs::fchown(new, Some(old.uid()), Some(old.gid()))?;
    }
    new.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &File) -> std::io::Result<()> {
    Ok(())
}

/// Renames a file that is complete, and syncs its folder.
pub(crate) fn put_in_place(part: &Path, path: &Path) -> Result<()> {
    let renamed = match fs::rename(part, path) {
        // Windows renames nothing over a program that runs, but lets it be renamed itself.
        Err(error) if cfg!(windows) && error.kind() == ErrorKind::PermissionDenied => {
            let old = path.with_extension("old");
            let _ = fs::remove_file(&old);
            fs::rename(path, &old).and_then(|()| fs::rename(part, path))
        }
        renamed => renamed,
    };
    renamed.map_err(|error| Error::at(path, error))?;
    // Not every file system can sync a folder; then the rename is as safe as it gets.
    if let Some(Ok(folder)) = cfg!(unix).then(|| File::open(path.parent().unwrap_or(Path::new(".")))) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Writes a value for [`read_json`], for the system only.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let json = serde_json::to_vec(value).map_err(|error| Error::at(path, error))?;
    write_whole(path, &json, Mode::Private)
}

/// Reads a value, if there is such a file.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let Some(json) = read(path)? else { return Ok(None) };
    serde_json::from_slice(&json).map(Some).map_err(|error| Error::at(path, error))
}

/// Reads a text, if there is such a file. What is no UTF-8 in it is replaced.
pub(crate) fn read_text(path: &Path) -> Result<Option<String>> {
    Ok(read(path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::at(path, error)),
    }
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::at(path, error)),
        _ => Ok(()),
    }
}

/// An empty file in place of whatever was left over there.
pub(crate) fn create(path: &Path, mode: Mode) -> std::io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(
        &mut options,
        match mode {
            Mode::Public => 0o644,
            Mode::Private => 0o600,
            Mode::Program => 0o755,
        },
    );
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_cannot_be_json_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        assert_eq!(read_json::<String>(&path).unwrap(), None);
        write_json(&path, &"a").unwrap();
        let names_are_no_texts = BTreeMap::from([((1, 2), 3)]);
        assert!(write_json(&path, &names_are_no_texts).is_err());
        assert_eq!(read_json(&path).unwrap(), Some("a".to_owned()));
        assert!(read_json::<u8>(&path).is_err_and(|error| error.to_string().contains("a.json")));
    }
}
