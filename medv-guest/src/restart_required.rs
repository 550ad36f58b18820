//! "Something was installed that wants a restart": a file in the agent's folder, which scripts write by `medv-guest
//! restart-required REASON`, and whatever the system has for it.

use std::path::PathBuf;

use crate::files::{Mode, read_text, remove, write_whole};
use crate::{Places, Result, system};

fn path(places: &Places) -> PathBuf {
    places.state().join("restart-required")
}

/// Notes that a restart is wanted.
///
/// # Errors
/// If the agent's folder cannot be written.
pub fn note(places: &Places, reason: &str) -> Result<()> {
    let reason: String = reason.chars().filter(|c| !c.is_control()).take(500).collect();
    write_whole(&path(places), reason.as_bytes(), Mode::Public)
}

/// Why a restart is wanted, if one is.
pub(crate) fn reason(places: &Places) -> Option<String> {
    let noted = read_text(&path(places)).ok().flatten().map(|text| text.trim().to_owned());
    noted.or_else(|| system::restart_required(places))
}

/// The guest has restarted.
pub(crate) fn forget(places: &Places) -> Result<()> {
    remove(&path(places))
}
