//! `medv-host` on a host that is a folder, with a user whose home is in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use medv_host::places::Places;

/// `medv-host ARGUMENT`
pub(crate) fn command(host: &Path, argument: &str) -> Command {
    let home = host.join("home");
    let mut command = Command::new(env!("CARGO_BIN_EXE_medv-host"));
    command.arg("--root").arg(host).arg(argument).env("HOME", &home);
    for (variable, folder) in
        [("XDG_DATA_HOME", "data"), ("XDG_STATE_HOME", "state"), ("XDG_RUNTIME_DIR", "run")]
    {
        command.env(variable, home.join(folder));
    }
    command
}

/// Where it looks for something of the agent's, as its environment is.
pub(crate) fn of_the_agent(host: &Path, what: impl Fn(&Places) -> PathBuf) -> PathBuf {
    let elsewhere = what(&Places::below(host, &host.join("elsewhere")).expect("folders"));
    let folder = host.join("home/run/medv");
    fs::create_dir_all(&folder).expect("a folder");
    folder.join(elsewhere.file_name().expect("a name"))
}
