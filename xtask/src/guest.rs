//! `cargo xtask guest OUT.vhd`: a small Linux that boots, sealed as an administrator's image would be, from Debian packages only.
//!
//! Debian's kernel for clouds, busybox, and the programs that manage users; what makes a system of them is in `xtask/guest/`.
//! Nothing is mounted, and nobody needs to be root. With `--debian` it is a whole Debian instead ([`debian`]).

mod debian;
mod disk;
mod drivers;

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::Result;
use crate::packages::{fetch, provide};
use crate::shell::{capture, command, root, target};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The disk to make: a dynamic VHD
    #[arg(value_name = "OUT.vhd")]
    out: PathBuf,
    /// A whole Debian, with systemd and cloud-init; making it needs root
    #[arg(long)]
    debian: bool,
}

/// The partition of the system, in MiB.
const SYSTEM: u64 = 102;

/// Besides the kernel: a shell with all that belongs to it, and programs that manage users with their libraries.
const PACKAGES: &[&str] = &[
    "busybox-static",
    "passwd",
    "libaudit1",
    "libbz2-1.0",
    "libc6",
    "libcap-ng0",
    "libcrypt1",
    "libgcc-s1",
    "libpam-modules",
    "libpam0g",
    "libpcre2-8-0",
    "libselinux1",
    "libsemanage2",
    "libsepol2",
];

/// What is taken from the packages but busybox.
const KEPT: &[&str] = &[
    "usr/sbin/useradd",
    "usr/sbin/usermod",
    "usr/sbin/groupadd",
    "usr/sbin/chpasswd",
    "usr/bin/gpasswd",
    "lib/x86_64-linux-gnu",
    "lib64",
    "usr/lib/x86_64-linux-gnu",
];

/// Why a guest cannot be made here, if that is so.
pub(crate) fn hindrance(install: bool) -> Option<String> {
    let needed = ["apt-get", "dpkg-deb", "mcopy", "mformat", "mke2fs", "qemu-img", "syslinux"];
    let missing = provide(&needed, install);
    (!missing.is_empty()).then(|| format!("its guest cannot be made without {}", missing.join(", ")))
}

pub(crate) fn run(options: &Options) -> Result<()> {
    if let Some(hindrance) = hindrance(true) {
        return Err(hindrance.into());
    }
    let made = if options.debian { debian::provide_disk()? } else { provide_disk()? };
    fs::copy(&made, &options.out).map_err(|error| format!("{}: {error}", options.out.display()))?;
    Ok(())
}

fn provide_disk() -> Result<PathBuf> {
    let kernel = kernel_package("linux-image-cloud-amd64")?;
    let sources = [include_str!("guest.rs"), include_str!("guest/disk.rs"), include_str!("guest/drivers.rs")];
    let digest = digest(&(&kernel, PACKAGES, KEPT, sources), &root().join("xtask/guest"))?;
    made_once(&format!("guest-{digest:016x}.vhd"), |work| make(&kernel, &target("guest/debs")?, work))
}

/// A disk with this name, made only if it is not there yet. `make` has a folder that is gone afterwards.
fn made_once(name: &str, make: impl FnOnce(&Path) -> Result<PathBuf>) -> Result<PathBuf> {
    let folder = target("guest")?;
    let disk = folder.join(name);
    if disk.exists() {
        return Ok(disk);
    }
    let work = folder.join(format!("making-{}", std::process::id()));
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work)?;
    fs::rename(make(&work)?, &disk)?;
    fs::remove_dir_all(&work)?;
    Ok(disk)
}

/// The package that the current kernel of this kind is in.
fn kernel_package(kind: &str) -> Result<String> {
    let ask = || capture(command("apt-cache").args(["depends", kind]));
    let depends = ask().or_else(|_| {
        capture(command("apt-get").args(["-qq", "update"]))?;
        ask()
    })?;
    let name = depends.lines().find_map(|line| line.trim().strip_prefix("Depends: "));
    Ok(name.ok_or_else(|| format!("apt-cache names no kernel for {kind}"))?.to_owned())
}

/// Of all that a disk is made of: what is in `folder`, and the rest; packages by their names.
fn digest(rest: &impl Hash, folder: &Path) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    rest.hash(&mut hasher);
    for path in files(folder)? {
        path.strip_prefix(folder)?.hash(&mut hasher);
        fs::read(&path)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// All files below a folder, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}

fn make(kernel: &str, debs: &Path, work: &Path) -> Result<PathBuf> {
    let packages = work.join("packages");
    for package in PACKAGES.iter().copied().chain([kernel]) {
        let deb = fetch(package, debs)?;
        capture(command("dpkg-deb").arg("-x").arg(deb).arg(&packages))?;
    }
    let initrd = drivers::initrd(&packages, work)?;
    let kernel = kernel_in(&packages.join("boot"), "vmlinuz")?;
    let system = disk::system_volume(&system(&packages, work)?, SYSTEM, &["-O", "^metadata_csum"], work)?;
    disk::make(&disk::Boot { kernel, initrd, words: "quiet panic=0" }, &system, SYSTEM, work)
}

/// The file of a boot folder whose name begins so.
fn kernel_in(boot: &Path, name: &str) -> Result<PathBuf> {
    let is_it = |path: &PathBuf| path.file_name().is_some_and(|it| it.to_string_lossy().starts_with(name));
    Ok(files(boot)?.into_iter().find(is_it).ok_or_else(|| format!("the packages bring no {name}"))?)
}

/// The folder with the system's files.
fn system(packages: &Path, work: &Path) -> Result<PathBuf> {
    let tree = work.join("system");
    for folder in
        ["bin", "dev", "proc", "sys", "run", "tmp", "root", "home", "usr/bin", "usr/sbin", "usr/lib"]
    {
        fs::create_dir_all(tree.join(folder))?;
    }
    for folder in ["var/lib", "var/log", "var/lib/medv"] {
        fs::create_dir_all(tree.join(folder))?;
    }
    let copy = |from: &Path, to: &Path| {
        fs::create_dir_all(to)?;
        capture(command("cp").arg("-a").arg(from).arg(to))
    };
    for kept in KEPT {
        copy(&packages.join(kept), tree.join(kept).parent().unwrap_or(&tree))?;
    }
    copy(&root().join("xtask/guest/root/."), &tree)?;
    let busybox = packages.join("bin/busybox");
    fs::copy(&busybox, tree.join("bin/busybox"))?;
    fs::create_dir_all(tree.join("sbin"))?;
    for applet in capture(command("sh").arg("-c").arg("\"$0\" --list").arg(&busybox))?.lines() {
        let link = tree.join(if applet == "init" { "sbin" } else { "bin" }).join(applet);
        if fs::symlink_metadata(&link).is_err() {
            symlink("/bin/busybox", &link)?;
        }
    }
    Ok(tree)
}

#[cfg(unix)]
fn symlink(to: &str, link: &Path) -> Result<()> {
    Ok(std::os::unix::fs::symlink(to, link)?)
}

#[cfg(not(unix))]
fn symlink(_to: &str, _link: &Path) -> Result<()> {
    Err("a guest can only be made on Debian".into())
}
