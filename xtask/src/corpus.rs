//! Realistic disks to measure with: made once, from Debian packages, then kept.
//!
//! A disk's history is a list of [`Step`]s: programs are installed, some are removed again, others come after.
//! What was removed stays on the disk as residue, as it does on every machine that has been used.

mod ext4;
mod ntfs;
mod recipes;
mod tree;

use crate::Result;
use crate::shell::{capture, command};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

pub(crate) use ext4::format as format_ext4;
pub(crate) use recipes::{full, quick};

pub(crate) const MIB: u64 = 1 << 20;

/// Where the partition starts on every partitioned disk of the corpus.
const PARTITION: u64 = MIB;

/// One thing that happens to a volume.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    /// A package's files arrive under a folder.
    Install { package: &'static str, folder: &'static str },
    /// The package's own `.deb` arrives in a folder.
    Keep { package: &'static str, folder: &'static str },
    /// A folder and all that is in it is deleted.
    Remove { folder: &'static str },
}

/// What is on a disk.
pub(crate) enum Content {
    Ext4(Vec<Step>),
    Ntfs(Vec<Step>),
    /// Pseudo-random bytes from end to end.
    Random,
}

/// A disk to be made.
pub(crate) struct Recipe {
    pub(crate) name: &'static str,
    pub(crate) bytes: u64,
    pub(crate) content: Content,
    /// The fixed VHD is written with holes instead of zeros.
    pub(crate) sparse: bool,
}

/// A disk that is there, in the forms that the tools take.
pub(crate) struct Disk {
    pub(crate) name: &'static str,
    pub(crate) fixed: PathBuf,
    pub(crate) dynamic: PathBuf,
    /// The bare volume (for tools that know file systems), if the disk has one.
    pub(crate) volume: Option<PathBuf>,
}

/// The disk of a recipe: found in `folder`, or made there. `debs` is where packages are kept.
pub(crate) fn provide(recipe: &Recipe, folder: &Path, debs: &Path) -> Result<Disk> {
    let file = |suffix: &str| folder.join(format!("{}{suffix}", recipe.name));
    let volume = (!matches!(recipe.content, Content::Random)).then(|| file(".volume"));
    let disk = Disk { name: recipe.name, fixed: file("-fixed.vhd"), dynamic: file("-dynamic.vhd"), volume };
    if disk.fixed.exists() && disk.dynamic.exists() && disk.volume.as_ref().is_none_or(|path| path.exists()) {
        return Ok(disk);
    }
    println!("making disk {} ({} MiB)", recipe.name, recipe.bytes / MIB);
    let work = file(".making");
    if work.exists() {
        ntfs::unmount_leftover(&work);
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    let raw = work.join("disk.raw");
    match &recipe.content {
        Content::Random => write_random(&raw, recipe.bytes)?,
        Content::Ext4(steps) | Content::Ntfs(steps) => {
            let made = work.join("volume");
            File::create(&made)?.set_len(recipe.bytes - PARTITION)?;
            let partition_type = if matches!(recipe.content, Content::Ntfs(_)) {
                ntfs::fill(&made, steps, debs, &work)?;
                0x07
            } else {
                ext4::fill(&made, steps, debs, &work)?;
                0x83
            };
            write_partitioned(&raw, recipe.bytes, partition_type, &made)?;
            fs::rename(&made, file(".volume"))?;
        }
    }
    convert(&raw, &work.join("fixed"), "fixed", recipe.sparse)?;
    convert(&raw, &work.join("dynamic"), "dynamic", true)?;
    fs::rename(work.join("fixed"), &disk.fixed)?;
    fs::rename(work.join("dynamic"), &disk.dynamic)?;
    fs::remove_dir_all(&work)?;
    Ok(disk)
}

fn convert(raw: &Path, to: &Path, form: &str, sparse: bool) -> Result<()> {
    let mut convert = command("qemu-img");
    convert.args(["convert", "-f", "raw", "-O", "vpc", "-o", &format!("subformat={form},force_size=on")]);
    if !sparse {
        convert.args(["-S", "0"]);
    }
    capture(convert.arg(raw).arg(to)).map(drop)
}

/// A disk with a master boot record and one partition, filled from a volume; zeros become holes.
pub(crate) fn write_partitioned(raw: &Path, bytes: u64, partition_type: u8, volume: &Path) -> Result<()> {
    let mut disk = File::create(raw)?;
    disk.set_len(bytes)?;
    write_partition_table(&mut disk, bytes, partition_type)?;
    let mut volume = File::open(volume)?;
    let mut buffer = vec![0; 1 << 16];
    let mut at = PARTITION;
    loop {
        let length = volume.read(&mut buffer)?;
        let Some(read) = buffer.get(..length).filter(|read| !read.is_empty()) else { return Ok(()) };
        if read.iter().any(|byte| *byte != 0) {
            disk.seek(SeekFrom::Start(at))?;
            disk.write_all(read)?;
        }
        at += length as u64;
    }
}

/// Divides a disk of `bytes` bytes: one partition, from 1 MiB to its end.
pub(crate) fn write_partition_table(disk: &mut File, bytes: u64, partition_type: u8) -> Result<()> {
    Ok(disk.write_all(&master_boot_record(bytes, partition_type)?)?)
}

/// One active partition from 1 MiB to the end of the disk; the cylinder fields say "beyond", as is usual today.
fn master_boot_record(bytes: u64, partition_type: u8) -> Result<[u8; 512]> {
    let start = u32::try_from(PARTITION / 512)?;
    let sectors = u32::try_from((bytes - PARTITION) / 512)?;
    let mut record = [0; 512];
    record[440..444].copy_from_slice(b"medv");
    record[446] = 0x80;
    record[447..450].copy_from_slice(&[0x20, 0x21, 0x00]);
    record[450] = partition_type;
    record[451..454].copy_from_slice(&[0xfe, 0xff, 0xff]);
    record[454..458].copy_from_slice(&start.to_le_bytes());
    record[458..462].copy_from_slice(&sectors.to_le_bytes());
    record[510..].copy_from_slice(&[0x55, 0xaa]);
    Ok(record)
}

/// The same bytes on every machine: xorshift64 from a fixed seed.
fn write_random(path: &Path, bytes: u64) -> Result<()> {
    let mut file = File::create(path)?;
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut buffer = Vec::with_capacity(1 << 20);
    for _ in 0..bytes / MIB {
        buffer.clear();
        for _ in 0..MIB / 8 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            buffer.extend_from_slice(&state.to_le_bytes());
        }
        file.write_all(&buffer)?;
    }
    Ok(())
}
