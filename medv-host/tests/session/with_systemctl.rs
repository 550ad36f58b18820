//! The daily wake-up as a timer of a systemd of the test's own: it has namespaces of its own as well, and ends with them.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use medv_host::local_time::LocalTime;
use medv_host::wakeup::{Plan, UserTimer};

use crate::own_namespaces::{call, must_pass};
use crate::private_session::eventually;

/// Says that this process has namespaces of its own; in them is the folder that it names.
const INSIDE: &str = "MEDV_TEST_INSIDE_A_SYSTEM";

/// A system of which nobody else sees anything.
const SYSTEM: &str = "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && \
                      mount -t tmpfs tmpfs /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec \"$@\"";

/// What the machine's name is: systemd must not take any of it for its own.
const WORKSPACE: &str = "50% of the \"Office\" $HOME";

#[test]
fn systemd_calls_the_agent_at_its_time_until_the_plan_goes() {
    if let Some(folder) = env::var_os(INSIDE) {
        return inside(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let namespaces = ["--cgroup", "--pid", "--fork", "--kill-child", "--mount-proc"];
    let mut within = call(&namespaces, SYSTEM, "systemd_calls_the_agent");
    within.env(INSIDE, folder.path());
    within.env("HOME", folder.path()).env("XDG_RUNTIME_DIR", folder.path().join("run"));
    for other in ["TZ", "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS", "NOTIFY_SOCKET"] {
        within.env_remove(other);
    }
    must_pass(&mut within);
}

fn inside(folder: &Path) {
    hurry(folder);
    let _systemd = Systemd::start();
    let calls = folder.join("calls");
    let program = program(folder, &calls);
    let plan = |time: &str| Plan::new(&program, WORKSPACE, time, 240).unwrap().unwrap();
    let timer = UserTimer::of_this_user().unwrap();
    let expected = format!("wake-up\n--minutes\n240\n--workspace\n{WORKSPACE}\n");
    let called = || {
        eventually(|| calls.exists());
        assert_eq!(fs::read_to_string(&calls).unwrap(), expected);
        fs::remove_file(&calls).unwrap();
    };

    // One that is due in half a day; whatever it is, it is the service that is called.
    let time = time_in(12 * 60);
    timer.schedule(Some(&plan(&time))).unwrap();
    assert!(timers().contains(&format!(" {time}:00 ")), "{}", timers());
    systemctl(&["start", "medv-wakeup.service"]);
    called();

    // A plan that has changed, and is due soon.
    let time = time_in(1);
    timer.schedule(Some(&plan(&time))).unwrap();
    assert!(timers().contains(&format!(" {time}:00 ")), "{}", timers());
    called();

    timer.schedule(None).unwrap();
    assert!(!timers().contains("medv"), "{}", timers());
    assert_eq!(units(&folder.join(".config/systemd/user")), Vec::<PathBuf>::new());
}

/// The timer may be a minute late, as the hosts of many users are better not busy all at once.
fn hurry(folder: &Path) {
    let overrides = folder.join("run/systemd/user/medv-wakeup.timer.d");
    fs::create_dir_all(&overrides).unwrap();
    fs::write(overrides.join("hurry.conf"), "[Timer]\nAccuracySec=1s\n").unwrap();
    fs::set_permissions(folder.join("run"), fs::Permissions::from_mode(0o700)).unwrap();
}

/// A program that writes down its arguments, a line each.
fn program(folder: &Path, calls: &Path) -> PathBuf {
    let path = folder.join("medv 100% host");
    let script =
        format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >'{0}.part'\nmv '{0}.part' '{0}'\n", calls.display());
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// What the clock shows at the so many next full minutes, the first of them twenty seconds away at least.
fn time_in(minutes: u32) -> String {
    let minute = (LocalTime::now().second_of_day + 19) / 60 + minutes;
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

fn systemctl(arguments: &[&str]) -> String {
    let said = Command::new("systemctl").arg("--user").args(arguments).output().unwrap();
    assert!(said.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}

fn timers() -> String {
    systemctl(&["list-timers", "--all", "--full", "--no-legend"])
}

/// All files below.
fn units(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { units(&path) } else { vec![path] }).collect()
}

/// A user's systemd.
struct Systemd(Child);

impl Systemd {
    fn start() -> Self {
        let mut systemd = Command::new("/lib/systemd/systemd");
        systemd.args(["--user", "--log-target=console"]).stdin(Stdio::null()).stdout(Stdio::null());
        let mut systemd = Self(systemd.spawn().unwrap());
        eventually(|| {
            assert_eq!(systemd.0.try_wait().unwrap(), None, "systemd has ended");
            let said = Command::new("systemctl").args(["--user", "is-system-running"]).output().unwrap();
            // Units of this machine may fail in there: that is no matter.
            ["running\n", "degraded\n"].iter().any(|state| said.stdout == state.as_bytes())
        });
        systemd
    }
}

impl Drop for Systemd {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}
