//! The user's session at the guest's screen. Where systemd is, it logs the user on by PAM, on a terminal of his own, as it would
//! for whoever sits there; [`become_session`] is what he works with.

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::accounts::User;
use super::{find_program, session};
use crate::{Error, Places, Result};

const UNIT: &str = "medv-session.service";

/// The first terminal that is nobody's: text consoles have those before it. Where a login screen was, its place is here.
const TERMINAL: &str = "7";

/// What an administrator wants to be started for users.
const OWN_SESSION: &str = "/etc/medv/session";

/// How long a desktop may take until applications are started without it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Logs the user on, and waits for his desktop if there is to be one. Another user's session ends. One that he has already goes
/// on. Without systemd there are no sessions: programs run as the user, and that is all.
///
/// # Errors
/// If there is no session, or no desktop. Programs can be started for all that.
pub(super) fn open(places: &Places, user: &User) -> Result<()> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if !places.is_real() || !Path::new("/run/systemd/system").is_dir() {
        return Ok(());
    }
    match whose()? {
        Some(other) if other == user.name => return Ok(()),
        Some(other) => end(&other)?,
        None => {}
    }
    let opened = start(places, &user.name).and_then(|()| wait_for_session(places, user));
    if opened.is_err() {
        // A guest without terminals: what programs need of systemd is there all the same.
        _ = call("systemctl", &["start", &format!("user@{}.service", user.uid)])?;
    }
    opened
}

/// Who has a session.
fn whose() -> Result<Option<String>> {
    let shown = call("systemctl", &["show", "--property=ActiveState,User", UNIT])?;
    let shown = assignments(&String::from_utf8_lossy(&shown.stdout));
    let is_there = shown.get("ActiveState").is_some_and(|state| state == "active" || state == "activating");
    Ok(shown.get("User").filter(|_| is_there).cloned())
}

/// Ends it, with all that runs in it: PAM has made that a session of its own, which is not the unit's to end.
fn end(user: &str) -> Result<()> {
    _ = call("loginctl", &["terminate-user", user])?;
    _ = call("systemctl", &["stop", UNIT])?;
    Ok(())
}

fn start(places: &Places, user: &str) -> Result<()> {
    let mut systemd = Command::new("systemd-run");
    systemd.args([
        "--quiet",
        "--collect",
        "--unit",
        UNIT,
        "--description",
        "Session of the workspace's user",
    ]);
    for property in [
        // Who is logged on needs no login screen.
        "Conflicts=display-manager.service",
        "After=display-manager.service systemd-logind.service systemd-user-sessions.service",
        "StartLimitIntervalSec=60",
        "StartLimitBurst=5",
        "Restart=always",
        "RestartSec=2",
        "TimeoutStopSec=10",
        "PAMName=login",
        "WorkingDirectory=~",
        "StandardInput=tty-fail",
        "StandardOutput=inherit",
        "StandardError=inherit",
        "TTYReset=yes",
        "TTYVHangup=yes",
        "TTYVTDisallocate=yes",
        "UtmpMode=user",
    ] {
        systemd.arg("--property").arg(property);
    }
    let tty = format!("tty{TERMINAL}");
    for (property, value) in [("User", user), ("TTYPath", &format!("/dev/{tty}")), ("UtmpIdentifier", &tty)] {
        systemd.arg("--property").arg(format!("{property}={value}"));
    }
    let started = output(systemd.arg(places.program("medv-guest")).arg("session"))?;
    if !started.status.success() {
        let why = String::from_utf8_lossy(&started.stderr);
        return Err(Error::new(format!("systemd does not open a session for {user}: {}", why.trim())));
    }
    let seat =
        ["org.freedesktop.login1", "/org/freedesktop/login1/seat/seat0", "org.freedesktop.login1.Seat"];
    _ = call("busctl", &["call", seat[0], seat[1], seat[2], "SwitchTo", "u", TERMINAL])?;
    Ok(())
}

/// Becomes what the user works with. Returns only what went wrong.
#[must_use]
pub fn become_session(places: &Places) -> Error {
    let mut command = match desktop(places) {
        Some(program) => Command::new(program),
        None => login_shell(),
    };
    let error = command.exec();
    Error::new(format!("{}: {error}", command.get_program().display()))
}

/// The program that brings the user's desktop: the administrator's, or what starts the one that X would start.
fn desktop(places: &Places) -> Option<String> {
    if super::is_command(&places.at(OWN_SESSION)) {
        return Some(OWN_SESSION.to_owned());
    }
    find_program(places, &["startx"])
}

fn login_shell() -> Command {
    let shell = std::env::var_os("SHELL").unwrap_or_else(|| "/bin/sh".into());
    let mut command = Command::new(&shell);
    // So it knows that it is one.
    let name = Path::new(&shell).file_name().unwrap_or(&shell).to_owned();
    let mut marked = std::ffi::OsString::from("-");
    marked.push(name);
    command.arg0(marked);
    command
}

fn wait_for_session(places: &Places, user: &User) -> Result<()> {
    let has_desktop = desktop(places).is_some();
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let environment = environment(user);
        let has = |name: &str| environment.contains_key(name);
        if !environment.is_empty() {
            if !has_desktop || has("WAYLAND_DISPLAY") {
                return Ok(());
            }
            if has("DISPLAY") || Path::new("/tmp/.X11-unix/X0").exists() {
                return wait_for_desktop(places, user);
            }
        }
        if whose()?.is_none() {
            return Err(Error::new(format!("the session of {} ends as soon as it begins", user.name)));
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    Err(Error::new(format!("the session of {} has not come in {} s", user.name, PATIENCE.as_secs())))
}

/// Only as the user, and in his environment, the display can be asked.
fn wait_for_desktop(places: &Places, user: &User) -> Result<()> {
    let mut waiting = session::as_user(places, &user.name);
    let waited = output(waiting.arg(places.program("medv-guest")).arg("wait-for-desktop"))?;
    if waited.status.success() {
        return Ok(());
    }
    Err(Error::new(format!(
        "the desktop of {}: {}",
        user.name,
        String::from_utf8_lossy(&waited.stderr).trim()
    )))
}

/// What the user's systemd gives to all that it starts, the desktop's display among it. Empty where there is none.
pub(super) fn environment(user: &User) -> BTreeMap<String, String> {
    let runtime = runtime_folder(user);
    if !Path::new(&runtime).join("systemd/private").exists() {
        return BTreeMap::new();
    }
    let mut systemctl = Command::new("systemctl");
    systemctl
        .args(["--user", "show-environment"])
        .uid(user.uid)
        .gid(user.gid)
        .env("XDG_RUNTIME_DIR", runtime);
    let shown = output(&mut systemctl).map(|shown| shown.stdout).unwrap_or_default();
    assignments(&String::from_utf8_lossy(&shown))
}

/// The folder of the user's sockets.
pub(super) fn runtime_folder(user: &User) -> String {
    format!("/run/user/{}", user.uid)
}

/// Lines with `NAME=VALUE`. A value that had to be quoted is none that a program needs to know.
fn assignments(text: &str) -> BTreeMap<String, String> {
    let plain = text.lines().filter_map(|line| line.split_once('='));
    let plain = plain.filter(|(_, value)| !value.starts_with("$'"));
    plain.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn call(program: &str, arguments: &[&str]) -> Result<Output> {
    output(Command::new(program).args(arguments))
}

fn output(command: &mut Command) -> Result<Output> {
    let done = command.stdin(Stdio::null()).output();
    done.map_err(|error| Error::new(format!("{}: {error}", command.get_program().display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systemd_shows_is_taken_apart() {
        let found = assignments("DISPLAY=:0\nPATH=/bin:/usr/bin\nODD=$'a\\nb'\nOPTIONS=a=b\nnothing\n");
        let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(found, [("DISPLAY", ":0"), ("OPTIONS", "a=b"), ("PATH", "/bin:/usr/bin")]);
    }

    #[test]
    fn the_administrators_session_goes_before_the_one_that_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::below(folder.path().to_owned());
        assert_eq!(desktop(&places), None);
        for (path, expected) in [("/usr/bin/startx", "/usr/bin/startx"), (OWN_SESSION, OWN_SESSION)] {
            crate::files::write_whole(&places.at(path), b"#!/bin/sh\n", crate::files::Mode::Program).unwrap();
            assert_eq!(desktop(&places).as_deref(), Some(expected));
        }
    }
}
