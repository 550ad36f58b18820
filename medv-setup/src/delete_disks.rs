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
        for profile in &self.profiles {
            let folder = profile.join(LAYERS);
            match link_between(profile, &folder) {
                Some(link) => installer.warn(&format!("{}: a link; it is not followed", link.display())),
                None => tell(installer, &folder, empty(&folder)),
            }
        }
        tell(installer, &self.all_users, empty(&self.all_users));
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

/// The first link (or junction, which a user can make without any right) on the way from a profile to a folder in it. A
/// user must not have a folder of somebody else's emptied.
fn link_between<'a>(profile: &Path, folder: &'a Path) -> Option<&'a Path> {
    let inside = folder.ancestors().take_while(|path| *path != profile);
    inside.filter(|path| fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_symlink())).last()
}

/// Deletes what is in a folder, if there is one.
fn empty(folder: &Path) -> Result<()> {
    let cannot = |path: &Path, error: &io::Error| Failure::io("cannot delete", path, error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot(folder, &error)),
    };
    let mut failed = Ok(());
    for entry in entries {
        let entry = entry.map_err(|error| cannot(folder, &error))?;
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let done = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        // A link to a folder is removed as one.
        let done = done.or_else(|error| fs::remove_dir(&path).map_err(|_| error));
        if let Err(error) = done {
            failed = Err(cannot(&path, &error));
        }
    }
    failed
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

    #[cfg(unix)]
    #[test]
    fn a_users_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (profile, elsewhere) = (folder.path().join("anna"), folder.path().join("elsewhere"));
        let precious = elsewhere.join("Microsoft/MEDV/v2/Virtual Machines/precious");
        fs::create_dir_all(precious.parent().unwrap()).unwrap();
        fs::write(&precious, "somebody else's").unwrap();
        fs::create_dir_all(profile.join("AppData")).unwrap();
        std::os::unix::fs::symlink(&elsewhere, profile.join("AppData/Local")).unwrap();
        let files = DiskFiles::new(folder.path(), "d");
        let all_users = folder.path().join("AllUsers");
        DeleteDisks { files, all_users, profiles: vec![profile] }.run(&Silent);
        assert!(precious.exists());
    }

    #[cfg(unix)]
    struct Silent;
    #[cfg(unix)]
    impl Installer for Silent {
        fn log(&self, _: &str) {}
        fn warn(&self, _: &str) {}
        fn begin(&self, _: u32) {}
        fn advance(&self, _: u32, _: &str) {}
        fn cancelled(&self) -> bool {
            false
        }
    }
}
