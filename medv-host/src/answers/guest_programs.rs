//! The programs of the guest agent, which the medium brings to the guest.

use std::path::{Path, PathBuf};

use medv_codec::{Error, Result};

/// Names the folder with the programs, instead of where they are installed.
const VARIABLE: &str = "MEDV_GUEST_PROGRAMS";

/// The system that the programs are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    Linux,
    Windows,
}

impl System {
    fn folder(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Windows => "windows",
        }
    }

    /// Their names.
    pub(super) fn programs(self) -> [&'static str; 2] {
        match self {
            Self::Linux => ["medv-guest", "ftscompletion"],
            Self::Windows => ["medv-guest.exe", "ftscompletion.exe"],
        }
    }
}

/// The folder that has a folder with programs for each system: that of `MEDV_GUEST_PROGRAMS`, `guest` beside this
/// program, or `../lib/medv/guest` from there.
pub fn guest_programs_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(VARIABLE) {
        return Some(folder.into());
    }
    let beside = std::env::current_exe().ok()?.parent()?.to_owned();
    [beside.join("guest"), beside.join("../lib/medv/guest")].into_iter().find(|folder| folder.is_dir())
}

/// The programs in such a folder for a guest that calls its system so (`linux`, `windows`): name and content.
///
/// # Errors
/// Usage if there are none; I/O if they cannot be read.
pub fn guest_programs(folder: Option<&Path>, system: &str) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let system = if system == "windows" { System::Windows } else { System::Linux };
    read(folder, system)
}

/// Reads the programs for a system: name and content.
///
/// # Errors
/// Usage if there is no folder with them; I/O if they cannot be read.
pub(super) fn read(folder: Option<&Path>, system: System) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let advice = format!(
        "reinstall the host agent, or name the folder with {}/{} in {VARIABLE}",
        system.folder(),
        system.programs()[0]
    );
    let Some(folder) = folder else {
        return Err(Error::usage("the programs of the guest agent are not there").advice(advice));
    };
    let read = |name: &'static str| {
        let path = folder.join(system.folder()).join(name);
        std::fs::read(&path).map(|content| (name, content)).map_err(|error| {
            Error::io("cannot read a program of the guest agent", error).in_file(path).advice(&advice)
        })
    };
    system.programs().into_iter().map(read).collect()
}
