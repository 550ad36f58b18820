//! `DeleteDisks`: the master disk, every layer over it, and the saved states (DELETEDIFFDISKS=1).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::disk_files::{DiskFiles, remove};
use crate::{Failure, Installer, Result};

/// Where a user's layers are below the profile.
const LAYERS: &str = "AppData/Local/Microsoft/MEDV/v2/Virtual Machines";

/// What is to be deleted.
#[derive(Clone, Debug)]
pub struct DeleteDisks {
    /// The master disk's files.
    pub files: DiskFiles,
    /// The folder of the layers of a shared workspace.
    pub all_users: PathBuf,
    /// The profiles of all users.
    pub profiles: Vec<PathBuf>,
}

impl DeleteDisks {
    /// Deletes. What cannot be deleted is a warning, for the workspace is removed already.
    pub fn run(&self, installer: &dyn Installer) {
        let layers = self.profiles.iter().map(|profile| profile.join(LAYERS));
        for folder in layers.chain([self.all_users.clone()]) {
            tell(installer, &folder, empty(&folder));
        }
        for path in [&self.files.disk, &self.files.replaced] {
            tell(installer, path, remove(path));
        }
        let unfinished = self.files.remove_unfinished();
        tell(installer, &self.files.new, unfinished);
        if let Some(folder) = self.files.disk.parent() {
            // Only if nothing of somebody else's is in it.
            _ = fs::remove_dir(folder);
        }
    }
}

fn tell(installer: &dyn Installer, path: &Path, done: Result<()>) {
    match done {
        Ok(()) => installer.log(&format!("{}: nothing is left of it", path.display())),
        Err(failure) => installer.warn(&failure.message),
    }
}

/// Deletes what is in a folder, if there is one.
fn empty(folder: &Path) -> Result<()> {
    let cannot = |path: &Path, error: &io::Error| Failure::io("cannot delete", path, error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot(folder, &error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| cannot(folder, &error))?;
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let done = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        done.map_err(|error| cannot(&path, &error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Deaf;
    impl Installer for Deaf {
        fn log(&self, _: &str) {}
        fn warn(&self, line: &str) {
            panic!("{line}");
        }
        fn begin(&self, _: u32) {}
        fn advance(&self, _: u32, _: &str) {}
        fn cancelled(&self) -> bool {
            false
        }
    }

    #[test]
    fn disks_go_and_other_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in [
            "Workspace/d.vhd",
            "Workspace/theirs.txt",
            "AllUsers/l.vhd",
            "ann/AppData/Local/Microsoft/MEDV/v2/Virtual Machines/x/layer.vhd",
            "ann/letter.txt",
        ] {
            fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            fs::write(at(name), "x").unwrap();
        }
        let files = DiskFiles::new(&at("Workspace"), "d");
        DeleteDisks { files, all_users: at("AllUsers"), profiles: vec![at("ann"), at("gone")] }.run(&Deaf);
        for (name, stays) in [
            ("Workspace/d.vhd", false),
            ("Workspace/theirs.txt", true),
            ("AllUsers/l.vhd", false),
            ("ann/letter.txt", true),
            ("ann/AppData/Local/Microsoft/MEDV/v2/Virtual Machines/x", false),
        ] {
            assert_eq!(at(name).exists(), stays, "{name}");
        }
    }
}
