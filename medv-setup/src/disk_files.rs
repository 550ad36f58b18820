//! The files that a disk goes through on its way to its name (spec/workspace-package.md, "What happens then").

use std::fs::{self, File};
use std::io::{self, Write};
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
    /// What stood in the way: `IMAGE.vhd.replaced`.
    pub replaced: PathBuf,
    /// What it takes to undo: `IMAGE.vhd.undo`, a `Before`. As long as it is not there, what has the name stays, and what
    /// was replaced is of no use to anybody.
    pub undo: PathBuf,
}

/// What had the disk's name before, as `IMAGE.vhd.undo` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    /// Nothing.
    Nothing,
    /// A disk, which is moved aside next.
    Disk,
}

impl Before {
    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Disk => "disk",
        }
    }
}

/// What the engine builds [`DiskFiles::new`] as.
const PART: &str = ".medv-part";
/// Its journal.
const JOURNAL: &str = ".medv-journal";

impl DiskFiles {
    /// Those of the disk `image` (a name without extension) in `folder`.
    pub fn new(folder: &Path, image: &str) -> Self {
        let named = |suffix| folder.join(format!("{image}.vhd{suffix}"));
        Self { disk: named(""), new: named(".new"), replaced: named(".replaced"), undo: named(".undo") }
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

    /// Whether a disk stands there, other than one that an installation which was killed has put there.
    ///
    /// # Errors
    /// I/O.
    pub fn is_taken(&self) -> Result<bool> {
        Ok(match self.before()? {
            Some(Before::Nothing) => false,
            Some(Before::Disk) => is_there(&self.replaced)? || is_there(&self.disk)?,
            None => is_there(&self.disk)?,
        })
    }

    /// Moves what stands in the way aside, then the new disk to its name.
    ///
    /// # Errors
    /// I/O. What an earlier installation has replaced and could not delete must go first; nothing is touched if it does not.
    pub fn put_in_place(&self) -> Result<()> {
        remove(&self.replaced)?;
        let before = if is_there(&self.disk)? { Before::Disk } else { Before::Nothing };
        let written = File::create(&self.undo).and_then(|mut undo| {
            undo.write_all(before.name().as_bytes())?;
            // Before the names change: who comes after a power cut must know what there was.
            undo.sync_all()
        });
        written.map_err(|error| Failure::io("cannot write", &self.undo, &error))?;
        if before == Before::Disk {
            rename(&self.disk, &self.replaced)?;
        }
        rename(&self.new, &self.disk)
    }

    /// Undoes [`DiskFiles::put_in_place`], wherever it stopped. Answers whether there was anything to undo.
    ///
    /// # Errors
    /// I/O.
    pub fn take_back(&self) -> Result<bool> {
        let before = self.before()?;
        match before {
            Some(Before::Nothing) => remove(&self.disk)?,
            // Renaming replaces what has the name.
            Some(Before::Disk) if is_there(&self.replaced)? => rename(&self.replaced, &self.disk)?,
            Some(Before::Disk) | None => {}
        }
        remove(&self.undo)?;
        Ok(before.is_some())
    }

    /// What stood there before the names changed; `None` if they did not, or what they became stays.
    fn before(&self) -> Result<Option<Before>> {
        match fs::read(&self.undo) {
            // The power went while it was written: no name has changed yet.
            Ok(text) => Ok([Before::Nothing, Before::Disk]
                .into_iter()
                .find(|before| before.name().as_bytes() == text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::io("cannot read", &self.undo, &error)),
        }
    }

    /// Deletes what is not finished.
    ///
    /// # Errors
    /// I/O.
    pub fn remove_unfinished(&self) -> Result<()> {
        self.unfinished().iter().try_for_each(|path| remove(path))
    }

    /// What is there of a disk that is not finished.
    pub fn unfinished(&self) -> [PathBuf; 3] {
        [with_suffix(&self.new, JOURNAL), self.part(), self.new.clone()]
    }

    /// The new disk stays: forgets how to undo, and deletes what was replaced.
    ///
    /// # Errors
    /// I/O. What was replaced may be left over, which does no harm.
    pub fn commit(&self) -> Result<()> {
        let forgotten = remove(&self.undo);
        remove(&self.replaced).and(forgotten)
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Whether a file of this name is there.
fn is_there(path: &Path) -> Result<bool> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
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
fn remove(path: &Path) -> Result<()> {
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
        is(&folder, &[("", "new"), (".replaced", "old"), (".undo", "disk")]);
        files.commit().unwrap();
        is(&folder, &[("", "new")]);
        assert!(files.is_taken().unwrap());
    }

    #[test]
    fn taking_back_leaves_what_was_there() {
        let (folder, disk_files) = files(&[("", "old"), (".new", "new")]);
        disk_files.put_in_place().unwrap();
        assert!(disk_files.is_taken().unwrap());
        assert!(disk_files.take_back().unwrap());
        is(&folder, &[("", "old")]);

        let (folder, disk_files) = files(&[(".new", "new")]);
        disk_files.put_in_place().unwrap();
        assert!(!disk_files.is_taken().unwrap());
        assert!(disk_files.take_back().unwrap());
        is(&folder, &[]);
    }

    #[test]
    fn taking_back_wherever_the_power_went() {
        for (present, left) in [
            // While it was noted, before and between the renames, after them, and while taking back.
            (&[("", "old"), (".undo", ""), (".new", "new")][..], &[("", "old")][..]),
            (&[("", "old"), (".undo", "disk"), (".new", "new")], &[("", "old")]),
            (&[(".replaced", "old"), (".undo", "disk"), (".new", "new")], &[("", "old")]),
            (&[("", "new"), (".replaced", "old"), (".undo", "disk")], &[("", "old")]),
            (&[("", "old"), (".undo", "disk")], &[("", "old")]),
            (&[(".undo", "nothing"), (".new", "new")], &[]),
            (&[("", "new"), (".undo", "nothing")], &[]),
        ] {
            let (folder, files) = files(present);
            let taken = files.is_taken().unwrap();
            files.take_back().unwrap();
            files.remove_unfinished().unwrap();
            is(&folder, left);
            assert_eq!(taken, !left.is_empty(), "{present:?}");
        }
    }

    #[test]
    fn a_disk_that_was_not_touched_stays() {
        let (folder, files) = files(&[("", "old"), (".new.medv-part", "x"), (".new.medv-journal", "y")]);
        assert!(!files.take_back().unwrap());
        files.remove_unfinished().unwrap();
        is(&folder, &[("", "old")]);
    }

    #[test]
    fn what_could_not_be_deleted_is_never_put_back() {
        let (folder, files) = files(&[("", "good"), (".replaced", "stale")]);
        assert!(files.is_taken().unwrap());
        assert!(!files.take_back().unwrap());
        is(&folder, &[("", "good"), (".replaced", "stale")]);
        fs::write(&files.new, "new").unwrap();
        files.put_in_place().unwrap();
        assert!(files.take_back().unwrap());
        is(&folder, &[("", "good")]);
    }

    #[test]
    fn what_still_cannot_be_deleted_ends_it_before_a_name_changes() {
        let (folder, files) = files(&[("", "good"), (".new", "new")]);
        // No file can be deleted under this name.
        fs::create_dir(&files.replaced).unwrap();
        assert!(files.put_in_place().is_err());
        assert!(!files.take_back().unwrap());
        fs::remove_dir(&files.replaced).unwrap();
        is(&folder, &[("", "good"), (".new", "new")]);
    }
}
