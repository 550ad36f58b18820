//! Restart and shutdown.

use std::process::{Command, Stdio};

use crate::{Error, Places, Result};

/// What becomes of the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    Restart,
    Off,
}

/// Windows syncs its disks when it goes down.
pub(crate) fn sync(_: &Places) {}

/// Restarts the guest, or turns it off; does not return when it does. Where a guest is only played, nothing happens.
pub(crate) fn change(places: &Places, power: Power) -> Result<()> {
    if !places.is_real() {
        return Ok(());
    }
    let how = match power {
        Power::Restart => "/r",
        Power::Off => "/s",
    };
    let status = Command::new("shutdown.exe").args([how, "/t", "0"]).stdin(Stdio::null()).status();
    match status.map_err(|error| Error::new(format!("shutdown.exe: {error}")))? {
        status if status.success() => loop {
            std::thread::park();
        },
        status => Err(Error::new(format!("shutdown.exe has failed: {status}"))),
    }
}
