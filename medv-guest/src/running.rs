//! Programs that the host has had started, and that run: `running.json` in the agent's folder. Whoever kills the agent does not
//! kill them; the next agent waits for their ends in its place.

use std::path::PathBuf;

use medv_protocol::RequestId;
use serde::{Deserialize, Serialize};

use crate::files::{read_json, write_json};
use crate::{Places, Result};

/// A process. Its number may be another one's after its end, but that one began later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    pub(crate) id: u32,
    /// When it began, as the system counts it.
    pub(crate) began: u64,
}

/// A program, and the request that had it started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Started {
    pub(crate) request: RequestId,
    #[serde(flatten)]
    pub(crate) process: Process,
}

/// All of them, in one boot of the guest: none outlives it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Running {
    boot: u64,
    programs: Vec<Started>,
}

impl Running {
    /// None.
    pub(crate) fn new(boot: u64) -> Self {
        Self { boot, programs: Vec::new() }
    }

    /// Those whose ends an agent before this one has not told; none if it was in another boot.
    pub(crate) fn load(places: &Places, boot: u64) -> Result<Self> {
        let written = read_json(&path(places))?.filter(|written: &Self| written.boot == boot);
        Ok(written.unwrap_or_else(|| Self::new(boot)))
    }

    pub(crate) fn programs(&self) -> &[Started] {
        &self.programs
    }

    /// One more.
    pub(crate) fn add(&mut self, places: &Places, program: Started) -> Result<()> {
        self.programs.push(program);
        self.save(places)
    }

    /// The host knows of its end.
    pub(crate) fn remove(&mut self, places: &Places, request: RequestId) -> Result<()> {
        self.programs.retain(|program| program.request != request);
        self.save(places)
    }

    fn save(&self, places: &Places) -> Result<()> {
        write_json(&path(places), self)
    }
}

fn path(places: &Places) -> PathBuf {
    places.state().join("running.json")
}
