//! `cargo xtask guest OUT.vhd`: a small Linux that boots, sealed as an administrator's image would be, from Debian packages only.
//!
//! Debian's kernel for clouds, busybox, and the programs that manage users; what makes a system of them is in `xtask/guest/`. The
//! boot partition has syslinux, which is several seconds quicker than GRUB under emulation. Nothing is mounted, and nobody needs
//! to be root.

mod drivers;

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::Result;
use crate::packages::{fetch, provide};
use crate::shell::{capture, command, root, target};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The disk to make: a dynamic VHD
    #[arg(value_name = "OUT.vhd")]
    out: PathBuf,
}

const MIB: u64 = 1 << 20;
const SECTOR: u64 = 512;
/// The boot partition: FAT16, for the kernel.
const BOOT: Partition = Partition { start: MIB, bytes: 24 * MIB, kind: 6, active: true };
/// The system: ext4.
const SYSTEM: Partition = Partition { start: 25 * MIB, bytes: 102 * MIB, kind: 0x83, active: false };

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

struct Partition {
    start: u64,
    bytes: u64,
    kind: u8,
    active: bool,
}

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
    let made = provide_disk()?;
    fs::copy(&made, &options.out).map_err(|error| format!("{}: {error}", options.out.display()))?;
    Ok(())
}

/// The disk, made anew only if what it is made of has changed.
fn provide_disk() -> Result<PathBuf> {
    let folder = target("guest")?;
    let kernel = kernel_package()?;
    let made = folder.join(format!("guest-{:016x}.vhd", digest(&kernel)?));
    if made.exists() {
        return Ok(made);
    }
    let debs = target("guest/debs")?;
    let work = folder.join(format!("making-{}", std::process::id()));
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work)?;
    let disk = make(&kernel, &debs, &work)?;
    fs::rename(disk, &made)?;
    fs::remove_dir_all(&work)?;
    Ok(made)
}

/// The package that the current kernel for clouds is in.
fn kernel_package() -> Result<String> {
    let ask = || capture(command("apt-cache").args(["depends", "linux-image-cloud-amd64"]));
    let depends = ask().or_else(|_| {
        capture(command("apt-get").args(["-qq", "update"]))?;
        ask()
    })?;
    let name = depends.lines().find_map(|line| line.trim().strip_prefix("Depends: "));
    Ok(name.ok_or("apt-cache names no kernel for clouds")?.to_owned())
}

/// Of all that the disk is made of; packages by their names.
fn digest(kernel: &str) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    (kernel, PACKAGES, KEPT, include_str!("guest.rs"), include_str!("guest/drivers.rs")).hash(&mut hasher);
    let folder = root().join("xtask/guest");
    for path in files(&folder)? {
        path.strip_prefix(&folder)?.hash(&mut hasher);
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
    let system = system(&packages, work)?;
    let disk = work.join("disk.raw");
    write_partitions(&disk)?;
    boot_partition(&disk, &packages, &initrd, work)?;
    append_at(&disk, SYSTEM.start, &system)?;
    let vhd = work.join("disk.vhd");
    // Without force_size the size would be rounded to what cylinders make of it.
    capture(
        command("qemu-img")
            .args(["convert", "-f", "raw", "-O", "vpc", "-o", "subformat=dynamic,force_size=on"])
            .arg(&disk)
            .arg(&vhd),
    )?;
    Ok(vhd)
}

/// The system's file system.
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
    let volume = work.join("system.ext4");
    capture(
        command("mke2fs")
            .args(["-q", "-F", "-t", "ext4", "-b", "4096", "-m", "0", "-L", "system"])
            .args(["-O", "^metadata_csum", "-E", "root_owner=0:0", "-d"])
            .arg(&tree)
            .arg(&volume)
            .arg(format!("{}M", SYSTEM.bytes / MIB)),
    )?;
    Ok(volume)
}

#[cfg(unix)]
fn symlink(to: &str, link: &Path) -> Result<()> {
    Ok(std::os::unix::fs::symlink(to, link)?)
}

#[cfg(not(unix))]
fn symlink(_to: &str, _link: &Path) -> Result<()> {
    Err("a guest can only be made on Debian".into())
}

/// A disk of the full size, with its table of partitions.
fn write_partitions(disk: &Path) -> Result<()> {
    // The program that finds the active partition.
    let mut sector = fs::read("/usr/lib/SYSLINUX/mbr.bin").map_err(|error| format!("mbr.bin: {error}"))?;
    sector.resize(440, 0);
    sector.extend(*b"MEDV\0\0");
    for partition in [BOOT, SYSTEM] {
        sector.push(if partition.active { 0x80 } else { 0 });
        // Cylinders, heads and sectors that nobody looks at.
        sector.extend([0xfe, 0xff, 0xff, partition.kind, 0xfe, 0xff, 0xff]);
        sector.extend(u32::try_from(partition.start / SECTOR)?.to_le_bytes());
        sector.extend(u32::try_from(partition.bytes / SECTOR)?.to_le_bytes());
    }
    sector.resize(510, 0);
    sector.extend([0x55, 0xaa]);
    let mut file = File::create(disk)?;
    file.write_all(&sector)?;
    file.set_len(SYSTEM.start + SYSTEM.bytes + MIB)?;
    Ok(())
}

fn boot_partition(disk: &Path, packages: &Path, initrd: &Path, work: &Path) -> Result<()> {
    let volume = format!("{}@@{}", disk.display(), BOOT.start);
    let mtools = |program: &str| {
        let mut command = command(program);
        command.env("MTOOLS_SKIP_CHECK", "1").arg("-i").arg(&volume);
        command
    };
    let sectors = (BOOT.bytes / SECTOR).to_string();
    let hidden = (BOOT.start / SECTOR).to_string();
    capture(mtools("mformat").args(["-T", &sectors, "-h", "16", "-s", "63", "-H", &hidden, "::"]))?;
    let configuration = work.join("syslinux.cfg");
    fs::write(
        &configuration,
        "DEFAULT linux\nPROMPT 0\nLABEL linux\n KERNEL vmlinuz\n INITRD initrd.gz\n APPEND console=tty0 quiet panic=0\n",
    )?;
    let kernel = files(&packages.join("boot"))?
        .into_iter()
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("vmlinuz")))
        .ok_or("the package brings no kernel")?;
    for (file, name) in
        [(&kernel, "::vmlinuz"), (&initrd.to_owned(), "::initrd.gz"), (&configuration, "::syslinux.cfg")]
    {
        capture(mtools("mcopy").arg(file).arg(name))?;
    }
    capture(command("syslinux").args(["--install", "--offset", &BOOT.start.to_string()]).arg(disk))?;
    Ok(())
}

/// Copies a volume to its place on the disk; zeros stay holes.
fn append_at(disk: &Path, start: u64, volume: &Path) -> Result<()> {
    let mut from = File::open(volume)?;
    let mut to = fs::OpenOptions::new().write(true).open(disk)?;
    to.seek(SeekFrom::Start(start))?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        if buffer[..read].iter().all(|byte| *byte == 0) {
            to.seek(SeekFrom::Current(i64::try_from(read)?))?;
        } else {
            to.write_all(&buffer[..read])?;
        }
    }
}
