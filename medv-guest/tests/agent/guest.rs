//! A folder that plays a guest, and the host's end of its port: the real programs run in it.

use std::collections::VecDeque;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use medv_protocol::{Hello, Lines, NewAccount, Phase, ToGuest, ToHost, VERSION, encode};
use tempfile::TempDir;

/// The user, and what his password is.
pub(crate) const USER: &str = "anna";
pub(crate) const PASSWORD: &str = "Hello world!";
const HASH: &str =
    "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";

pub(crate) struct Guest {
    folder: TempDir,
    port: UnixListener,
    agent: Option<Child>,
}

impl Guest {
    /// A guest with a user, in which the agent is installed.
    pub(crate) fn new() -> Self {
        let guest = Self::bare();
        // Applications run as whoever runs the test: nobody else can become somebody else.
        let me = fs::metadata(guest.folder.path()).unwrap();
        let (uid, gid) = (std::os::unix::fs::MetadataExt::uid(&me), std::os::unix::fs::MetadataExt::gid(&me));
        guest.write(
            "etc/passwd",
            &format!("root:x:0:0::/root:/bin/sh\n{USER}:x:{uid}:{gid}::/home/{USER}:/bin/sh\n"),
        );
        // As on Debian: the last number of the system's groups is taken, and so is the first one of users' groups.
        guest.write(
            "etc/group",
            "root:x:0:\nsudo:x:27:\nusers:x:100:\nsystemd-journal:x:999:\ndebian:x:1000:\n",
        );
        guest.write("etc/shadow", &format!("root:*:1:0:9:7:::\n{USER}:{HASH}:1:0:9:7:::\n"));
        guest.install(None);
        guest
    }

    pub(crate) fn bare() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir_all(folder.path().join("root/home").join(USER)).unwrap();
        let port = UnixListener::bind(folder.path().join("port")).unwrap();
        let guest = Self { folder, port, agent: None };
        guest.boots(1);
        guest
    }

    /// What `medv-guest install` makes of a medium with these answers.
    pub(crate) fn install(&self, answers: Option<&str>) -> bool {
        let medium = self.folder.path().join("medium");
        fs::create_dir_all(&medium).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_medv-guest"), medium.join("medv-guest")).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_ftscompletion"), medium.join("ftscompletion")).unwrap();
        if let Some(answers) = answers {
            fs::write(medium.join("answers.json"), answers).unwrap();
        }
        self.command("medv-guest").arg("install").arg("--from").arg(&medium).status().unwrap().success()
    }

    /// The kernel counts another boot.
    pub(crate) fn boots(&self, number: u32) {
        self.write("proc/sys/kernel/random/boot_id", &number.to_string());
    }

    /// A program of the guest's, as it is called from without.
    pub(crate) fn command(&self, name: &str) -> Command {
        let program = match name {
            "medv-guest" => env!("CARGO_BIN_EXE_medv-guest"),
            _ => env!("CARGO_BIN_EXE_ftscompletion"),
        };
        let mut command = Command::new(program);
        command.arg("--root").arg(self.root()).stderr(Stdio::null());
        command
    }

    /// The installed agent begins.
    pub(crate) fn start(&mut self) -> Host {
        let program = self.path("usr/local/lib/medv/medv-guest");
        let mut agent = Command::new(program);
        agent.arg("run").arg("--root").arg(self.root()).arg("--port").arg(self.folder.path().join("port"));
        self.agent = Some(agent.spawn().unwrap());
        self.host()
    }

    /// The agent begins, and the host greets it.
    pub(crate) fn start_greeted(&mut self) -> (Host, Hello) {
        let mut host = self.start();
        let hello = host.greet();
        (host, hello)
    }

    /// The host that the agent finds next.
    pub(crate) fn host(&self) -> Host {
        let (stream, _) = self.port.accept().unwrap();
        // A test that waits for what never comes fails.
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Host { stream, lines: Lines::default(), said: VecDeque::new() }
    }

    /// Ends the agent as a power cut would.
    pub(crate) fn kill(&mut self) {
        let mut agent = self.agent.take().unwrap();
        agent.kill().unwrap();
        agent.wait().unwrap();
    }

    /// The agent's exit code.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.agent.take().unwrap().wait().unwrap().code()
    }

    /// Makes the guest one whose first time setup has ended.
    pub(crate) fn is_set_up(&self) {
        self.write("var/lib/medv-guest/state.json", r#"{"phase":"ready","boot":1,"boot_id":"1"}"#);
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn script(&self, path: &str, script: &str) {
        self.write(path, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(self.path(path), PermissionsExt::from_mode(0o755)).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn app(&self, id: &str, name: &str, exec: &str) {
        let entry = format!("[Desktop Entry]\nType=Application\nName={name}\nExec={exec}\n");
        self.write(&format!("usr/share/applications/{id}"), &entry);
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        if let Some(agent) = &mut self.agent {
            let _ = agent.kill();
            let _ = agent.wait();
        }
    }
}

pub(crate) struct Host {
    stream: UnixStream,
    lines: Lines,
    said: VecDeque<ToHost>,
}

impl Host {
    pub(crate) fn greet(&mut self) -> Hello {
        self.say(&ToGuest::Welcome { protocol: VERSION, agent: "0.1.0".into(), now: 0, log_level: 4 });
        self.wait_for(|said| if let ToHost::Hello(hello) = said { Some(hello) } else { None })
    }

    pub(crate) fn say(&mut self, message: &ToGuest) {
        self.say_bytes(&encode(message).unwrap());
    }

    /// The agent may be gone.
    pub(crate) fn say_bytes(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// What the guest says next; none if it has hung up.
    pub(crate) fn hear(&mut self) -> Option<ToHost> {
        let mut bytes = [0; 8192];
        while self.said.is_empty() {
            match self.stream.read(&mut bytes) {
                Ok(0) => return None,
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                // Where reading has a limit of time, a signal ends it.
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                read => {
                    let read = read.expect("the guest says nothing");
                    self.said.extend(self.lines.take(&bytes[..read]).into_iter().map(|line| line.unwrap()));
                }
            }
        }
        self.said.pop_front()
    }

    /// Passes over everything up to what is looked for.
    pub(crate) fn wait_for<T>(&mut self, mut look: impl FnMut(ToHost) -> Option<T>) -> T {
        loop {
            let said = self.hear().expect("the guest has hung up");
            if let Some(found) = look(said) {
                return found;
            }
        }
    }

    /// Everything until the guest hangs up.
    pub(crate) fn hear_all(&mut self) -> Vec<ToHost> {
        std::iter::from_fn(|| self.hear()).collect()
    }

    /// The answer to a request.
    pub(crate) fn answer(&mut self, to: u64) -> Option<String> {
        self.wait_for(|said| match said {
            ToHost::Done { request, error, .. } if request == to => Some(error),
            _ => None,
        })
    }

    pub(crate) fn log_on(&mut self, request: u64, password: &str) -> Option<String> {
        let password = medv_protocol::Secret::new(password.into());
        self.say(&ToGuest::LogOn { request, user: USER.into(), password, new_account: None });
        self.answer(request)
    }

    /// As a host says it whose users share the machine.
    pub(crate) fn log_on_anybody(&mut self, request: u64, user: &str, password: &str) -> Option<String> {
        let password = medv_protocol::Secret::new(password.into());
        let new_account = Some(NewAccount { administrator: true });
        self.say(&ToGuest::LogOn { request, user: user.into(), password, new_account });
        self.answer(request)
    }

    pub(crate) fn run_setup(&mut self) {
        self.say(&run_setup(USER));
    }
}

pub(crate) fn run_setup(user: &str) -> ToGuest {
    ToGuest::RunSetup {
        user: user.into(),
        administrator: true,
        group_tries: 2,
        group_timeout: 0,
        log_paths: vec!["/var/log/app/*.log".into()],
        desktop_timeout: 1,
    }
}

/// Whether the guest's first time setup has ended.
pub(crate) fn is_ready(hello: &Hello) -> bool {
    hello.phase == Phase::Ready
}
