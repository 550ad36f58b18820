//! `medv-host settings`: what `medv settings` has, from the medv beside this program.

use std::path::Path;
use std::process::Command;

use medv_codec::{Error, ErrorKind, Result};

pub(crate) fn run(root: Option<&Path>, arguments: &[String]) -> Result<()> {
    let name = if cfg!(windows) { "medv.exe" } else { "medv" };
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join(name)));
    let medv = beside.filter(|path| path.is_file()).unwrap_or_else(|| name.into());
    let mut command = Command::new(&medv);
    command.arg("settings").args(arguments);
    if let Some(root) = root {
        command.arg("--root").arg(root);
    }
    let status = command.status().map_err(|error| Error::io("cannot start medv", error).in_file(&medv))?;
    match status.code() {
        Some(0) => Ok(()),
        // It has said why, and there is nothing to add.
        Some(code) => std::process::exit(code),
        None => Err(Error::new(ErrorKind::Io, "medv settings was ended by a signal")),
    }
}
