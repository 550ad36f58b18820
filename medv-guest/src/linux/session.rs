//! The user who is logged on, and programs that run as him.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Gid, Uid};

use super::accounts::{self, User, group_ids};
use super::{USERS_PATH, is_command, login, password};
use crate::{Error, Places, Result};

/// A user who has given his password.
pub(crate) struct Session {
    user: User,
}

impl Session {
    /// Checks the password.
    pub(crate) fn begin(places: &Places, name: &str, password: &str) -> Result<Self> {
        let user = accounts::user(places, name)?;
        password::check(places, name, password)?;
        Ok(Self { user })
    }

    pub(crate) fn user(&self) -> &str {
        &self.user.name
    }

    /// Brings the user to the guest's screen, which may take a while.
    ///
    /// # Errors
    /// If he is not there. Programs can be started for all that.
    pub(crate) fn open(&self, places: &Places) -> Result<()> {
        login::open(places, &self.user)
    }

    /// Starts a program as the user.
    pub(crate) fn spawn(&self, places: &Places, command: &[OsString]) -> Result<Child> {
        let program = command.first().ok_or_else(|| Error::new("no program is given"))?;
        // What is spawned is this program itself, which is always there.
        if !self.finds(places, program) {
            return Err(Error::new(format!("{} is not installed", program.display())));
        }
        as_user(places, self.user())
            .args(command)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Error::new(format!("a program cannot be started: {error}")))
    }

    /// Whether the program will be found as the user. His systemd may know more folders; it is asked last, for that takes a while.
    fn finds(&self, places: &Places, program: &OsStr) -> bool {
        is_in(USERS_PATH, program)
            || environment(places, &self.user).get("PATH").is_some_and(|path| is_in(path, program))
    }
}

/// Whether one of these folders has the program, or it is there by a path of its own. It is looked for as the system will when it
/// starts it, which knows nothing of a folder that plays the guest.
fn is_in(path: &str, program: &OsStr) -> bool {
    path.split(':').any(|folder| is_command(&Path::new(folder).join(program)))
}

/// What the user's systemd gives to all that it starts; a folder that plays a guest has none.
fn environment(places: &Places, user: &User) -> BTreeMap<String, String> {
    if places.is_real() { login::environment(user) } else { BTreeMap::new() }
}

/// What starts the program that its further arguments are, as a user: this program calls itself, becomes the user, starts the
/// program and waits for it.
pub(super) fn as_user(places: &Places, user: &str) -> Command {
    // /proc/self/exe is right even when the file was replaced meanwhile.
    let mut command = Command::new("/proc/self/exe");
    command.arg0("medv-guest").arg("--root").arg(places.root()).args(["as-user", user]);
    command
}

/// Becomes the user, then what waits for the program. Returns only what went wrong. This process must have one thread: what it becomes
/// holds for the thread that asks.
#[must_use]
pub fn become_user(places: &Places, name: &str, command: &[OsString]) -> Error {
    match prepare(places, name, command) {
        Ok(mut command) => {
            let error = command.exec();
            Error::new(format!("{}: {error}", command.get_program().display()))
        }
        Err(error) => error,
    }
}

fn prepare(places: &Places, name: &str, command: &[OsString]) -> Result<Command> {
    let user = accounts::user(places, name)?;
    let failed = |error: rustix::io::Errno| Error::new(format!("cannot become {name}: {error}"));
    if rustix::process::getuid().is_root() {
        let groups: Vec<Gid> = group_ids(places, &user)?.into_iter().map(Gid::from_raw).collect();
        rustix::thread::set_thread_groups(&groups).map_err(failed)?;
        rustix::thread::set_thread_gid(Gid::from_raw(user.gid)).map_err(failed)?;
        rustix::thread::set_thread_uid(Uid::from_raw(user.uid)).map_err(failed)?;
    } else if rustix::process::getuid().as_raw() != user.uid {
        return Err(Error::new(format!("cannot become {name}: only root can")));
    }
    // A session of its own: whoever ends the agent does not end the user's programs. That it leads one already is fine.
    let _ = rustix::process::setsid();
    let home = places.at(&user.home);
    let environment = environment(places, &user);
    let own_program = places.program("medv-guest");
    let mut line = if environment.is_empty() {
        Command::new(own_program)
    } else {
        // It is the user's, and not the agent's, in the eyes of systemd: who ends the agent leaves it alone.
        let mut scope = Command::new("systemd-run");
        scope.args(["--user", "--scope", "--quiet", "--collect", "--"]).arg(own_program);
        scope
    };
    line.arg("application").args(command).env_clear();
    line.env("PATH", USERS_PATH).env("DISPLAY", ":0").env("LANG", super::apps::locale(places));
    let runtime = places.at(login::runtime_folder(&user));
    if runtime.is_dir() {
        line.env("XDG_RUNTIME_DIR", &runtime);
    }
    line.envs(environment);
    line.env("HOME", &home).env("USER", name).env("LOGNAME", name).env("SHELL", &user.shell);
    line.current_dir(if home.is_dir() { &home } else { places.root() });
    Ok(line)
}
