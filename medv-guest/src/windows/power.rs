//! Restart and shutdown.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::{Error, Places, Result};

/// What becomes of the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    Restart,
    Off,
}

/// How long Windows may take to end this program.
const PATIENCE: Duration = Duration::from_secs(600);

/// Windows syncs its disks when it goes down.
pub(crate) fn sync(_: &Places) {}

/// Restarts the guest, or turns it off. `is_stopped_within` waits until Windows ends this program on its way down. Where a guest is
/// only played, nothing happens.
pub(crate) fn change(
    places: &Places,
    power: Power,
    is_stopped_within: impl FnOnce(Duration) -> bool,
) -> Result<()> {
    if !places.is_real() {
        return Ok(());
    }
    let how = match power {
        Power::Restart => "/r",
        Power::Off => "/s",
    };
    let status = Command::new("shutdown.exe").args([how, "/t", "0"]).stdin(Stdio::null()).status();
    let status = status.map_err(|error| Error::new(format!("shutdown.exe: {error}")))?;
    if !status.success() {
        return Err(Error::new(format!("shutdown.exe has failed: {status}")));
    }
    if is_stopped_within(PATIENCE) {
        return Ok(());
    }
    Err(Error::new(format!("Windows takes longer than {} s", PATIENCE.as_secs())))
}
