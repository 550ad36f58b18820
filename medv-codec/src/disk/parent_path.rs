//! From a path that a disk gives to one that may be opened. Such paths are not trusted: following them must not lead
//! out of the folders that the user allowed, nor onto the network.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// What became of a path from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resolved {
    /// A regular file in an allowed folder, links resolved.
    File(PathBuf),
    /// Nothing there.
    Missing(PathBuf),
    /// Somewhere that the user did not allow.
    Outside(String),
}

/// The folders in which parents may lie, links resolved.
pub(super) struct AllowedFolders(Vec<PathBuf>);

impl AllowedFolders {
    /// The child's own folder, and those of the given files and folders.
    pub(super) fn new(child_folder: &Path, given: &[PathBuf]) -> Self {
        let given = given.iter().filter_map(|path| {
            let path = fs::canonicalize(path).ok()?;
            if path.is_dir() { Some(path) } else { path.parent().map(Path::to_owned) }
        });
        Self(fs::canonicalize(child_folder).into_iter().chain(given).collect())
    }

    fn contains(&self, path: &Path) -> bool {
        self.0.iter().any(|folder| path.starts_with(folder))
    }

    /// Follows `path`, given relative to `folder` (which has its links resolved) or absolute.
    pub(super) fn resolve(&self, folder: &Path, path: &Path) -> Resolved {
        let wanted = folder.join(path);
        // Looked at before the file system is, so that not even the existence of a file outside can be asked for. On
        // Windows resolved paths are spelled differently, so only the second look counts there.
        if cfg!(unix) && !self.contains(&without_dots(&wanted)) {
            return Resolved::Outside(path.display().to_string());
        }
        match fs::canonicalize(&wanted) {
            Ok(found) if !self.contains(&found) => Resolved::Outside(path.display().to_string()),
            Ok(found) if found.is_file() => Resolved::File(found),
            _ => Resolved::Missing(wanted),
        }
    }
}

/// Takes `.` and `..` out without asking the file system.
fn without_dots(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// A path from a file, in this system's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NativePath {
    /// To be followed.
    Path(PathBuf),
    /// Of another system: only its last name can be of use.
    Foreign,
    /// To be refused: another machine, a device, a stream.
    Forbidden,
}

/// Takes a path as Windows or Unix programs write it.
pub(super) fn to_native(text: &str) -> NativePath {
    let slashed = text.replace('\\', "/");
    if slashed.starts_with("//") {
        return NativePath::Forbidden;
    }
    let has_drive = matches!(slashed.as_bytes(), [drive, b':', ..] if drive.is_ascii_alphabetic());
    if cfg!(windows) {
        let rest = if has_drive { &slashed[2..] } else { &slashed };
        return if rest.contains(':') {
            NativePath::Forbidden
        } else {
            NativePath::Path(PathBuf::from(text))
        };
    }
    if has_drive { NativePath::Foreign } else { NativePath::Path(PathBuf::from(slashed)) }
}

/// The file's own name in a path of any system; `None` if there is none.
pub(super) fn file_name(text: &str) -> Option<&str> {
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    let name = if cfg!(windows) || text.len() == name.len() {
        name.rsplit(':').next().unwrap_or(name)
    } else {
        name
    };
    (!matches!(name, "" | "." | "..")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_spelling() {
        assert_eq!(file_name(r"C:\vm\a.vhd"), Some("a.vhd"));
        assert_eq!(file_name("./b.vhd"), Some("b.vhd"));
        assert_eq!(file_name("c.vhd"), Some("c.vhd"));
        assert_eq!(file_name(r"d\.."), None);
        assert_eq!(file_name(""), None);
    }

    #[test]
    fn network_paths_are_forbidden() {
        for path in [r"\\server\share\x.vhd", "//server/x.vhd", r"\\?\C:\x.vhd", r"\/server\x"] {
            assert_eq!(to_native(path), NativePath::Forbidden, "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nothing_leads_out() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(root.join("in")).unwrap();
        fs::write(root.join("in/a"), "").unwrap();
        fs::write(root.join("out"), "").unwrap();
        std::os::unix::fs::symlink(root.join("out"), root.join("in/link")).unwrap();
        let folder = root.join("in");
        let allowed = AllowedFolders::new(&folder, &[]);
        assert_eq!(
            allowed.resolve(&folder, Path::new("./x/../a")),
            Resolved::Missing(folder.join("./x/../a"))
        );
        assert_eq!(allowed.resolve(&folder, Path::new("./a")), Resolved::File(folder.join("a")));
        assert_eq!(allowed.resolve(&folder, &folder.join("a")), Resolved::File(folder.join("a")));
        for path in ["../out", "link", "/etc/passwd", "x/../../out", "../nowhere", "../in/../out"] {
            assert_eq!(allowed.resolve(&folder, Path::new(path)), Resolved::Outside(path.into()));
        }
        let wider = AllowedFolders::new(&folder, &[root.join("out")]);
        assert_eq!(wider.resolve(&folder, Path::new("../out")), Resolved::File(root.join("out")));
    }
}
