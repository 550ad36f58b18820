//! Files on their way from a package onto a volume.

use crate::Result;
use crate::shell::{capture, command};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Unpacks a `.deb` under `folder`.
pub(super) fn unpack(deb: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    capture(command("dpkg-deb").arg("--extract").arg(deb).arg(folder)).map(drop)
}

/// The regular files below a folder, relative to it, in one order on every machine.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    fn walk(folder: &Path, below: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let path = below.join(entry.file_name());
            if kind.is_dir() {
                walk(&entry.path(), &path, found)?;
            } else if kind.is_file() {
                found.push(path);
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    walk(folder, Path::new(""), &mut found)?;
    found.sort();
    Ok(found)
}

/// Copies one file with its time of change, making the folders above it.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::copy(from, to).map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))?;
    let changed = fs::metadata(from)?.modified()?;
    File::options().write(true).open(to)?.set_modified(changed)?;
    Ok(())
}
