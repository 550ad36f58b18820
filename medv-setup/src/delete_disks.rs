//! `DeleteDisks`: the master disk, every layer over it, and the saved states (DELETEDIFFDISKS=1).

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::disk_files::DiskFiles;
use crate::held_folder::hold;
use crate::{Installer, patience};

/// Where a user's layers are below the profile.
const LAYERS: [&str; 6] = ["AppData", "Local", "Microsoft", "MEDV", "v2", "Virtual Machines"];

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

/// Whether [`DeleteDisks`] deletes what is at `path`, in the folder of the layers of a shared workspace or of any user's, and
/// perhaps only at the next start of the computer.
pub fn is_layer(path: &Path, all_users: &Path) -> bool {
    let lower = |path: &Path| path.to_string_lossy().replace('\\', "/").to_lowercase();
    let path = lower(path);
    path.starts_with(&format!("{}/", lower(all_users)))
        || path.contains(&format!("/{}/", LAYERS.join("/").to_lowercase()))
}

impl DeleteDisks {
    /// Deletes. What cannot be deleted now is a warning, for the workspace is removed already, and left to `at_restart`, which
    /// has it deleted at the next start of the computer.
    pub fn run(&self, installer: &dyn Installer, at_restart: &dyn Fn(&Path)) {
        let deletion = Deletion { installer, at_restart, left: Cell::new(0) };
        for profile in &self.profiles {
            let layers = profile.join(LAYERS.iter().collect::<PathBuf>());
            deletion.tell(&layers, || {
                // A user must not have a folder of somebody else's emptied: each one on the way is held.
                let (mut folder, mut way) = (profile.clone(), Vec::new());
                for name in LAYERS {
                    folder.push(name);
                    match hold(&folder) {
                        Ok(Some(held)) => way.push(held),
                        Ok(None) => return,
                        Err(error) => return deletion.stays(&folder, &error),
                    }
                }
                deletion.empty(&layers);
            });
        }
        deletion.tell(&self.all_users, || deletion.empty(&self.all_users));
        let unfinished = self.files.unfinished();
        for path in [&self.files.undo, &self.files.disk, &self.files.replaced].into_iter().chain(&unfinished)
        {
            deletion.tell(path, || deletion.delete(path, |path| fs::remove_file(path)));
        }
        if let Some(folder) = self.files.disk.parent() {
            // Only if nothing of somebody else's is in it.
            _ = fs::remove_dir(folder);
        }
    }
}

struct Deletion<'a> {
    installer: &'a dyn Installer,
    at_restart: &'a dyn Fn(&Path),
    /// How much could not be deleted.
    left: Cell<usize>,
}

impl Deletion<'_> {
    /// Says that nothing is left of `path`, if that is so after `deleting`.
    fn tell(&self, path: &Path, deleting: impl FnOnce()) {
        let left = self.left.get();
        deleting();
        if self.left.get() == left {
            self.installer.log(&format!("{}: nothing is left of it", path.display()));
        }
    }

    /// Deletes what is in a folder, if there is one, and in the folders in it. Links are deleted, not followed.
    fn empty(&self, folder: &Path) {
        let _held = match hold(folder) {
            Ok(Some(held)) => held,
            Ok(None) => return,
            Err(error) => return self.stays(folder, &error),
        };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.stays(folder, &error),
        };
        for entry in entries {
            match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?.is_dir()))) {
                Ok((path, true)) => {
                    self.empty(&path);
                    self.delete(&path, |path| fs::remove_dir(path));
                }
                // A link to a folder goes as a folder does.
                Ok((path, false)) => self.delete(&path, |path| {
                    fs::remove_file(path).or_else(|error| fs::remove_dir(path).map_err(|_| error))
                }),
                Err(error) => self.stays(folder, &error),
            }
        }
    }

    fn delete(&self, path: &Path, how: impl Fn(&Path) -> io::Result<()>) {
        match patience::until_done(|| how(path), patience::is_in_use) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // What stays in it has been told of.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => (self.at_restart)(path),
            Err(error) => {
                self.left.set(self.left.get() + 1);
                self.installer.warn(&format!(
                    "{}: cannot delete: {error}; it is deleted at the next start of the computer",
                    path.display()
                ));
                (self.at_restart)(path);
            }
            Ok(()) => {}
        }
    }

    fn stays(&self, folder: &Path, error: &io::Error) {
        self.left.set(self.left.get() + 1);
        self.installer.warn(&format!("{}: stays as it is: {error}; delete it by hand", folder.display()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// What was said.
    #[derive(Default)]
    struct Told {
        warnings: RefCell<Vec<String>>,
        lines: RefCell<Vec<String>>,
    }
    impl Installer for Told {
        fn log(&self, line: &str) {
            self.lines.borrow_mut().push(line.to_owned());
        }
        fn warn(&self, line: &str) {
            self.warnings.borrow_mut().push(line.to_owned());
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
        DeleteDisks { files, all_users: at("AllUsers"), profiles: vec![at("ann"), at("gone")] }
            .run(&Told::default(), &|path| panic!("{}", path.display()));
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
        let told = Told::default();
        DeleteDisks { files, all_users, profiles: vec![profile] }.run(&told, &|_| ());
        assert!(precious.exists());
        let warnings = told.warnings.into_inner();
        assert!(
            matches!(warnings.as_slice(), [one] if one.contains("Local") && one.contains("link")),
            "{warnings:?}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_among_the_layers_goes_and_what_it_leads_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (all_users, elsewhere) = (folder.path().join("AllUsers"), folder.path().join("elsewhere"));
        fs::create_dir_all(all_users.join("deeper")).unwrap();
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("precious"), "somebody else's").unwrap();
        std::os::unix::fs::symlink(&elsewhere, all_users.join("deeper/link")).unwrap();
        let files = DiskFiles::new(folder.path(), "d");
        DeleteDisks { files, all_users: all_users.clone(), profiles: vec![] }.run(&Told::default(), &|_| ());
        assert!(elsewhere.join("precious").exists());
        assert_eq!(fs::read_dir(all_users).unwrap().count(), 0);
    }

    #[test]
    fn layers_are_known_by_their_folders() {
        let is_layer =
            |path: &str| is_layer(Path::new(path), Path::new(r"C:\ProgramData\Microsoft\Medv\AllUsers"));
        assert!(is_layer(r"c:\programdata\Microsoft\Medv\ALLUSERS\l.vhd"));
        assert!(is_layer(r"D:\Users\ann\AppData\Local\Microsoft\MEDV\v2\Virtual Machines\x\l.vhd"));
        assert!(!is_layer(r"C:\ProgramData\Microsoft\Medv\AllUsersToo\l.vhd"));
    }

    #[test]
    fn what_cannot_be_deleted_is_left_to_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let files = DiskFiles::new(folder.path(), "d");
        // No file can be deleted under this name.
        fs::create_dir(&files.disk).unwrap();
        let (told, later) = (Told::default(), RefCell::new(Vec::new()));
        let deletion = DeleteDisks { files, all_users: folder.path().join("AllUsers"), profiles: vec![] };
        deletion.run(&told, &|path| later.borrow_mut().push(path.to_owned()));
        assert_eq!(later.into_inner(), std::slice::from_ref(&deletion.files.disk));
        let warnings = told.warnings.into_inner();
        assert!(matches!(warnings.as_slice(), [one] if one.contains("next start")), "{warnings:?}");
        let disk = deletion.files.disk.display().to_string();
        assert!(!told.lines.into_inner().iter().any(|line| line.starts_with(&format!("{disk}:"))));
    }
}
