//! A session of its own: a D-Bus, a screen that nobody sees, a home. Everything ends with it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use medv_host::desktop::Answer;
use medv_host::event::{Event, EventLog};
use medv_host::session_bus::SessionBus;
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;

/// A bus that starts no services by itself, whatever is installed on this machine.
const BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

pub(crate) struct PrivateSession {
    home: tempfile::TempDir,
    address: String,
    display: String,
    children: Vec<Child>,
}

impl PrivateSession {
    /// With a bus.
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mut bus = Command::new("dbus-daemon");
        let config = home.path().join("bus.conf");
        fs::write(&config, BUS).expect("a file");
        bus.arg("--config-file").arg(config).args(["--nofork", "--print-address=1"]);
        let (bus, address) = first_line(&mut bus, Stdio::null());
        Self { home, address, display: String::new(), children: vec![bus] }
    }

    /// And a screen.
    pub(crate) fn with_a_screen() -> Self {
        let mut session = Self::new();
        let mut screen = Command::new("Xvfb");
        // It takes a free number, and prints it when it is ready. It would begin anew whenever its last client goes, and refuse the
        // next one meanwhile.
        screen.args(["-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset"]);
        let (screen, number) = first_line(&mut screen, Stdio::null());
        session.display = format!(":{number}");
        session.children.push(screen);
        session
    }

    pub(crate) fn bus(&self) -> SessionBus {
        SessionBus::at(&self.address)
    }

    /// A connection of the test's own.
    pub(crate) fn connection(&self) -> Connection {
        self.connecting().build().expect("the bus answers")
    }

    /// The same before it is made, for what it is to serve.
    pub(crate) fn connecting(&self) -> Builder<'_> {
        Builder::address(self.address.as_str()).expect("an address")
    }

    /// A program in this session.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("DISPLAY", &self.display)
            .envs(
                ["HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME"]
                    .map(|name| (name, self.path())),
            )
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Starts a program that serves the session, and waits until it owns `name` on the bus.
    pub(crate) fn serve(&mut self, command: &mut Command, name: &str) {
        self.children.push(command.stdout(Stdio::null()).spawn().expect("it starts"));
        let connection = self.connection();
        eventually(|| {
            let bus = "org.freedesktop.DBus";
            let has =
                connection.call_method(Some(bus), "/org/freedesktop/DBus", Some(bus), "NameHasOwner", &name);
            has.and_then(|has| has.body().deserialize()).unwrap_or(false)
        });
    }

    /// A program that starts `program` in this session.
    pub(crate) fn script(&self, name: &str, lines: &str) -> PathBuf {
        let path = self.path().join(name);
        let mut file = fs::File::create(&path).expect("a script");
        write!(file, "#!/bin/sh\nexport DISPLAY={}\n{lines}\n", self.display).expect("a script");
        file.set_permissions(fs::Permissions::from_mode(0o755)).expect("a script");
        path
    }

    pub(crate) fn path(&self) -> &Path {
        self.home.path()
    }
}

impl Drop for PrivateSession {
    fn drop(&mut self) {
        // What was started last needs what was started first.
        for mut child in self.children.drain(..).rev() {
            _ = child.kill();
            _ = child.wait();
        }
    }
}

fn first_line(command: &mut Command, input: Stdio) -> (Child, String) {
    let mut child =
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("output")).read_line(&mut line).expect("a line");
    (child, line.trim().to_owned())
}

/// Comes back when `holds` does. It never decides that something does not hold; whoever runs the tests does.
pub(crate) fn eventually(mut holds: impl FnMut() -> bool) {
    while !holds() {
        thread::sleep(Duration::from_millis(20));
    }
}

/// Events, as they were noted.
#[derive(Default)]
pub(crate) struct Noted(Mutex<Vec<Event>>);

impl Noted {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.0.lock().expect("no panic").clone()
    }
}

impl EventLog for Noted {
    fn note(&self, event: &Event) {
        self.0.lock().expect("no panic").push(event.clone());
    }
}

/// Where an answer goes, and where it comes out.
pub(crate) fn answer() -> (Box<dyn FnOnce(Answer) + Send>, mpsc::Receiver<Answer>) {
    let (sender, receiver) = mpsc::channel();
    (Box::new(move |answer| sender.send(answer).expect("somebody waits")), receiver)
}
