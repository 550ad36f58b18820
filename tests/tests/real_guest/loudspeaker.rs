//! The host's loudspeaker: a sound server with one that nobody hears, but a recorder.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub(crate) struct Loudspeaker {
    server: Child,
    recorder: Child,
    recording: PathBuf,
}

impl Loudspeaker {
    /// That of a session whose sockets are in `runtime`.
    pub(crate) fn new(runtime: &Path) -> Self {
        let socket = runtime.join("pulse/native");
        fs::create_dir_all(runtime.join("pulse")).expect("folders can be made");
        let command = |program: &str| {
            let mut command = Command::new(program);
            command.env("XDG_RUNTIME_DIR", runtime).env("HOME", runtime).env_remove("DISPLAY");
            command.stdin(Stdio::null()).stderr(Stdio::null());
            command
        };
        let server = command("pulseaudio")
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=yes"])
            .arg("--load=module-null-sink sink_name=ear")
            .arg(format!("--load=module-native-protocol-unix auth-anonymous=1 socket={}", socket.display()))
            .stdout(Stdio::null())
            .spawn()
            .expect("pulseaudio of Debian's package pulseaudio, and qemu-system-gui for QEMU's side of it");
        while !socket.exists() {
            std::thread::sleep(Duration::from_millis(50));
        }
        let recording = runtime.join("recording");
        let recorder = command("parec")
            .args(["--raw", "--device=ear.monitor"])
            .stdout(File::create(&recording).expect("files can be made"))
            .spawn()
            .expect("parec of Debian's package pulseaudio-utils");
        Self { server, recorder, recording }
    }

    /// Whether anything but silence was played.
    pub(crate) fn was_heard(&self) -> bool {
        fs::read(&self.recording).expect("a recording").iter().any(|byte| *byte != 0)
    }
}

impl Drop for Loudspeaker {
    fn drop(&mut self) {
        for child in [&mut self.recorder, &mut self.server] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
