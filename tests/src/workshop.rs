//! A folder in which packages of workspaces are built, and a root on which they are installed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use medv_codec::Silent;
use medv_packager::build::{BuildOptions, ProgramFiles, build};
use medv_packager::definition::Definition;
use tempfile::TempDir;

use crate::command::{Finished, medv};

/// What stands for the programs for Windows, which a package only carries.
const PROGRAMS: [&str; 3] = ["setup.exe", "uninstall.exe", "medv-actions.dll"];

/// The folder. `medv` finds nothing of this computer in it: no programs, no notes on earlier builds.
pub struct Workshop {
    folder: TempDir,
}

impl Default for Workshop {
    fn default() -> Self {
        Self::new()
    }
}

impl Workshop {
    /// One with a host agent and a hypervisor in its search path.
    ///
    /// # Panics
    /// If it cannot be made.
    pub fn new() -> Self {
        let shop = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        for name in PROGRAMS {
            shop.write(&format!("programs/{name}"), format!("{name} of the tests"));
        }
        for name in ["medv-host", "qemu-system-x86_64"] {
            shop.write(&format!("bin/{name}"), "");
        }
        shop
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders that it is in.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a path in the folder")).expect("folders can be made");
        fs::write(&path, bytes).expect("files can be written");
        path
    }

    /// `medv ARGUMENTS` in the folder.
    pub fn medv<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        self.at_home(medv(), arguments)
    }

    /// A copy of `medv` that has no other programs beside it.
    ///
    /// # Panics
    /// If it cannot be copied.
    pub fn lonely_medv<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let copy = self.path("lonely/medv");
        fs::create_dir_all(self.path("lonely")).expect("folders can be made");
        fs::copy(medv().get_program(), &copy).expect("medv can be copied");
        self.at_home(Command::new(copy), arguments)
    }

    /// `medv ARGUMENTS` that can make no file longer than so many KiB: writing more fails.
    #[cfg(unix)]
    pub fn confined_medv(&self, kib: u64, arguments: &[&str]) -> Command {
        let mut shell = Command::new("/bin/sh");
        // The unit of ulimit is 512 bytes. A signal that is ignored stays ignored in the program.
        shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kib * 2)]);
        shell.arg(medv().get_program());
        self.at_home(shell, arguments)
    }

    fn at_home<A: AsRef<OsStr>>(&self, mut medv: Command, arguments: impl IntoIterator<Item = A>) -> Command {
        medv.args(arguments).current_dir(self.folder.path());
        medv.env("XDG_CACHE_HOME", self.path("cache")).env("HOME", self.path("home"));
        medv.env("PATH", self.path("bin")).env("MEDV_PROGRAMS", self.path("programs"));
        medv.env_remove("SUDO_USER").env_remove("http_proxy").env_remove("https_proxy");
        medv
    }

    /// Builds the package of `definition` into `output`, without looking whether it was built before.
    ///
    /// # Panics
    /// If the definition is wrong, or it cannot be built.
    pub fn package(&self, definition: &str, output: &str) -> PathBuf {
        let (definition, problems) = Definition::read(definition, self.folder.path());
        let definition = definition.unwrap_or_else(|| panic!("{problems:?}"));
        let folder = self.path(output);
        let programs = ProgramFiles::find(Some(&self.path("programs"))).expect("programs");
        let options = BuildOptions {
            folder: &folder,
            force: true,
            programs: &programs,
            cache: None,
            deb: false,
            threads: None,
        };
        build(&definition, &options, &Silent).unwrap_or_else(|error| panic!("{error}"));
        folder
    }

    /// Runs `medv ARGUMENTS` in the folder.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Finished {
        Finished::from(self.medv(arguments).output().expect("medv can be started"))
    }
}

/// Something in a folder: the bytes of a file, the target of a link, `None` for a folder.
type Entry = Option<Vec<u8>>;

/// All that is below `folder`, by path; empty if there is no such folder.
///
/// # Panics
/// If it cannot be read.
pub fn tree(folder: &Path) -> BTreeMap<PathBuf, Entry> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry.expect("an entry").path();
            let kind = fs::symlink_metadata(&path).expect("it is there").file_type();
            let content = if kind.is_symlink() {
                Some(fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes())
            } else if kind.is_dir() {
                folders.push(path.clone());
                None
            } else {
                Some(fs::read(&path).expect("a file"))
            };
            found.insert(path.strip_prefix(folder).expect("below it").to_owned(), content);
        }
    }
    found
}
