//! A disk that boots: a partition with syslinux, which is several seconds quicker than GRUB under emulation, and one with the
//! system. Nothing is mounted.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::Result;
use crate::shell::{capture, command};

const MIB: u64 = 1 << 20;
const SECTOR: u64 = 512;
/// The boot partition: FAT16, for the kernel.
const BOOT: Partition = Partition { start: MIB, bytes: 24 * MIB, kind: 6, active: true };

struct Partition {
    start: u64,
    bytes: u64,
    kind: u8,
    active: bool,
}

/// The partition of the system: ext4.
fn system_partition(mib: u64) -> Partition {
    Partition { start: BOOT.start + BOOT.bytes, bytes: mib * MIB, kind: 0x83, active: false }
}

/// What the boot partition has.
pub(super) struct Boot<'a> {
    pub(super) kernel: PathBuf,
    pub(super) initrd: PathBuf,
    /// What the kernel is told.
    pub(super) words: &'a str,
}

/// The folder `tree` as an ext4 volume of so many MiB; `form` are options of mke2fs.
pub(super) fn system_volume(tree: &Path, mib: u64, form: &[&str], work: &Path) -> Result<PathBuf> {
    let volume = work.join("system.ext4");
    capture(
        command("mke2fs")
            .args(["-q", "-F", "-t", "ext4", "-b", "4096", "-m", "0", "-L", "system"])
            .args(form)
            .args(["-E", "root_owner=0:0", "-d"])
            .arg(tree)
            .arg(&volume)
            .arg(format!("{mib}M")),
    )?;
    Ok(volume)
}

/// A dynamic VHD with a system's volume of so many MiB.
pub(super) fn make(boot: &Boot, system: &Path, mib: u64, work: &Path) -> Result<PathBuf> {
    let disk = work.join("disk.raw");
    let partition = system_partition(mib);
    write_partitions(&disk, &partition)?;
    boot_partition(&disk, boot, work)?;
    append_at(&disk, partition.start, system)?;
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

/// A disk of the full size, with its table of partitions.
fn write_partitions(disk: &Path, system: &Partition) -> Result<()> {
    // The program that finds the active partition.
    let mut sector = fs::read("/usr/lib/SYSLINUX/mbr.bin").map_err(|error| format!("mbr.bin: {error}"))?;
    sector.resize(440, 0);
    sector.extend(*b"MEDV\0\0");
    for partition in [&BOOT, system] {
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
    file.set_len(system.start + system.bytes + MIB)?;
    Ok(())
}

fn boot_partition(disk: &Path, boot: &Boot, work: &Path) -> Result<()> {
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
    let text = format!(
        "DEFAULT linux\nPROMPT 0\nLABEL linux\n KERNEL vmlinuz\n INITRD initrd.gz\n APPEND console=tty0 {}\n",
        boot.words
    );
    fs::write(&configuration, text)?;
    for (file, name) in
        [(&boot.kernel, "::vmlinuz"), (&boot.initrd, "::initrd.gz"), (&configuration, "::syslinux.cfg")]
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
