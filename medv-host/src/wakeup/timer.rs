//! The plan as a timer of the user's systemd.

use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use medv_codec::{Error, ErrorKind, Result};

use super::Plan;

const TIMER: &str = "medv-wakeup.timer";
const SERVICE: &str = "medv-wakeup.service";

/// The timer, and who is told of it.
#[derive(Clone, Debug)]
pub struct UserTimer {
    folder: PathBuf,
    systemctl: PathBuf,
}

impl UserTimer {
    /// The timer in this user's folder for units.
    ///
    /// # Errors
    /// If the user has no home.
    pub fn of_this_user() -> Result<Self> {
        let folder =
            |variable: &str| env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        let config = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
        let config = config
            .ok_or_else(|| Error::usage("the user has no home: neither XDG_CONFIG_HOME nor HOME is set"))?;
        Ok(Self::new(config.join("systemd/user"), "systemctl"))
    }

    /// The timer in `folder`, of which the program `systemctl` tells systemd.
    pub fn new(folder: impl Into<PathBuf>, systemctl: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), systemctl: systemctl.into() }
    }

    /// See [`super::schedule`].
    ///
    /// # Errors
    /// If the files cannot be written, or no systemd of the user answers. The files are written even then: its next start
    /// reads them.
    pub fn schedule(&self, plan: Option<&Plan>) -> Result<()> {
        match plan {
            Some(plan) => {
                self.write(SERVICE, &service(plan))?;
                self.write(TIMER, &timer(plan))?;
                self.tell(&["daemon-reload"])?;
                self.tell(&["enable", "--now", "--quiet", TIMER])
            }
            None if self.folder.join(TIMER).exists() => {
                let told = self.tell(&["disable", "--now", "--quiet", TIMER]);
                // What `disable` would have removed.
                self.remove(&format!("timers.target.wants/{TIMER}"))?;
                self.remove(TIMER)?;
                self.remove(SERVICE)?;
                told.and_then(|()| self.tell(&["daemon-reload"]))
            }
            None => Ok(()),
        }
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.folder.join(name);
        if fs::read_to_string(&path).is_ok_and(|there| there == text) {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| Error::io("cannot write the unit", error).in_file(path))
    }

    fn remove(&self, name: &str) -> Result<()> {
        let path = self.folder.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Error::io("cannot remove the unit", error).in_file(path))
            }
            _ => Ok(()),
        }
    }

    fn tell(&self, arguments: &[&str]) -> Result<()> {
        let mut systemctl = Command::new(&self.systemctl);
        systemctl.arg("--user").args(arguments).stdin(Stdio::null());
        let said = systemctl
            .output()
            .map_err(|error| Error::io("cannot be started", error).in_file(&self.systemctl))?;
        if said.status.success() {
            return Ok(());
        }
        let why = String::from_utf8_lossy(&said.stderr);
        let why = why.lines().next().unwrap_or("no reason given");
        let message = format!("the user's systemd does not {}: {why}", arguments[0]);
        Err(Error::new(ErrorKind::Unsupported, message))
    }
}

// There is no `WakeSystem`: a user's systemd may not wake up the host, and fails a timer that wants it.
fn timer(plan: &Plan) -> String {
    let (hour, minute) = (plan.hour, plan.minute);
    format!(
        "[Unit]\n\
         Description=Wakes up the workspace's machine for updates\n\
         \n\
         [Timer]\n\
         OnCalendar=*-*-* {hour:02}:{minute:02}:00\n\
         AccuracySec=1min\n\
         Persistent=false\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n"
    )
}

fn service(plan: &Plan) -> String {
    let command = [quoted(&plan.program.to_string_lossy())];
    let command: Vec<_> =
        command.into_iter().chain(plan.arguments().iter().map(|text| quoted(text))).collect();
    format!(
        "[Unit]\n\
         Description=Wakes up the workspace's machine for updates\n\
         \n\
         [Service]\n\
         Type=exec\n\
         ExecStart={}\n",
        command.join(" ")
    )
}

/// Text as one argument of a command in a unit.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', r"\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(time: &str) -> Plan {
        Plan::new("/usr/bin/medv-host", "50% Office", time, 240).unwrap().unwrap()
    }

    #[test]
    fn the_units_say_when_and_what() {
        assert!(timer(&plan("03:05")).contains("\nOnCalendar=*-*-* 03:05:00\n"));
        let command = "\nExecStart=\"/usr/bin/medv-host\" \"wake-up\" \"--minutes\" \"240\" \"--workspace\" \"50%% Office\"\n";
        assert!(service(&plan("03:05")).contains(command), "{}", service(&plan("03:05")));
    }

    #[cfg(unix)]
    mod with_systemd_analyze {
        use super::*;

        /// What systemd says against the units.
        fn verify(folder: &tempfile::TempDir) -> (bool, String) {
            let mut analyze = Command::new("systemd-analyze");
            analyze.args(["verify", "--user"]).arg(folder.path().join(TIMER));
            let said = analyze.env("XDG_RUNTIME_DIR", folder.path()).output().unwrap();
            (said.status.success(), String::from_utf8(said.stderr).unwrap())
        }

        #[test]
        fn systemd_finds_nothing_wrong_with_the_units() {
            let folder = tempfile::tempdir().unwrap();
            let timer = UserTimer::new(folder.path(), "/bin/true");
            let plan = Plan::new("/bin/true", "50% of the \"Office\" $HOME", "03:05", 240).unwrap().unwrap();
            timer.schedule(Some(&plan)).unwrap();
            assert_eq!(verify(&folder), (true, String::new()));
            fs::write(folder.path().join(TIMER), "[Timer]\nOnCalendar=never\n").unwrap();
            assert!(!verify(&folder).0);
        }
    }

    #[cfg(unix)]
    mod told {
        use super::*;
        use std::os::unix::fs::PermissionsExt;

        /// A `systemctl` that writes down what it is told, and a folder for units.
        fn scene(exit_code: u8) -> (tempfile::TempDir, UserTimer) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path();
            let systemctl = path.join("systemctl");
            let script = format!(
                "#!/bin/sh\necho \"$@\" >> '{}'\necho 'no bus' >&2\nexit {exit_code}\n",
                path.join("told").display()
            );
            fs::write(&systemctl, script).unwrap();
            fs::set_permissions(&systemctl, fs::Permissions::from_mode(0o755)).unwrap();
            let timer = UserTimer::new(path.join("units"), systemctl);
            (folder, timer)
        }

        fn units(timer: &UserTimer) -> Vec<String> {
            let mut names: Vec<_> = fs::read_dir(&timer.folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        }

        #[test]
        fn a_plan_is_made_changed_and_taken_away() {
            let (folder, timer) = scene(0);
            timer.schedule(Some(&plan("03:05"))).unwrap();
            timer.schedule(Some(&plan("04:10"))).unwrap();
            assert_eq!(units(&timer), [SERVICE, TIMER]);
            assert!(fs::read_to_string(timer.folder.join(TIMER)).unwrap().contains("04:10"));
            timer.schedule(None).unwrap();
            timer.schedule(None).unwrap();
            assert!(units(&timer).is_empty());
            let told = fs::read_to_string(folder.path().join("told")).unwrap();
            let told: Vec<_> = told.lines().collect();
            let made = ["--user daemon-reload", "--user enable --now --quiet medv-wakeup.timer"];
            let removed = ["--user disable --now --quiet medv-wakeup.timer", "--user daemon-reload"];
            assert_eq!(told, [made, made, removed].concat());
        }

        #[test]
        fn without_a_systemd_of_the_user_the_error_says_why() {
            let (_folder, timer) = scene(1);
            let error = timer.schedule(Some(&plan("03:05"))).unwrap_err();
            assert_eq!(error.to_string(), "the user's systemd does not daemon-reload: no bus");
            assert!(timer.schedule(None).is_err());
            assert!(units(&timer).is_empty());
        }
    }
}
