//! What is not there before an installation, so that one that fails leaves no trace of itself.

use std::fs;
use std::path::{Path, PathBuf};

pub(super) struct Absent(Vec<PathBuf>);

impl Absent {
    /// Of `paths` and all folders above them, those that are not there.
    pub(super) fn of<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Self {
        let missing = |path: &'a Path| path.ancestors().take_while(|path| !path.exists());
        let mut absent: Vec<PathBuf> = paths.into_iter().flat_map(missing).map(Path::to_owned).collect();
        absent.sort();
        absent.dedup();
        Self(absent)
    }

    /// Removes those that are there now, but for folders that somebody has put something into.
    pub(super) fn remove(&self) {
        // What is in a folder comes behind it.
        for path in self.0.iter().rev() {
            // One that stays does no harm.
            let _ = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
        }
    }
}
