//! The answers of the host. `unattend.xml` and `sysprep.inf` have them too, and Windows' own setup has applied them before the
//! agent is installed. Left is a time zone that not every Windows knows: setup would fail at it.

use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use medv_protocol::Answers;
use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW;

use crate::{Error, Places, Result};

/// Applies what is left. What failed.
pub(crate) fn apply(places: &Places, answers: &Answers) -> Vec<Error> {
    let zone = answers.time_zone.as_ref().and_then(|zone| zone.windows.as_deref());
    let zone = zone.filter(|_| places.is_real());
    zone.and_then(|zone| set_time_zone(zone).err()).into_iter().collect()
}

fn set_time_zone(zone: &str) -> Result<()> {
    let windows = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    let program = Path::new(&windows).join(r"System32\tzutil.exe");
    let mut tzutil = Command::new(&program);
    tzutil.args(["/s", zone]).creation_flags(CREATE_NO_WINDOW).stdin(Stdio::null());
    let output = tzutil.output().map_err(|error| Error::at(&program, error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::new(format!("the time zone {zone} cannot be set: {}: {}", output.status, said.trim())))
}
