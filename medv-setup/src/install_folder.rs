//! `INSTALLDIR`: whether the folder is ours, so that its rights are ours to set.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::action_data::ActionData;
use crate::disk_files::DiskFiles;
use crate::{Failure, Result};

/// The program that is left in it.
const UNINSTALL: &str = "uninstall.exe";

/// The folder, and what is ours in it.
#[derive(Clone, Debug)]
pub struct InstallFolder {
    /// Where it is.
    pub path: PathBuf,
    /// The folder that it is in if nobody has chosen another: `%ProgramData%\\Microsoft\\Medv`.
    pub shared: PathBuf,
    /// The disk's files in it.
    pub files: DiskFiles,
}

impl InstallFolder {
    /// The one that the `.msi` tells of.
    ///
    /// # Errors
    /// If it does not.
    pub fn from_data(data: &ActionData) -> Result<Self> {
        Ok(Self {
            path: data.folder("Folder")?,
            shared: data.folder("Shared")?,
            files: DiskFiles::from_data(data)?,
        })
    }

    /// Whether it is ours: the usual one, or one that has nothing but ours in it. Somebody who has chosen a folder with
    /// files of theirs did not mean that those change.
    ///
    /// # Errors
    /// I/O.
    pub fn is_ours(&self) -> Result<bool> {
        let usual = self.shared.join("Workspace");
        if self.path.as_os_str().eq_ignore_ascii_case(&usual) {
            return Ok(true);
        }
        let cannot = |error| Failure::io("cannot read", &self.path, &error);
        for entry in fs::read_dir(&self.path).map_err(cannot)? {
            if !self.is_one_of_ours(&entry.map_err(cannot)?.path()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether it is the path of one of our files in it.
    pub fn is_one_of_ours(&self, path: &Path) -> bool {
        self.ours().any(|ours| path.as_os_str().eq_ignore_ascii_case(&ours))
    }

    /// Files in it that are ours and stay.
    pub fn kept(&self) -> [PathBuf; 2] {
        [self.files.disk.clone(), self.path.join(UNINSTALL)]
    }

    /// Files in it that an installation which was killed has left, and that the next one believes.
    pub fn believed(&self) -> impl Iterator<Item = PathBuf> {
        self.files.unfinished().into_iter().chain([self.files.undo.clone(), self.files.replaced.clone()])
    }

    fn ours(&self) -> impl Iterator<Item = PathBuf> {
        self.kept().into_iter().chain(self.believed())
    }

    /// Deletes what the next installation would believe, unless `is_trusted`: users can put files where they may make folders.
    /// Answers what was deleted.
    ///
    /// # Errors
    /// I/O.
    pub fn distrust(&self, is_trusted: impl Fn(&Path) -> io::Result<bool>) -> Result<Vec<PathBuf>> {
        let mut deleted = Vec::new();
        for path in self.believed().filter(|path| path.symlink_metadata().is_ok()) {
            // Whose it is cannot be found out of a link either.
            if !is_trusted(&path).unwrap_or(false) {
                fs::remove_file(&path).map_err(|error| Failure::io("cannot delete", &path, &error))?;
                deleted.push(path);
            }
        }
        Ok(deleted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> (tempfile::TempDir, InstallFolder) {
        let top = tempfile::tempdir().unwrap();
        let path = top.path().join(name);
        fs::create_dir(&path).unwrap();
        let files = DiskFiles::new(&path, "d");
        let shared = top.path().to_owned();
        (top, InstallFolder { path, shared, files })
    }

    #[test]
    fn a_folder_with_files_of_somebody_else_is_not_ours() {
        let (_top, folder) = folder("chosen");
        assert!(folder.is_ours().unwrap());
        for ours in ["d.vhd", "Uninstall.exe", "d.vhd.new.medv-part", "d.vhd.undo"] {
            fs::write(folder.path.join(ours), "").unwrap();
        }
        assert!(folder.is_ours().unwrap());
        fs::write(folder.path.join("letter.txt"), "").unwrap();
        assert!(!folder.is_ours().unwrap());
    }

    #[test]
    fn the_usual_folder_is_ours_whatever_is_in_it() {
        let (_top, mut folder) = folder("Workspace");
        fs::write(folder.path.join("an older disk.vhd"), "").unwrap();
        assert!(folder.is_ours().unwrap());
        folder.shared.push("elsewhere");
        assert!(!folder.is_ours().unwrap());
    }

    #[test]
    fn what_a_user_has_put_there_is_not_gone_on_with() {
        let (_top, folder) = folder("Workspace");
        for path in folder.ours() {
            fs::write(path, "").unwrap();
        }
        assert!(folder.distrust(|_| Ok(true)).unwrap().is_empty());
        let journal = folder.files.unfinished()[0].clone();
        assert_eq!(folder.distrust(|path| Ok(path != journal)).unwrap(), [journal]);
        assert_eq!(folder.distrust(|_| Err(io::Error::other("a link"))).unwrap().len(), 4);
        assert!(folder.kept().iter().all(|path| path.exists()));
    }
}
