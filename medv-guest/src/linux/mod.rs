//! What Linux does in its own way.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::Places;
use crate::files::read_text;

pub(crate) mod accounts;
pub(crate) mod application;
pub(crate) mod apps;
pub(crate) mod clock;
mod cups;
pub(crate) mod desktop;
mod desktop_entry;
pub(crate) mod login;
mod password;
pub(crate) mod personalise;
pub(crate) mod port;
pub(crate) mod power;
pub(crate) mod printers;
pub(crate) mod process;
pub(crate) mod service;
pub(crate) mod session;
pub(crate) mod watch;

/// The root of the real file system.
pub(crate) const ROOT: &str = "/";

/// The programs that the medium has, and what they are called when they are installed.
pub(crate) const PROGRAMS: &[&str] = &["medv-guest", "ftscompletion"];

pub(crate) fn relative(path: &Path) -> &Path {
    path.strip_prefix("/").unwrap_or(path)
}

pub(crate) fn state_folder() -> &'static str {
    "/var/lib/medv-guest"
}

pub(crate) fn program_folder() -> &'static str {
    "/usr/local/lib/medv"
}

pub(crate) fn log_folder() -> &'static str {
    "/var/log/medv"
}

pub(crate) fn command_folder() -> &'static str {
    "/etc/medv/first-time-setup.d"
}

/// A file that may be run.
pub(crate) fn is_command(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

pub(crate) fn command(path: &Path) -> Command {
    Command::new(path)
}

/// Whether another file than the one that runs is at the place of this program.
pub(crate) fn is_replaced(program: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path: &Path| fs::metadata(path).map(|file| (file.dev(), file.ino())).ok();
    id(program).is_some_and(|there| id(Path::new("/proc/self/exe")) != Some(there))
}

/// Whether the system's own setup is over. Nobody waits for it here: cloud-init goes on with us.
pub(crate) fn is_set_up() -> bool {
    true
}

/// What the kernel calls this boot.
pub(crate) fn boot_id(places: &Places) -> Option<String> {
    let id = read_text(&places.at("/proc/sys/kernel/random/boot_id")).ok().flatten()?;
    Some(id.trim().to_owned())
}

pub(crate) fn computer_name(places: &Places) -> String {
    if places.is_real() {
        return rustix::system::uname().nodename().to_string_lossy().into_owned();
    }
    read_text(&places.at("/etc/hostname")).ok().flatten().unwrap_or_default().trim().to_owned()
}

/// Debian's way to say it, which others have taken over.
pub(crate) fn restart_required(places: &Places) -> Option<String> {
    if !places.at("/run/reboot-required").exists() {
        return None;
    }
    let packages = read_text(&places.at("/run/reboot-required.pkgs")).ok().flatten().unwrap_or_default();
    let packages: Vec<&str> = packages.lines().collect();
    Some(if packages.is_empty() { "updates".into() } else { packages.join(", ").chars().take(500).collect() })
}

/// There is to be a desktop, and its screen is not there yet.
pub(crate) fn desktop_is_coming(places: &Places) -> bool {
    let has_files =
        |folder: &str| fs::read_dir(places.at(folder)).is_ok_and(|mut files| files.next().is_some());
    places.at("/etc/systemd/system/display-manager.service").exists() && !has_files("/tmp/.X11-unix")
}

/// The folders of programs that users are given.
const USERS_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games";

/// The folders of programs that are the system's own.
const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/sbin:/sbin";

/// The first of these programs that the guest has, by its path in the guest.
pub(crate) fn find_program(places: &Places, names: &[&str]) -> Option<String> {
    let folders = || USERS_PATH.split(':').chain(SYSTEM_PATH.split(':'));
    let mut paths = names.iter().flat_map(|name| folders().map(move |folder| format!("{folder}/{name}")));
    paths.find(|path| is_command(&places.at(path)))
}
