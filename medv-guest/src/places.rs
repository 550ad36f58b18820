//! Where things are in the guest; in tests, in a folder that plays one.

use std::path::{Path, PathBuf};

use crate::system;

/// The root of the guest's file system, or of what plays it.
#[derive(Clone, Debug)]
pub struct Places {
    root: PathBuf,
}

impl Places {
    /// Everything below this folder.
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// `false` if this is only a folder that plays a guest: then nothing is restarted, and no kernel is told anything.
    pub(crate) fn is_real(&self) -> bool {
        self.root == Path::new(system::ROOT)
    }

    /// An absolute path of the guest.
    pub(crate) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        if self.is_real() {
            return path.to_owned();
        }
        self.root.join(system::relative(path))
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where the agent keeps what it must not forget.
    pub(crate) fn state(&self) -> PathBuf {
        self.at(system::state_folder())
    }

    /// Where the programs are.
    pub(crate) fn programs(&self) -> PathBuf {
        self.at(system::program_folder())
    }

    /// A program's place.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.programs().join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Where logs are: the agent's, and one of each command.
    pub(crate) fn logs(&self) -> PathBuf {
        self.at(system::log_folder())
    }

    /// The agent's own log.
    pub(crate) fn log(&self) -> PathBuf {
        self.logs().join("medv-guest.log")
    }

    /// The administrator's commands.
    pub(crate) fn commands(&self) -> PathBuf {
        self.at(system::command_folder())
    }
}
