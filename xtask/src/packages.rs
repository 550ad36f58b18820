//! Programs we run but do not ship, and the Debian packages that bring them.

mod backports;

use crate::Result;
use crate::shell::{capture, command, find, target};
use crate::{guest, windows};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Program, Debian package.
pub(crate) const TOOLS: &[(&str, &str)] = &[
    ("zstd", "zstd"),
    ("pzstd", "zstd"),
    ("qemu-img", "qemu-utils"),
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("mke2fs", "e2fsprogs"),
    ("debugfs", "e2fsprogs"),
    ("e2fsck", "e2fsprogs"),
    ("dumpe2fs", "e2fsprogs"),
    ("mkntfs", "ntfs-3g"),
    ("ntfs-3g", "ntfs-3g"),
    ("ntfscp", "ntfs-3g"),
    ("ntfsinfo", "ntfs-3g"),
    ("ntfscluster", "ntfs-3g"),
    ("mkfs.fat", "dosfstools"),
    ("mcopy", "mtools"),
    ("mdel", "mtools"),
    ("mformat", "mtools"),
    ("syslinux", "syslinux"),
    ("dpkg-deb", "dpkg"),
    ("sfdisk", "fdisk"),
    ("blkid", "util-linux"),
    ("setpriv", "util-linux"),
    ("losetup", "mount"),
    ("partclone.ntfs", "partclone"),
    ("partclone.extfs", "partclone"),
    ("wimlib-imagex", "wimtools"),
    ("mksquashfs", "squashfs-tools"),
    ("casync", "casync"),
    ("curl", "curl"),
    ("strace", "strace"),
    ("time", "time"),
    ("c++", "g++"),
    ("msiinfo", "msitools"),
    ("msiextract", "msitools"),
    ("osslsigncode", "osslsigncode"),
    ("apt-get", "apt"),
    ("mmdebstrap", "mmdebstrap"),
    ("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64"),
    ("wine", "wine"),
    ("desktop-file-validate", "desktop-file-utils"),
    ("Xvfb", "xvfb"),
    ("xdotool", "xdotool"),
    ("import", "imagemagick"),
    ("dbus-daemon", "dbus-daemon"),
    ("dunst", "dunst"),
    ("gnome-keyring-daemon", "gnome-keyring"),
    ("secret-tool", "libsecret-tools"),
    ("pinentry-gtk-2", "pinentry-gtk2"),
    ("xfce4-panel", "xfce4-panel"),
    ("openbox", "openbox"),
    ("systemctl", "systemd"),
    ("systemd-analyze", "systemd"),
    ("tmux", "tmux"),
    ("vncviewer", "tigervnc-viewer"),
    ("ip", "iproute2"),
    ("cupsd", "cups-daemon"),
    ("lpadmin", "cups-client"),
    ("ippeveprinter", "cups-ipp-utils"),
];

/// Sees to it that programs are there: missing ones are installed when this is Debian and we are root. Returns those
/// that are missing still; never fails, for the caller knows what it can do without.
pub(crate) fn provide(programs: &[&'static str], install: bool) -> Vec<&'static str> {
    let missing = |programs: &[&'static str]| -> Vec<&'static str> {
        programs.iter().copied().filter(|program| find(program).is_none()).collect()
    };
    let absent = missing(programs);
    if absent.is_empty() || !install {
        return absent;
    }
    let mut packages: Vec<&str> = absent.iter().filter_map(|program| package_of(program)).collect();
    packages.dedup();
    if find("apt-get").is_none() || !is_root() {
        println!("not installed: {} (needs root and apt-get)", packages.join(" "));
        return absent;
    }
    println!("installing {}", packages.join(" "));
    if let Err(error) = install_packages(&packages) {
        println!("  {error}");
    }
    missing(&absent)
}

/// Why an installed program is of no use on this machine, if that is so. What it needs besides may be installed.
pub(crate) fn hindrance(program: &str, install: bool) -> Option<String> {
    match program {
        "apt-get" | "setpriv" if !is_root() => Some("not root".into()),
        "apt-get" if Path::new("/usr/bin/medv").exists() => Some("medv is installed on this machine".into()),
        "losetup" if !gives_loop_devices() => {
            Some("no loop device can be had: not root, or in a container".into())
        }
        "ip" if !gives_networks() => {
            Some("no network of its own can be had: not root, or in a container".into())
        }
        "systemctl" if !gives_systems() => {
            Some("no system of its own can be had: not root, or in a container without cgroup2".into())
        }
        // Nothing of ours to run with it.
        "wine" => windows::hindrance(install),
        // Nothing to boot.
        "qemu-system-x86_64" => guest::hindrance(install),
        "cupsd" => needs(&["lpadmin", "ippeveprinter", "dbus-daemon"], install),
        "xfce4-panel" => needs(&["dbus-daemon", "Xvfb", "xdotool", "import"], install),
        "dunst" => needs(&["dbus-daemon", "Xvfb"], install),
        "pinentry-gtk-2" => needs(&["dbus-daemon", "Xvfb", "xdotool"], install),
        "vncviewer" => {
            guest::hindrance(install).or_else(|| needs(&["qemu-system-x86_64", "Xvfb", "xdotool"], install))
        }
        "openbox" => needs(&["Xvfb"], install),
        "gnome-keyring-daemon" => needs(&["dbus-daemon"], install),
        "secret-tool" => needs(&["dbus-daemon", "gnome-keyring-daemon"], install),
        _ => None,
    }
}

/// A program that is of no use without others.
fn needs(programs: &[&'static str], install: bool) -> Option<String> {
    let missing = provide(programs, install);
    (!missing.is_empty()).then(|| format!("{} is not installed", missing.join(", ")))
}

/// Only trying tells: containers often have the program, and names in /dev, but no devices.
fn gives_loop_devices() -> bool {
    let attach = || -> Result<()> {
        let backing = target("probe")?.join("loop");
        std::fs::write(&backing, [0; 4096])?;
        let device = capture(command("losetup").args(["--show", "-f"]).arg(&backing))?;
        capture(command("losetup").args(["-d", device.trim()])).map(drop)
    };
    is_root() && attach().is_ok()
}

/// A network of its own, in which `ip` may change something.
fn gives_networks() -> bool {
    let change = "mount -t sysfs none /sys && ip link add cable type veth peer name plug";
    capture(command("unshare").args(["--net", "--mount", "--map-root-user", "sh", "-c", change])).is_ok()
}

/// Namespaces of its own, in which a systemd can run: it makes groups of processes.
fn gives_systems() -> bool {
    let change = "mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /sys/fs/cgroup && \
                  mount -t cgroup2 none /sys/fs/cgroup && mkdir /sys/fs/cgroup/probe && rmdir /sys/fs/cgroup/probe";
    let namespaces = ["--mount", "--cgroup", "--pid", "--fork", "--mount-proc", "--map-root-user"];
    capture(command("unshare").args(namespaces).args(["sh", "-c", change])).is_ok()
}

/// The Debian package that brings a program.
pub(crate) fn package_of(program: &str) -> Option<&'static str> {
    TOOLS.iter().find(|(name, _)| *name == program).map(|(_, package)| *package)
}

pub(crate) fn is_root() -> bool {
    cfg!(unix) && capture(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn install_packages(packages: &[&str]) -> Result<()> {
    // Of two at the same time apt refuses one.
    static APT: Mutex<()> = Mutex::new(());
    let _turn = APT.lock().unwrap_or_else(PoisonError::into_inner);
    let apt = || {
        let mut apt = command("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
        apt
    };
    let suite = backports::suite_for(packages)?;
    let install = || {
        let mut install = apt();
        // What is there is not ours to remove.
        install.args(["install", "--yes", "--no-remove", "--no-install-recommends"]);
        install.args(suite.iter().flat_map(|suite| ["-t", suite])).args(packages);
        install
    };
    // The lists may be missing (fresh containers) or old; fetching them takes seconds, so try without first.
    if install().output().is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    capture(apt().arg("update"))?;
    capture(&mut install()).map(drop)
}

/// Fetches a package's `.deb` into `folder` unless one is there, and returns its path.
pub(crate) fn fetch(package: &str, folder: &Path) -> Result<std::path::PathBuf> {
    if let Some(path) = fetched(package, folder)? {
        return Ok(path);
    }
    let download = || capture(command("apt-get").args(["-qq", "download", package]).current_dir(folder));
    // The lists may be older than what the archive still has.
    if download().is_err() {
        capture(command("apt-get").args(["-qq", "update"]))?;
        download()?;
    }
    fetched(package, folder)?.ok_or_else(|| format!("apt-get did not bring {package}").into())
}

fn fetched(package: &str, folder: &Path) -> Result<Option<std::path::PathBuf>> {
    let prefix = format!("{package}_");
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&prefix) && name.ends_with(".deb") {
            return Ok(Some(folder.join(name.as_ref())));
        }
    }
    Ok(None)
}
