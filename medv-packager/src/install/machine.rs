//! Where a workspace is kept on Linux, and what must be there before one comes.

use std::env;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, chown, fchown};
use std::path::{Path, PathBuf};

use medv_codec::{Error, Result};
use nix::unistd::Gid;
use rustix::fs::{Access, OFlags, access};

use super::group::shared_group;

/// Programs that run virtual machines.
const HYPERVISORS: [&str; 3] = ["qemu-system-x86_64", "qemu-kvm", "kvm"];

/// Folders, and their rights. As in /tmp, each may write into `monitoring`, and nobody may delete what is another's. Where the first
/// digit is 2, it is all for the group of those who share the workspace: they use each other's files.
const FOLDERS: [(&str, u32); 4] =
    [("workspace", 0o755), ("allusers", 0o2770), ("medvlock", 0o2750), ("monitoring", 0o1777)];

/// A machine to install on. All paths are below its root.
#[derive(Clone, Debug)]
pub struct Machine {
    /// `/`, or a folder that stands for it.
    pub root: PathBuf,
    /// Folders with programs.
    pub programs: Vec<PathBuf>,
}

impl Machine {
    /// The machine that this program runs on; with another root, a folder that stands for its `/`.
    pub fn this(root: Option<&Path>) -> Self {
        let beside = env::current_exe().ok().and_then(|program| Some(program.parent()?.to_owned()));
        let search = env::var_os("PATH").unwrap_or_default();
        let programs = beside.into_iter().chain(env::split_paths(&search)).collect();
        let root = root.unwrap_or(Path::new("/"));
        // It may not be there yet; the folder that it will be in is, if it is looked for from the top.
        Self { root: std::path::absolute(root).unwrap_or_else(|_| root.to_owned()), programs }
    }

    fn state(&self) -> PathBuf {
        self.root.join("var/lib/medv")
    }

    /// The usual folder of the disk.
    pub fn workspace(&self) -> PathBuf {
        self.state().join("workspace")
    }

    /// What is known of the installed workspace.
    pub fn record(&self) -> PathBuf {
        self.state().join("workspace.toml")
    }

    pub(super) fn kept_record(&self) -> PathBuf {
        self.state().join("workspace.toml.before")
    }

    /// The settings of the machine.
    pub fn settings(&self) -> PathBuf {
        self.root.join("etc/medv/settings.toml")
    }

    pub(super) fn kept_settings(&self) -> PathBuf {
        self.state().join("settings.toml.before")
    }

    /// What starts the host agent with each session.
    pub fn autostart(&self) -> PathBuf {
        self.root.join("etc/xdg/autostart/medv-host.desktop")
    }

    /// How a systemd that makes a unit of [`Self::autostart`] ends that.
    pub(super) fn autostart_end(&self) -> PathBuf {
        self.root.join(r"etc/systemd/user/app-medv\x2dhost@autostart.service.d/medv.conf")
    }

    /// Layers of a workspace that all users share.
    pub fn all_users(&self) -> PathBuf {
        self.state().join("allusers")
    }

    /// What keeps users of a shared workspace apart.
    pub(super) fn lock(&self) -> PathBuf {
        self.state().join("medvlock/medv.lock")
    }

    /// All folders that an installation makes, but for the one of the disk.
    pub(super) fn places(&self) -> Vec<PathBuf> {
        let files = [self.settings(), self.autostart(), self.autostart_end()];
        let beside = files.iter().filter_map(|file| file.parent()).map(Path::to_owned);
        FOLDERS.iter().map(|(name, _)| self.state().join(name)).chain(beside).collect()
    }

    /// The program, if one of this name is there.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        self.programs.iter().map(|folder| folder.join(name)).find(|path| path.is_file())
    }

    /// Nothing is written to find out: an installation that is refused leaves no trace.
    pub(super) fn must_be_writable(&self) -> Result<()> {
        let folder = self.state();
        let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(&self.root);
        access(there, Access::WRITE_OK | Access::EXEC_OK).map_err(|error| {
            Error::usage("a workspace is installed for all users, which needs the rights of root")
                .in_file(there)
                .caused_by(io::Error::from(error))
                .advice("run it with sudo")
        })
    }

    pub(super) fn must_have_host_agent(&self) -> Result<()> {
        match self.program("medv-host") {
            Some(_) => Ok(()),
            None => Err(Error::usage("the host agent, medv-host, is not installed")
                .advice("install it first; it comes with medv")),
        }
    }

    pub(super) fn must_have_hypervisor(&self) -> Result<()> {
        if HYPERVISORS.iter().any(|name| self.program(name).is_some()) {
            return Ok(());
        }
        Err(Error::usage(format!("no hypervisor was found: none of {}", HYPERVISORS.join(", "))).advice(
            "install QEMU (Debian package: qemu-system-x86), or say --ignore-prerequisites if it will come later",
        ))
    }

    /// The folders that users share, with their rights (`spec/workspace-package.md`, "Folders").
    pub(super) fn make_folders(&self) -> Result<()> {
        // A folder that stands for a machine has no groups.
        let group = (self.root == Path::new("/")).then(|| shared_group(self)).transpose()?;
        for (name, mode) in FOLDERS {
            let folder = self.state().join(name);
            let group = group.filter(|_| mode & 0o2000 != 0).map(Gid::as_raw);
            let made = fs::create_dir_all(&folder)
                .and_then(|()| chown(&folder, None, group))
                // To give it away may have taken the first digit.
                .and_then(|()| fs::set_permissions(&folder, Permissions::from_mode(mode)));
            made.map_err(|error| Error::io("cannot make the folder", error).in_file(&folder))?;
        }
        self.make_lock(group)
            .map_err(|error| Error::io("cannot make the lock file", error).in_file(self.lock()))
    }

    /// One that somebody may hold stays the same file.
    fn make_lock(&self, group: Option<Gid>) -> io::Result<()> {
        let flags = OFlags::NOFOLLOW.bits().cast_signed();
        let lock = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .custom_flags(flags)
            .open(self.lock())?;
        fchown(&lock, None, group.map(Gid::as_raw))?;
        lock.set_permissions(Permissions::from_mode(0o660))
    }

    pub(super) fn write_autostart(&self) -> Result<()> {
        let text = "[Desktop Entry]\nType=Application\nName=MED-V Host Agent\nExec=medv-host run\nNoDisplay=true\n\
                    X-GNOME-Autostart-enabled=true\n";
        write(&self.autostart(), text.as_bytes())?;
        let text = "[Service]\n# The host agent closes the machine first, which may take as long as VM\\TaskTimeout lets it.\n\
                    KillMode=mixed\nTimeoutStopSec=15min\n";
        write(&self.autostart_end(), text.as_bytes())
    }

    pub(super) fn remove_autostart(&self) -> Result<()> {
        let files = [self.autostart(), self.autostart_end()];
        files.iter().try_for_each(|file| super::remove_file(file))
    }
}

/// Writes a file that is whole or not there, and is on disk. What a process that was killed has left of it is in no one's
/// way.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let cannot = |error| Error::io("cannot write", error).in_file(path);
    let folder = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder).map_err(cannot)?;
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let written = fs::File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.set_permissions(Permissions::from_mode(0o644))?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&part, path)) {
        let _ = fs::remove_file(&part);
        return Err(cannot(error));
    }
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(cannot)
}
