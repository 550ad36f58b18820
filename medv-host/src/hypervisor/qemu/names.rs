//! What QEMU calls files.
//!
//! On Windows it opens them by names in the system's code page, which has not all letters that a user's name may have. What lies
//! with its own folder below the user's is called by the way from there.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

/// What QEMU, which runs in `folder`, calls the file.
pub(super) fn name<'a>(folder: &Path, file: &'a Path) -> Cow<'a, Path> {
    if cfg!(windows) {
        way(folder, file).map_or(Cow::Borrowed(file), Cow::Owned)
    } else {
        Cow::Borrowed(file)
    }
}

/// The way from a folder to a file, with the slashes that all systems take; none if they have nothing in common.
fn way(folder: &Path, file: &Path) -> Option<PathBuf> {
    let (from, to): (Vec<_>, Vec<_>) = (folder.components().collect(), file.components().collect());
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let is_common = to.iter().take(common).any(|part| matches!(part, Component::Normal(_)));
    let up = from.iter().skip(common).map(|_| Component::ParentDir);
    is_common.then(|| up.chain(to.iter().skip(common).copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_has_nothing_of_the_user_in_it() {
        let folder = Path::new("/Users/Jürgen/MEDV/v2/Run");
        let way = |file: &str| way(folder, Path::new(file));
        assert_eq!(way("/Users/Jürgen/MEDV/v2/disks/a.qcow2"), Some("../disks/a.qcow2".into()));
        assert_eq!(way("/Users/Jürgen/MEDV/v2/Run/answers.img"), Some("answers.img".into()));
        assert_eq!(way("/ProgramData/medv.vhd"), None);
    }
}
