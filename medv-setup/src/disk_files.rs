//! The files that a disk goes through on its way to its name (spec/workspace-package.md, "What happens then").

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::action_data::ActionData;
use crate::{Failure, Result};

/// Where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskFiles {
    /// The disk: `IMAGE.vhd`.
    pub disk: PathBuf,
    /// The same while it is not known to stay: `IMAGE.vhd.new`.
    pub new: PathBuf,
    /// What stood in the way: `IMAGE.vhd.replaced`. Empty if nothing did; so it also says that the new disk may have got
    /// its name.
    pub replaced: PathBuf,
}

/// What the engine builds [`DiskFiles::new`] as.
const PART: &str = ".medv-part";
/// Its journal.
const JOURNAL: &str = ".medv-journal";

impl DiskFiles {
    /// Those of the disk `image` (a name without extension) in `folder`.
    pub fn new(folder: &Path, image: &str) -> Self {
        let named = |suffix| folder.join(format!("{image}.vhd{suffix}"));
        Self { disk: named(""), new: named(".new"), replaced: named(".replaced") }
    }

    /// Those that the `.msi` tells of.
    ///
    /// # Errors
    /// If it does not.
    pub fn from_data(data: &ActionData) -> Result<Self> {
        Ok(Self::new(&data.folder("Folder")?, data.need("Image")?))
    }

    /// The unfinished disk.
    pub fn part(&self) -> PathBuf {
        with_suffix(&self.new, PART)
    }

    /// Whether a disk stands there, other than one that an installation which was killed has put there. If a workspace
    /// `is_installed`, its installation had come to its end.
    ///
    /// # Errors
    /// I/O.
    pub fn is_taken(&self, is_installed: bool) -> Result<bool> {
        Ok(match len(&self.replaced)? {
            Some(replaced) if !is_installed => replaced > 0,
            _ => len(&self.disk)?.is_some(),
        })
    }

    /// Moves what stands in the way aside, then the new disk to its name.
    ///
    /// # Errors
    /// I/O.
    pub fn put_in_place(&self) -> Result<()> {
        if len(&self.disk)?.is_some() {
            rename(&self.disk, &self.replaced)?;
        } else {
            fs::write(&self.replaced, [])
                .map_err(|error| Failure::io("cannot write", &self.replaced, &error))?;
        }
        rename(&self.new, &self.disk)
    }

    /// Undoes [`DiskFiles::put_in_place`], wherever it stopped. Answers whether there was anything to undo.
    ///
    /// # Errors
    /// I/O.
    pub fn take_back(&self) -> Result<bool> {
        let Some(replaced) = len(&self.replaced)? else {
            return Ok(false);
        };
        if replaced == 0 {
            remove(&self.disk)?;
            remove(&self.replaced)?;
        } else {
            // Renaming replaces what has the name.
            rename(&self.replaced, &self.disk)?;
        }
        Ok(true)
    }

    /// Deletes what is not finished.
    ///
    /// # Errors
    /// I/O.
    pub fn remove_unfinished(&self) -> Result<()> {
        for path in [with_suffix(&self.new, JOURNAL), self.part(), self.new.clone()] {
            remove(&path)?;
        }
        Ok(())
    }

    /// Deletes what was replaced: the new disk stays.
    ///
    /// # Errors
    /// I/O.
    pub fn commit(&self) -> Result<()> {
        remove(&self.replaced)
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Length of a file; `None` if it is not there.
fn len(path: &Path) -> Result<Option<u64>> {
    match path.symlink_metadata() {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io("cannot look for", path, &error)),
    }
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| {
        let mut failure = Failure::io(&format!("cannot rename to {}", to.display()), from, &error);
        failure.message +=
            "; close whatever has the disk open, such as a running virtual machine, and try again";
        failure
    })
}

/// Deletes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::io("cannot delete", path, &error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(present: &[(&str, &str)]) -> (tempfile::TempDir, DiskFiles) {
        let folder = tempfile::tempdir().unwrap();
        for (suffix, text) in present {
            fs::write(folder.path().join(format!("d.vhd{suffix}")), text).unwrap();
        }
        let files = DiskFiles::new(folder.path(), "d");
        (folder, files)
    }

    fn listing(folder: &tempfile::TempDir) -> Vec<(String, String)> {
        let mut found: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, fs::read_to_string(path).unwrap())
            })
            .collect();
        found.sort();
        found
    }

    fn is(folder: &tempfile::TempDir, expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(a, b)| (format!("d.vhd{a}"), (*b).to_owned())).collect();
        assert_eq!(listing(folder), expected);
    }

    #[test]
    fn a_disk_in_the_way_is_kept_until_the_commit() {
        let (folder, files) = files(&[("", "old"), (".new", "new")]);
        files.put_in_place().unwrap();
        is(&folder, &[("", "new"), (".replaced", "old")]);
        files.commit().unwrap();
        is(&folder, &[("", "new")]);
    }

    #[test]
    fn taking_back_leaves_what_was_there() {
        let (folder, disk_files) = files(&[("", "old"), (".new", "new")]);
        disk_files.put_in_place().unwrap();
        assert!(disk_files.take_back().unwrap());
        is(&folder, &[("", "old")]);

        let (folder, disk_files) = files(&[(".new", "new")]);
        disk_files.put_in_place().unwrap();
        assert!(!disk_files.is_taken(false).unwrap());
        assert!(disk_files.take_back().unwrap());
        is(&folder, &[]);
    }

    #[test]
    fn taking_back_between_the_two_renames() {
        let (folder, disk_files) = files(&[(".replaced", "old"), (".new", "new")]);
        assert!(disk_files.is_taken(false).unwrap());
        disk_files.take_back().unwrap();
        disk_files.remove_unfinished().unwrap();
        is(&folder, &[("", "old")]);
    }

    #[test]
    fn a_disk_that_was_not_touched_stays() {
        let (folder, files) = files(&[("", "old"), (".new.medv-part", "x"), (".new.medv-journal", "y")]);
        assert!(!files.take_back().unwrap());
        files.remove_unfinished().unwrap();
        is(&folder, &[("", "old")]);
    }
}
