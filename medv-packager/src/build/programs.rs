//! The programs for Windows that go into a package. They are built once, with medv, and are the same in every package.

use std::path::{Path, PathBuf};

use medv_codec::{Error, Result};

/// What is in the programs' files.
#[derive(Clone, Debug)]
pub struct ProgramFiles {
    /// `setup.exe`.
    pub setup: Vec<u8>,
    /// `uninstall.exe`.
    pub uninstall: Vec<u8>,
    /// `medv-actions.dll`.
    pub actions: Vec<u8>,
}

impl ProgramFiles {
    /// Reads them from `folder`, or from where they are installed: the folder `programs` beside this program,
    /// `../lib/medv/programs` from there.
    ///
    /// # Errors
    /// Usage if there are none.
    pub fn find(folder: Option<&Path>) -> Result<Self> {
        let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.to_owned()));
        let folder = match (folder, beside) {
            (Some(folder), _) => Some(folder.to_owned()),
            (None, Some(beside)) => {
                let places: [PathBuf; 2] = [beside.join("programs"), beside.join("../lib/medv/programs")];
                places.into_iter().find(|place| place.join("setup.exe").is_file())
            }
            (None, None) => None,
        };
        let folder = folder.ok_or_else(|| {
            Error::usage("the programs that go into a package (setup.exe, uninstall.exe, medv-actions.dll) are not there")
                .advice("`cargo xtask dist` builds them; say where they are with --programs")
        })?;
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|error| {
                Error::io("cannot read", error)
                    .in_file(&path)
                    .advice("`cargo xtask dist` builds it; say where the programs are with --programs")
            })
        };
        Ok(Self {
            setup: read("setup.exe")?,
            uninstall: read("uninstall.exe")?,
            actions: read("medv-actions.dll")?,
        })
    }
}
