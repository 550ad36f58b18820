//! A master disk, layers over it, a medium that brings a guest agent along, and machines with what they report.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use medv_host::hypervisor::qemu::Qemu;
use medv_host::hypervisor::{
    Drive, Guest, Hypervisor, Machine, MachineEvent, MachineSpec, Medium, Network, Sharing,
};
use medv_host::layer::{self, Master};
use medv_protocol::{AppId, Hello, ToGuest, ToHost};
use tempfile::TempDir;

/// After so long without a word, something hangs. It decides nothing else.
const HANGS: Duration = Duration::from_secs(120);

pub(crate) fn qemu() -> Qemu {
    Qemu::find(env!("CARGO_BIN_EXE_medv-host").into()).unwrap()
}

/// The disk that boots, as it is installed: a fixed VHD.
pub(crate) fn bootable() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let made = folder.join("guest.vhd");
        let mut xtask = Command::new(env!("CARGO"));
        xtask.args(["run", "--quiet", "--package", "xtask", "--", "guest"]).arg(&made);
        run(&mut xtask);
        let fixed = folder.join("guest-fixed.vhd");
        let form = "subformat=fixed,force_size=on";
        run(Command::new("qemu-img")
            .args(["convert", "-f", "vpc", "-O", "vpc", "-o", form])
            .args([&made, &fixed]));
        fixed
    })
}

/// A folder with layers in it.
pub(crate) struct Laboratory {
    pub(crate) folder: TempDir,
    pub(crate) master: Master,
}

impl Laboratory {
    /// Over a disk that is there.
    pub(crate) fn over(master: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, master: Master::open(master).unwrap() }
    }

    /// Over a disk with nothing on it.
    pub(crate) fn over_nothing() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nothing.img");
        fs::write(&path, vec![0; 1 << 20]).unwrap();
        Self { master: Master::open(&path).unwrap(), folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The machine of a user, whose layer is made if it is not there.
    pub(crate) fn machine_of(&self, user: &str) -> MachineSpec {
        let layer = self.path(&format!("{user}.qcow2"));
        if !layer.exists() {
            layer::create(&layer, &self.master).unwrap();
        }
        MachineSpec {
            name: format!("{user}, the tester"),
            layer,
            guest: Guest::Linux,
            memory_mib: 192,
            network: Network::Nat,
            sharing: Sharing { audio: true, clipboard: true, printers: true },
            medium: None,
            visible: false,
            saved: None,
            folder: self.path(user),
        }
    }

    /// A medium for cloud-init's `NoCloud` that installs the stand-in.
    pub(crate) fn medium(&self) -> Medium {
        let image = self.path("medium.img");
        fs::write(&image, vec![0; 1440 << 10]).unwrap();
        let user_data = "#!/bin/sh\nmkdir -p /usr/local/lib/medv\n\
                         cp /run/cidata/stand-in /usr/local/lib/medv/medv-guest\n\
                         chmod 755 /usr/local/lib/medv/medv-guest\n";
        fs::write(self.path("user-data"), user_data).unwrap();
        fs::write(self.path("meta-data"), "instance-id: one\nlocal-hostname: alices-pc\n").unwrap();
        fs::write(self.path("stand-in"), include_bytes!("stand-in")).unwrap();
        run(Command::new("mformat").arg("-i").arg(&image).args(["-f", "1440", "-v", "CIDATA", "::"]));
        let files = ["user-data", "meta-data", "stand-in"].map(|name| self.path(name));
        run(Command::new("mcopy").arg("-i").arg(&image).args(files).arg("::"));
        Medium { image, drive: Drive::Disk }
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A machine that runs, and what it reports.
pub(crate) struct Running {
    pub(crate) machine: Box<dyn Machine>,
    events: Receiver<MachineEvent>,
}

impl Running {
    pub(crate) fn start(qemu: &Qemu, spec: &MachineSpec) -> Self {
        Self::try_start(qemu, spec).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn try_start(qemu: &Qemu, spec: &MachineSpec) -> medv_codec::Result<Self> {
        let (sender, events) = channel();
        let machine = qemu.start(spec, Box::new(move |event| sender.send(event).unwrap_or_default()))?;
        Ok(Self { machine, events })
    }

    /// The next event that `wanted` takes; others before it are passed over, but not the end.
    pub(crate) fn wait<T>(&self, what: &str, mut wanted: impl FnMut(&MachineEvent) -> Option<T>) -> T {
        loop {
            let event =
                self.events.recv_timeout(HANGS).unwrap_or_else(|error| panic!("waiting for {what}: {error}"));
            if let Some(found) = wanted(&event) {
                return found;
            }
            assert!(!matches!(event, MachineEvent::Ended(_)), "waiting for {what}: {event:?}");
        }
    }

    pub(crate) fn wait_for(&self, event: &MachineEvent) {
        self.wait(&format!("{event:?}"), |found| (found == event).then_some(()));
    }

    pub(crate) fn hello(&self) -> Hello {
        self.wait("hello", |event| match event {
            MachineEvent::Said(ToHost::Hello(hello)) => Some(hello.clone()),
            _ => None,
        })
    }

    /// Tells the stand-in to run a command.
    pub(crate) fn tell(&self, command: &str) {
        let id = AppId(command.to_owned());
        self.machine.send(&ToGuest::StartApp { request: 1, id }).unwrap();
    }

    /// Runs a command in the guest, and returns what it printed.
    pub(crate) fn ask(&self, command: &str) -> String {
        self.tell(command);
        self.wait(command, |event| match event {
            MachineEvent::Said(ToHost::Done { error, .. }) => Some(error.clone().unwrap_or_default()),
            _ => None,
        })
    }

    /// Drops the machine, and returns all that it reports from now on.
    pub(crate) fn rest(self) -> Vec<MachineEvent> {
        drop(self.machine);
        self.events.iter().collect()
    }
}
