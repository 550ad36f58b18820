//! What the agent must not forget: `state.json` in its folder.

use std::path::PathBuf;

use medv_protocol::Phase;
use serde::{Deserialize, Serialize};

use crate::files::{read_json, write_json};
use crate::{Places, Result, system};

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
        let none = || Self { phase: Phase::Setup, boot: 0, boot_id: None, ended: Vec::new() };
        Ok(read_json(&path(places))?.unwrap_or_else(none))
    }

    /// Remembers it.
    pub(crate) fn save(&self, places: &Places) -> Result<()> {
        write_json(&path(places), self)
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
