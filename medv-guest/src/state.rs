//! What the agent must not forget: `state.json` in its folder.

use std::fs;
use std::path::PathBuf;

use medv_protocol::Phase;
use serde::{Deserialize, Serialize};

use crate::files::{Mode, write_whole};
use crate::{Error, Places, Result, system};

/// What is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// Whether first time setup has ended.
    pub(crate) phase: Phase,
    /// How often the guest has booted.
    pub(crate) boot: u64,
    /// What the system calls this boot.
    pub(crate) boot_id: Option<String>,
    /// Commands of first time setup that have ended.
    #[serde(default)]
    pub(crate) ended: Vec<EndedCommand>,
}

/// A command that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndedCommand {
    pub(crate) name: String,
    /// None if a signal ended it or it could not be run.
    pub(crate) code: Option<i32>,
}

fn path(places: &Places) -> PathBuf {
    places.state().join("state.json")
}

impl State {
    /// What was remembered; of a guest that never was, the beginning. A file that cannot be understood is an error: to begin
    /// anew would run commands twice.
    pub(crate) fn load(places: &Places) -> Result<Self> {
        let path = path(places);
        match fs::read(&path) {
            Ok(json) => serde_json::from_slice(&json).map_err(|error| Error::at(&path, error)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self { phase: Phase::Setup, boot: 0, boot_id: None, ended: Vec::new() })
            }
            Err(error) => Err(Error::at(&path, error)),
        }
    }

    /// Remembers it.
    pub(crate) fn save(&self, places: &Places) -> Result<()> {
        write_whole(&path(places), &serde_json::to_vec(self).unwrap_or_default(), Mode::Private)
    }

    /// Counts this boot, if it is another one than the last time.
    pub(crate) fn count_boot(&mut self, places: &Places) -> Result<()> {
        let id = system::boot_id(places);
        if self.boot == 0 || id.is_none() || id != self.boot_id {
            self.boot += 1;
            self.boot_id = id;
            self.save(places)?;
        }
        Ok(())
    }
}
