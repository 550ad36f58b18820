//! A window with the screen of a machine that runs without one.

use std::path::Path;
use std::process::{Command, Stdio};

use medv_codec::{Error, ErrorKind, Result};

use crate::programs;

/// Opens it. It stays when the machine ends, or is closed before: neither harms the other.
pub(super) fn open(socket: &Path) -> Result<()> {
    if cfg!(windows) {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "on Windows a machine's screen is seen in QEMU's own window only, and this machine was started without it",
        )
        .advice("stop the machine, and start it"));
    }
    let (program, address) = if let Some(program) = programs::find("remote-viewer") {
        (program, format!("vnc+unix://{}", socket.display()).into())
    } else if let Some(program) = programs::find("vncviewer") {
        (program, socket.as_os_str().to_owned())
    } else {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "there is no program that shows the machine's screen: neither remote-viewer nor vncviewer is in PATH",
        )
        .advice("install one; on Debian: apt install virt-viewer, or apt install tigervnc-viewer"));
    };
    let mut command = Command::new(&program);
    command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut viewer = command.spawn().map_err(|error| Error::io("cannot start", error).in_file(program))?;
    // Somebody must wait for it, or its remains stay until we end.
    std::thread::spawn(move || viewer.wait());
    Ok(())
}
