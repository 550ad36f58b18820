//! Keys are typed, and the screen is read.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use medv_host::control::{self, Reply, Request, Status};
use medv_host::event::{Event, Level, LogFile};
use medv_host::moment::Moment;
use medv_host::result::SetupResult;
use medv_protocol::{App, AppId};

#[test]
fn pages_of_files_are_shown_without_an_agent() {
    let desk = Desk::new();
    desk.start("80", "24");
    desk.sees("the host agent is not running");
    desk.sees("No workspace is installed.");
    desk.types("2");
    desk.sees("CORP\\bob  2026-11-25T13:00:00Z  MEDV-BOB         failed, event 3071");
    desk.types("Tab");
    desk.sees("error - the sky falls");
    desk.types("4");
    desk.sees("[SetupAPI Log]");
    desk.types("5");
    desk.sees("start it: medv-host run");
    desk.types("6");
    desk.sees("https://intranet");
    desk.sees("set for machine, in ");
    desk.types("7");
    desk.sees("53 settings");
    desk.types("8");
    desk.sees("EventLogLevel: Information, default");
    desk.types("e");
    desk.sees("EventLogLevel: Error, set for machine");
    desk.types("9");
    desk.types("x");
    desk.sees("no workspace is installed");
    desk.types("q");
    desk.has_ended();
    let set = fs::read_to_string(desk.root().join("etc/medv/settings.toml")).unwrap();
    assert!(set.contains("EventLogLevel = 1"), "{set}");
}

#[test]
fn a_level_that_may_not_be_set_is_a_message() {
    let desk = Desk::new();
    // Nothing is there to be read, and not even root can make a folder there.
    fs::remove_dir_all(desk.root().join("etc")).unwrap();
    symlink("nowhere", desk.root().join("etc")).unwrap();
    desk.start("80", "24");
    desk.types("8");
    desk.sees("EventLogLevel: Information, default");
    desk.types("w");
    desk.sees("settings.toml");
    desk.sees("EventLogLevel: Information, default");
    desk.types("q");
    desk.has_ended();
}

#[test]
fn an_agent_that_comes_and_changes_is_seen_and_told() {
    let desk = Desk::new();
    desk.install("Legacy");
    desk.start("100", "30");
    desk.sees("Legacy; the host agent is not running");
    let told = desk.play_agent();
    desk.sees("Legacy; the host agent is running");
    desk.sees("pretended");
    desk.types("5");
    desk.sees("Order Entry  orders.desktop");
    desk.types("9");
    desk.types("r");
    desk.sees("Restart the guest of Legacy?");
    desk.types("y");
    desk.sees("the guest restarts");
    desk.types("x");
    desk.types("Legacy");
    desk.sees("> Legacy_");
    desk.types("Enter");
    desk.sees("first time setup begins anew");
    desk.types("s");
    desk.sees("this machine has no screen");
    assert_eq!(told.try_iter().collect::<Vec<_>>(), [Request::Restart, Request::Reset, Request::Show]);
    desk.resize("60", "20");
    desk.sees("The toolkit needs 80 columns and 24 lines; here are 60");
    desk.resize("90", "40");
    desk.sees("[9 Actions]");
    desk.types("C-c");
    desk.has_ended();
}

#[test]
fn a_signal_to_end_leaves_the_terminal_as_it_was() {
    let desk = Desk::new();
    desk.start("80", "24");
    let kill = format!("kill $(cat {})", desk.folder.path().join("pid").display());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    desk.has_ended();
}

/// A terminal, and a folder that stands for the computer.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        let result = SetupResult {
            user: "CORP\\bob".to_owned(),
            machine: "MEDV-BOB".to_owned(),
            status_code: 3071,
            time: Moment(1_795_611_600),
        };
        let monitoring = desk.root().join("var/lib/medv/monitoring");
        fs::create_dir_all(&monitoring).unwrap();
        result.keep(&monitoring).unwrap();
        let state = desk.folder.path().join("state/medv");
        fs::create_dir_all(state.join("guest-logs")).unwrap();
        fs::write(state.join("guest-logs/setupapi.log"), "[SetupAPI Log]\n").unwrap();
        LogFile::new(state.join("host.log")).add(&Event::plain(Level::Error, "the sky falls")).unwrap();
        fs::create_dir_all(desk.root().join("etc/medv")).unwrap();
        let set = "[UserExperience]\nRedirectUrls = [\"https://intranet\"]\n";
        fs::write(desk.root().join("etc/medv/settings.toml"), set).unwrap();
        desk
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// As if a package had been installed.
    fn install(&self, name: &str) {
        let record = format!(
            "state = \"installed\"\nname = \"{name}\"\nversion = \"1.2.0\"\ndisk = \"/disk.vhd\"\nimage_digest = \"\"\n"
        );
        let folder = self.root().join("var/lib/medv");
        fs::write(folder.join("workspace.toml"), record).unwrap();
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        let mut tmux = Command::new("tmux");
        tmux.arg("-S").arg(self.folder.path().join("tmux.sock")).args(["-f", "/dev/null"]).args(arguments);
        tmux.env("LC_ALL", "C.UTF-8").env_remove("TMUX").env("TERM", "xterm");
        for (variable, folder) in [
            ("HOME", "home"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_RUNTIME_DIR", "run"),
        ] {
            tmux.env(variable, self.folder.path().join(folder));
        }
        tmux.output().unwrap()
    }

    fn start(&self, columns: &str, lines: &str) {
        let program = Path::new(env!("CARGO_BIN_EXE_medv-host")).display();
        let (root, pid) = (self.root(), self.folder.path().join("pid"));
        let (root, pid) = (root.display(), pid.display());
        let toolkit = format!("sh -c 'echo $$ >{pid}; exec {program} toolkit --root {root}'");
        let typed = format!("{toolkit}; echo it ended with $?; stty -a; cat");
        let started = self.tmux(&["new-session", "-d", "-x", columns, "-y", lines, &typed]);
        assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
        self.sees("medv toolkit");
    }

    fn types(&self, keys: &str) {
        assert!(self.tmux(&["send-keys", keys]).status.success());
    }

    fn resize(&self, columns: &str, lines: &str) {
        assert!(self.tmux(&["resize-window", "-x", columns, "-y", lines]).status.success());
    }

    /// It said that all is well, and a line that is typed is shown and edited again.
    fn has_ended(&self) {
        self.sees("it ended with 0");
        self.sees("isig icanon iexten echo ");
    }

    fn sees(&self, text: &str) {
        let mut shown = String::new();
        for _ in 0..600 {
            shown = String::from_utf8(self.tmux(&["capture-pane", "-p"]).stdout).unwrap();
            if shown.contains(text) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("`{text}` is not on the screen:\n{shown}");
    }

    /// An agent that has a workspace, two things to say, and does as it is told; what that was is sent.
    fn play_agent(&self) -> Receiver<Request> {
        let (told, heard) = mpsc::channel();
        let app = App {
            id: AppId("orders.desktop".to_owned()),
            name: "Order Entry".to_owned(),
            comment: String::new(),
            folder: String::new(),
            icon: None,
        };
        let socket = self.folder.path().join("run/medv/host.sock");
        let agent = move |request: Request, caller: control::Caller| match request {
            Request::Status { .. } => {
                let status = Status { hypervisor: "pretended".to_owned(), ..Status::default() };
                caller.hears(Reply::Status { status: Box::new(status) });
                // It goes on to listen.
                std::mem::forget(caller);
            }
            Request::Apps => {
                caller.hears(Reply::Apps { apps: vec![app.clone()] });
                caller.answer(Reply::Done);
            }
            request => {
                let has_screen = request != Request::Show;
                let _ = told.send(request);
                match has_screen {
                    true => caller.answer(Reply::Done),
                    false => caller.answer(medv_codec::Error::usage("this machine has no screen")),
                }
            }
        };
        control::serve(&socket, agent).unwrap();
        heard
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}
