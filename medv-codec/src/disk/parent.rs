//! Finds the parent of a differencing disk.

use std::fs;
use std::path::{Path, PathBuf};

use medv_format::vhd::{DynamicHeader, LocatorPath, ParentLocator, PlatformCode, Uuid, decode_header_name};

use super::detect::{Detected, detect};
use super::finding::Report;
use super::options::{Assume, OpenOptions};
use super::parent_path::{AllowedFolders, NativePath, Resolved, file_name, to_native};
use super::positional::DiskFile;
use crate::{Error, ErrorKind, Result};

/// The search for one child's parent.
pub(super) struct ParentSearch<'a> {
    child: &'a Path,
    folder: PathBuf,
    wanted: Uuid,
    options: &'a OpenOptions,
    allowed: AllowedFolders,
    looked_for: Vec<String>,
    outside: bool,
    mismatch: bool,
}

impl<'a> ParentSearch<'a> {
    /// For `child`, its links resolved, whose header asks for a parent named `wanted`.
    pub(super) fn new(child: &'a Path, wanted: Uuid, options: &'a OpenOptions) -> Self {
        let folder = child.parent().unwrap_or(Path::new("")).to_owned();
        let allowed = AllowedFolders::new(&folder, &options.parents);
        Self { child, folder, wanted, options, allowed, looked_for: vec![], outside: false, mismatch: false }
    }

    /// The parent's path, links resolved. The user's own word goes first, then what the disk says: relative paths,
    /// absolute ones, and at last a file of the same name beside the child.
    pub(super) fn find(mut self, paths: &[LocatorPath], report: &mut Report<'_>) -> Result<PathBuf> {
        let found = self.among_given(paths).or_else(|| self.by_paths(paths)).or_else(|| self.beside(paths));
        match found {
            Some(path) => Ok(path),
            None => Err(self.not_found(report)),
        }
    }

    fn among_given(&mut self, paths: &[LocatorPath]) -> Option<PathBuf> {
        let options = self.options;
        for given in &options.parents {
            let Ok(resolved) = fs::canonicalize(given) else {
                self.looked_for.push(format!("{}: not there", given.display()));
                continue;
            };
            if !resolved.is_dir() {
                if let Some(found) = self.matching(resolved) {
                    return Some(found);
                }
                continue;
            }
            for path in paths {
                let by_path = match to_native(&path.text) {
                    NativePath::Path(path) if path.is_relative() => self.follow(&resolved, &path),
                    _ => None,
                };
                let by_name = || self.follow(&resolved, Path::new(file_name(&path.text)?));
                if let Some(found) = by_path.or_else(by_name) {
                    return Some(found);
                }
            }
        }
        None
    }

    fn by_paths(&mut self, paths: &[LocatorPath]) -> Option<PathBuf> {
        let (relative, absolute): (Vec<_>, Vec<_>) = paths.iter().partition(|path| path.relative);
        for path in relative.into_iter().chain(absolute) {
            let folder = self.folder.clone();
            let found = match to_native(&path.text) {
                NativePath::Path(native) => self.follow(&folder, &native),
                NativePath::Foreign => None,
                NativePath::Forbidden => {
                    self.outside = true;
                    self.looked_for
                        .push(format!("{}: not on this machine's disks, so not followed", path.text));
                    None
                }
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn beside(&mut self, paths: &[LocatorPath]) -> Option<PathBuf> {
        let folder = self.folder.clone();
        paths.iter().find_map(|path| self.follow(&folder, Path::new(file_name(&path.text)?)))
    }

    fn follow(&mut self, folder: &Path, path: &Path) -> Option<PathBuf> {
        match self.allowed.resolve(folder, path) {
            Resolved::File(found) => self.matching(found),
            Resolved::Missing(path) => {
                self.say(format!("{}: not there", path.display()));
                None
            }
            Resolved::Outside(path) => {
                self.outside = true;
                self.say(format!("{path}: outside the allowed folders, so not followed"));
                None
            }
        }
    }

    /// `path` if it is the disk that the child asks for.
    fn matching(&mut self, path: PathBuf) -> Option<PathBuf> {
        let said = match uuid_of(&path, self.options) {
            Ok(Some(uuid)) if uuid == self.wanted => return Some(path),
            Ok(None) if self.wanted.is_nil() => return Some(path),
            Ok(Some(uuid)) => {
                self.mismatch = true;
                format!("{}: found UUID {uuid}, expected {}", path.display(), self.wanted)
            }
            Ok(None) => {
                self.mismatch = true;
                format!("{}: a raw image, expected a VHD with UUID {}", path.display(), self.wanted)
            }
            Err(error) => format!("{}: {}", path.display(), error.message()),
        };
        self.say(said);
        None
    }

    fn say(&mut self, line: String) {
        if !self.looked_for.contains(&line) {
            self.looked_for.push(line);
        }
    }

    fn not_found(self, report: &mut Report<'_>) -> Error {
        let looked_for = if self.looked_for.is_empty() {
            "the disk names no path that can be followed here".to_owned()
        } else {
            format!("looked at {}", self.looked_for.join("; "))
        };
        let advice = "name the parent, or the folder it is in, with --parent PATH";
        let (trap, code, kind, what) = match (self.mismatch, self.outside) {
            (true, _) => (37, "parent-uuid-mismatch", ErrorKind::Damaged, "the parent's UUID does not match"),
            (false, true) => (
                36,
                "parent-outside",
                ErrorKind::Unsupported,
                "the parent lies where it may not be taken from",
            ),
            (false, false) => {
                (36, "parent-missing", ErrorKind::Damaged, "the parent of this differencing disk is missing")
            }
        };
        let message = format!("{what}: expected a disk with UUID {}; {looked_for}", self.wanted);
        report.refuse(trap, code, Error::new(kind, message).in_file(self.child).advice(advice))
    }
}

/// The disk's UUID, `None` for a raw image.
fn uuid_of(path: &Path, options: &OpenOptions) -> Result<Option<Uuid>> {
    let file = DiskFile::open(path)?;
    let options = OpenOptions { assume: Assume::Detect, ..options.clone() };
    match detect(&file, &options, &mut Report::new(path, &mut Vec::new()))? {
        Detected::Raw => Ok(None),
        Detected::Vhd(found) => Ok(Some(found.footer.uuid)),
    }
}

/// The paths that a child gives for its parent: its locators' in order, then the name in its header.
pub(super) fn paths_of(
    file: &DiskFile,
    header: &DynamicHeader,
    report: &mut Report<'_>,
) -> Result<Vec<LocatorPath>> {
    let mut paths = Vec::new();
    for locator in &header.parent_locators {
        if let Some(path) = read_locator(file, locator, report)? {
            paths.push(path);
        }
    }
    paths.extend(decode_header_name(&header.parent_name));
    for path in paths.iter().filter(|path| !path.exact) {
        let message = format!("the parent's path \"{}\" cannot be decoded in full", path.text);
        report.note(34, "locator-not-exact", message, "tried as it is shown");
    }
    paths.retain(|path| !path.text.is_empty());
    Ok(paths)
}

fn read_locator(
    file: &DiskFile,
    locator: &ParentLocator,
    report: &mut Report<'_>,
) -> Result<Option<LocatorPath>> {
    match locator.code() {
        PlatformCode::None => return Ok(None),
        PlatformCode::Unknown(code) => {
            let message = format!("found a parent locator of unknown kind {code:#010x}");
            report.note(35, "locator-unknown", message, "skipped");
            return Ok(None);
        }
        PlatformCode::MacAlias => {
            report.note(35, "locator-mac-alias", "found a parent locator for old Macs", "skipped");
            return Ok(None);
        }
        _ => {}
    }
    match locator.space_bytes() {
        Some(space) if u64::from(locator.data_length) <= space => {}
        _ => {
            let message = format!(
                "a parent locator reserves {}, for a path of {} bytes",
                locator.data_space, locator.data_length
            );
            report.note(33, "locator-space", message, "the path's own length counts");
        }
    }
    let end = locator.data_offset.checked_add(locator.data_length.into());
    let inside = end.is_some_and(|end| end.get() <= file.len());
    if locator.data_length > ParentLocator::LONGEST_PATH || !inside {
        let message = format!(
            "a parent locator's path is impossible: found {} bytes at byte {}, expected at most {} inside the file",
            locator.data_length,
            locator.data_offset,
            ParentLocator::LONGEST_PATH
        );
        report.warn(33, "locator-broken", message, "skipped");
        return Ok(None);
    }
    let mut bytes = vec![0; locator.data_length as usize];
    file.read_exact_at(locator.data_offset, &mut bytes)?;
    let path = locator.decode(&bytes);
    if path.is_none() {
        report.note(
            35,
            "locator-url",
            "found a parent locator that is no file URL of this machine",
            "skipped",
        );
    }
    Ok(path)
}
