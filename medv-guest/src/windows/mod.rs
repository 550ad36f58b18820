//! What Windows does in its own way. Modules with `unsafe` say so; each has one family of calls.

use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use winreg::RegKey;
use winreg::enums::HKEY_LOCAL_MACHINE;

use crate::Places;

pub(crate) mod accounts;
pub(crate) mod apps;
mod boot;
pub(crate) mod clock;
mod own_setup;
pub(crate) mod personalise;
pub(crate) mod port;
pub(crate) mod power;
pub(crate) mod printers;
pub(crate) mod process;
pub(crate) mod service;
pub(crate) mod session;
mod text;
pub(crate) mod watch;

pub(crate) use boot::boot_id;
pub(crate) use own_setup::is_set_up;

/// The root of the real file system.
pub(crate) const ROOT: &str = "C:\\";

/// The programs that the medium has, and what they are called when they are installed.
pub(crate) const PROGRAMS: &[&str] = &["medv-guest", "ftscompletion"];

pub(crate) fn relative(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, Component::Prefix(_) | Component::RootDir)).collect()
}

pub(crate) fn state_folder() -> PathBuf {
    program_data().join("Guest")
}

pub(crate) fn program_folder() -> PathBuf {
    let programs = std::env::var_os("ProgramFiles").unwrap_or_else(|| r"C:\Program Files".into());
    Path::new(&programs).join("Microsoft Enterprise Desktop Virtualization")
}

pub(crate) fn log_folder() -> PathBuf {
    state_folder().join("Logs")
}

pub(crate) fn command_folder() -> PathBuf {
    program_data().join("FirstTimeSetup")
}

fn program_data() -> PathBuf {
    let data = std::env::var_os("ProgramData").unwrap_or_else(|| r"C:\ProgramData".into());
    Path::new(&data).join(r"Microsoft\Medv")
}

/// A script or a program.
pub(crate) fn is_command(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    path.is_file() && ["cmd", "bat", "exe"].iter().any(|one| ending.eq_ignore_ascii_case(one))
}

pub(crate) fn command(path: &Path) -> Command {
    Command::new(path)
}

/// Whether another file than the one that runs is at the place of this program. Nobody waits here while one is put there.
pub(crate) fn is_replaced(_: &Path) -> bool {
    false
}

pub(crate) fn computer_name(_: &Places) -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// Windows Update wants one.
pub(crate) fn restart_required(_: &Places) -> Option<String> {
    let key = r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired";
    RegKey::predef(HKEY_LOCAL_MACHINE).open_subkey(key).is_ok().then(|| "updates".into())
}

/// Explorer does not run yet.
pub(crate) fn desktop_is_coming(_: &Places) -> bool {
    let mut list = Command::new("tasklist.exe");
    list.args(["/nh", "/fi", "imagename eq explorer.exe"]).stdin(Stdio::null());
    let listed = list.output().map(|output| String::from_utf8_lossy(&output.stdout).to_lowercase());
    listed.is_ok_and(|text| !text.contains("explorer.exe"))
}
