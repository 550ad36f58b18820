//! What the guest knows of its host's network: `host-network.json` in the agent's folder, for any program that wants to know.

use std::path::PathBuf;

use medv_protocol::HostNetwork;

use crate::files::{Mode, read_text, remove, write_whole};
use crate::{Error, Places, Result};

fn path(places: &Places) -> PathBuf {
    places.state().join("host-network.json")
}

/// Notes what the host has said. Whoever waits for the file to change is not woken up for what it says already.
pub(crate) fn note(places: &Places, network: HostNetwork) -> Result<()> {
    let path = path(places);
    let mut json =
        serde_json::to_string_pretty(&network.bounded()).map_err(|error| Error::at(&path, error))?;
    json.push('\n');
    if read_text(&path)?.as_ref() == Some(&json) {
        return Ok(());
    }
    write_whole(&path, json.as_bytes(), Mode::Public)
}

/// The guest has restarted, perhaps with another kind of network.
pub(crate) fn forget(places: &Places) -> Result<()> {
    remove(&path(places))
}
