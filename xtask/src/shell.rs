//! Running other programs, and the folders that every command uses.

use crate::Result;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// A folder under `target/`, made if it is missing.
pub(crate) fn target(name: &str) -> Result<PathBuf> {
    let folder = root().join("target").join(name);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// Where programs are looked for: `PATH`, our own tools, and the folders of system programs that a plain user's
/// `PATH` lacks on Debian.
fn search_path() -> OsString {
    let given = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&given).collect();
    folders.push(root().join("target/tools/bin"));
    folders.extend(["/usr/sbin", "/sbin"].map(PathBuf::from));
    std::env::join_paths(folders).unwrap_or(given)
}

/// The full path of an installed program.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&search_path()).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// A command that runs in the workspace's root and finds system programs too.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(find(program).unwrap_or_else(|| program.into()));
    command.current_dir(root()).env("PATH", search_path());
    // What cargo says of xtask is not so of what it builds; build scripts that look at it would run again.
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_about_a_package(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command
}

fn is_about_a_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"]
        .iter()
        .any(|start| variable.starts_with(start))
}

/// Runs a command whose output belongs on the terminal.
pub(crate) fn show(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| format!("{}: {error}", spelled(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{}: {status}", spelled(command)).into()) }
}

/// Runs a command silently; its last words are in the error if it fails. Returns what it wrote to stdout.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| format!("{}: {error}", spelled(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.trim().lines().collect();
    let last = lines.get(lines.len().saturating_sub(5)..).unwrap_or_default().join("\n  ");
    Err(format!("{}: {}\n  {last}", spelled(command), output.status).into())
}

/// A command as one would type it, without its folders and its environment.
fn spelled(command: &Command) -> String {
    let program =
        Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// Builds the `medv` program in release form and returns where it is.
pub(crate) fn build_medv() -> Result<PathBuf> {
    println!("building medv");
    show(command("cargo").args(["build", "--release", "--package", "medv-cli"]))?;
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(folder.join("release").join(format!("medv{}", std::env::consts::EXE_SUFFIX)))
}
