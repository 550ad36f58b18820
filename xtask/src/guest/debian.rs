//! A whole Debian, as an administrator makes one for users: systemd, cloud-init with Debian's own configuration, sudo, a desktop
//! with a window manager and a terminal, sound. What he adds is in `xtask/guest-debian/root/`, what he types at the end in `xtask/guest-debian/seal`.
//!
//! The packages come from where this machine's own come from.

use std::path::{Path, PathBuf};

use super::{digest, disk, kernel_in, kernel_package, made_once};
use crate::Result;
use crate::packages::{is_root, provide};
use crate::shell::{capture, command, root};

/// Where this machine's packages come from.
const SOURCES: &str = "/etc/apt/sources.list.d/debian.sources";
const RELEASE: &str = "bookworm";

/// The partition of the system, in MiB.
const SYSTEM: u64 = 2000;

/// With drivers for screens and sound, which the one for clouds has not.
const KERNEL: &str = "linux-image-amd64";

/// Besides what every Debian has.
const PACKAGES: &[&str] = &[
    "alsa-utils",
    "cloud-init",
    "dbus",
    "dbus-user-session",
    "htop",
    "ifupdown",
    "iproute2",
    "isc-dhcp-client",
    "libpam-systemd",
    KERNEL,
    "locales",
    "openbox",
    "procps",
    "sudo",
    "systemd-sysv",
    "udev",
    "x11-utils",
    "xinit",
    "xserver-xorg-core",
    "xserver-xorg-input-libinput",
    "xterm",
    "zstd",
];

/// What is left out, so that the disk is smaller.
const LEFT_OUT: &[&str] = &["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*/*"];

/// The disk; made anew if what it is made of has changed.
pub(super) fn provide_disk() -> Result<PathBuf> {
    if !is_root() {
        return Err("a Debian is made by root only: its packages run programs of their own".into());
    }
    if !provide(&["mmdebstrap"], true).is_empty() {
        return Err("a Debian cannot be made without mmdebstrap".into());
    }
    let folder = root().join("xtask/guest-debian");
    let sources = [include_str!("debian.rs"), include_str!("disk.rs")];
    let digest = digest(&(kernel_package(KERNEL)?, sources), &folder)?;
    made_once(&format!("debian-{digest:016x}.vhd"), |work| make(&folder, work))
}

fn make(folder: &Path, work: &Path) -> Result<PathBuf> {
    let tree = work.join("tree");
    let folder = folder.display();
    let mut mmdebstrap = command("mmdebstrap");
    mmdebstrap.args(["--quiet", "--mode=root", "--variant=minbase"]);
    mmdebstrap.arg(format!("--include={}", PACKAGES.join(",")));
    mmdebstrap.args(LEFT_OUT.iter().map(|path| format!("--dpkgopt=path-exclude={path}")));
    for step in [
        // Whoever owns the sources, all of it is root's there.
        format!(
            "tar -C '{folder}/root' --owner=0 --group=0 --mode=go-w -c . | tar -C \"$1\" --no-overwrite-dir -x"
        ),
        format!("chroot \"$1\" sh -c \"$(cat '{folder}/seal')\""),
    ] {
        mmdebstrap.arg(format!("--customize-hook={step}"));
    }
    capture(mmdebstrap.arg(RELEASE).arg(&tree).arg(SOURCES))?;
    let boot = disk::Boot {
        kernel: kernel_in(&tree.join("boot"), "vmlinuz")?,
        initrd: kernel_in(&tree.join("boot"), "initrd.img")?,
        words: "root=LABEL=system ro quiet panic=0",
    };
    let system = disk::system_volume(&tree, SYSTEM, &[], work)?;
    disk::make(&boot, &system, SYSTEM, work)
}
