//! Restart and shutdown.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::system::{RebootCommand, reboot};

use crate::files::read_text;
use crate::{Error, Places, Result};

/// What becomes of the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    Restart,
    Off,
}

/// How long the guest's own way may take; then the kernel is told.
const PATIENCE: Duration = Duration::from_secs(90);

/// Brings everything onto the disk.
pub(crate) fn sync(places: &Places) {
    if places.is_real() {
        rustix::fs::sync();
    }
}

/// Restarts the guest, or turns it off. `is_stopped_within` waits until the system ends this program on its way down, which it
/// waits for itself. Where a guest is only played, nothing happens.
pub(crate) fn change(
    places: &Places,
    power: Power,
    is_stopped_within: impl FnOnce(Duration) -> bool,
) -> Result<()> {
    if !places.is_real() || (ask_first_process(power) && is_stopped_within(PATIENCE)) {
        return Ok(());
    }
    rustix::fs::sync();
    let command = match power {
        Power::Restart => RebootCommand::Restart,
        Power::Off => RebootCommand::PowerOff,
    };
    reboot(command).map_err(|error| Error::new(format!("the kernel refuses: {error}")))
}

/// `false` if the first process is none that ends the others in good order, such as a script.
fn ask_first_process(power: Power) -> bool {
    let command = match power {
        Power::Restart => "reboot",
        Power::Off => "poweroff",
    };
    // A script called init has its shell as the first word.
    let line = read_text("/proc/1/cmdline".as_ref()).ok().flatten().unwrap_or_default();
    let program = line.split(['\0', ' ']).next().and_then(|word| word.rsplit('/').next());
    let mut ask = if Path::new("/run/systemd/system").is_dir() {
        let mut ask = Command::new("systemctl");
        ask.arg(command);
        ask
    } else if matches!(program, Some("init" | "openrc-init" | "runit" | "s6-svscan")) {
        Command::new(command)
    } else {
        return false;
    };
    ask.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    ask.status().is_ok_and(|status| status.success())
}
