//! The package that setup.exe lies in.

use std::path::{Path, PathBuf};

use crate::{Failure, Result, codes};

/// The one `.msi` in `folder`.
///
/// # Errors
/// [`codes::PACKAGE_OPEN_FAILED`] if there is none, or more than one.
pub fn find_msi(folder: &Path) -> Result<PathBuf> {
    let entries = folder
        .read_dir()
        .map_err(|error| Failure::io("cannot read", folder, &error).with_code(codes::PACKAGE_OPEN_FAILED))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("msi")))
        .collect();
    found.sort();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Failure::new(
            codes::PACKAGE_OPEN_FAILED,
            format!(
                "{}: found no .msi, expected one beside setup.exe; copy all files of the package into one folder",
                folder.display()
            ),
        )),
        [first, second, ..] => Err(Failure::new(
            codes::PACKAGE_OPEN_FAILED,
            format!(
                "{}: found {} and {}, expected one .msi beside setup.exe; give each package a folder of its own",
                folder.display(),
                name(first),
                name(second)
            ),
        )),
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// `true` if `path` names another computer. A drive letter may still stand for one.
pub fn is_on_the_network(path: &str) -> bool {
    let plain = path.replace('/', r"\");
    match plain.strip_prefix(r"\\?\") {
        Some(rest) => rest.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(r"UNC\")),
        None => plain.starts_with(r"\\") && !plain.starts_with(r"\\.\"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_msi() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("setup.exe"), "").unwrap();
        assert_eq!(find_msi(folder.path()).unwrap_err().code, codes::PACKAGE_OPEN_FAILED);
        std::fs::write(at("Office.MSI"), "").unwrap();
        assert_eq!(find_msi(folder.path()).unwrap(), at("Office.MSI"));
        std::fs::write(at("other.msi"), "").unwrap();
        let failure = find_msi(folder.path()).unwrap_err();
        assert!(failure.message.contains("Office.MSI and other.msi"), "{failure}");
    }

    #[test]
    fn shares_are_on_the_network() {
        for (path, network) in [
            (r"\\server\share\x", true),
            ("//server/share", true),
            (r"\\?\UNC\server\share", true),
            (r"\\?\C:\x", false),
            (r"C:\x", false),
            (r"\\.\C:\x", false),
        ] {
            assert_eq!(is_on_the_network(path), network, "{path}");
        }
    }
}
