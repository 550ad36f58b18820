//! Where the host agent keeps things, for this user and for the machine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use medv_codec::{Error, Result};

/// Folders and files of a user's agent.
#[derive(Clone, Debug)]
pub struct Places {
    /// `/`, or a folder that stands for it: where the machine's own folders are.
    pub root: PathBuf,
    data: PathBuf,
    state: PathBuf,
    run: PathBuf,
    machine: PathBuf,
}

impl Places {
    /// Those of the user who runs this program. The folders are made, and are the user's alone.
    ///
    /// # Errors
    /// Usage if the user has no home; I/O.
    pub fn of_this_user(root: Option<&Path>) -> Result<Self> {
        Self::find(root.unwrap_or(Path::new("/")).to_owned())?.made()
    }

    /// Those of a user whose home is `home`, whatever the environment says. The folders are made, and are the user's alone.
    ///
    /// # Errors
    /// I/O.
    pub fn below(root: &Path, home: &Path) -> Result<Self> {
        let state = home.join("state");
        let (data, run, machine) = (home.join("data"), home.join("run"), root.join("var/lib/medv"));
        Self { root: root.to_owned(), data, state, run, machine }.made()
    }

    fn made(self) -> Result<Self> {
        for folder in [&self.data, &self.state, &self.run, &self.machine_folder(), &self.menus()] {
            make_private(folder)?;
        }
        Ok(self)
    }

    #[cfg(unix)]
    fn find(root: PathBuf) -> Result<Self> {
        let home = || {
            let home = env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
            home.ok_or_else(|| Error::usage("HOME is not set to a folder"))
        };
        // As the XDG base directory specification has it; what is not absolute does not count.
        let folder = |variable: &str, usual: &str| -> Result<PathBuf> {
            match env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute()) {
                Some(folder) => Ok(folder.join("medv")),
                None => Ok(home()?.join(usual).join("medv")),
            }
        };
        let state = folder("XDG_STATE_HOME", ".local/state")?;
        let run = match env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute()) {
            Some(folder) => folder.join("medv"),
            None => state.join("run"),
        };
        let machine = root.join("var/lib/medv");
        Ok(Self { data: folder("XDG_DATA_HOME", ".local/share")?, root, state, run, machine })
    }

    #[cfg(windows)]
    fn find(root: PathBuf) -> Result<Self> {
        let folder = |variable: &str| {
            let folder = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
            folder.ok_or_else(|| Error::usage(format!("{variable} is not set to a folder")))
        };
        let state = folder("LOCALAPPDATA")?.join(r"Microsoft\MEDV\v2");
        let machine = folder("ProgramData")?.join(r"Microsoft\Medv");
        Ok(Self { root, data: state.join("Virtual Machines"), run: state.join("Run"), state, machine })
    }

    /// Where layers are: each user's own, or the one of all.
    fn layers(&self, is_shared: bool) -> PathBuf {
        match is_shared {
            true => self.machine.join(if cfg!(windows) { "AllUsers" } else { "allusers" }),
            false => self.data.clone(),
        }
    }

    /// The user's layer over the master disk, or the one of all users.
    pub fn layer(&self, workspace: &str, is_shared: bool) -> PathBuf {
        self.layers(is_shared).join(format!("{workspace}.qcow2"))
    }

    /// How far first time setup is.
    pub fn progress(&self, workspace: &str, is_shared: bool) -> PathBuf {
        self.layers(is_shared).join(format!("{workspace}.setup.json"))
    }

    /// The medium with answers for the guest.
    pub fn answers(&self) -> PathBuf {
        self.run.join("answers.img")
    }

    /// Sockets and logs of the running machine.
    pub fn machine_folder(&self) -> PathBuf {
        self.run.join("machine")
    }

    /// Where the agent is spoken to.
    pub fn socket(&self) -> PathBuf {
        self.run.join("host.sock")
    }

    /// What a running agent holds.
    pub fn lock(&self) -> PathBuf {
        self.run.join("host.lock")
    }

    /// What a user of a shared workspace holds.
    pub fn shared_lock(&self) -> PathBuf {
        match cfg!(windows) {
            true => self.machine.join(r"MedvLock\medv.lock"),
            false => self.machine.join("medvlock/medv.lock"),
        }
    }

    /// How first time setup went, for each user.
    pub fn monitoring(&self) -> PathBuf {
        self.machine.join(if cfg!(windows) { "Monitoring" } else { "monitoring" })
    }

    /// The agent's own files: its log, lists of what it published.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// The lists of what was published, a file for each workspace.
    pub fn menus(&self) -> PathBuf {
        self.state.join("menus")
    }

    /// Logs that came out of the guest.
    pub fn guest_logs(&self) -> PathBuf {
        self.state.join("guest-logs")
    }
}

/// Makes a folder that nobody else looks into.
fn make_private(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| Error::io("cannot make the folder", error).in_file(folder))
}
