//! A disk with a used ext4 volume, made from this machine's own programs without root.

use crate::Result;
use crate::corpus::{MIB, format_ext4, write_partitioned};
use crate::shell::{capture, command, find};
use medv_format::vhd::{Footer, Timestamp, Uuid};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

const DISK: u64 = 384 * MIB;
/// Bytes of files on it.
const FILES: u64 = 240 * MIB;
/// Of these, bytes that are deleted again.
const DELETED: u64 = 60 * MIB;
/// Larger files would leave room for few others.
const LARGEST: u64 = 12 * MIB;

/// Makes a fixed VHD at `path`; says what is on it.
pub(super) fn make(path: &Path) -> Result<String> {
    if find("mke2fs").is_none() || find("debugfs").is_none() {
        return Err("a disk is made with mke2fs and debugfs (Debian package: e2fsprogs); or give one".into());
    }
    let files = path.with_extension("files");
    let deleted = collect(&files)?;
    let volume = path.with_extension("volume");
    File::create(&volume)?.set_len(DISK - MIB)?;
    format_ext4(&volume, &files)?;
    let mut script = String::new();
    for name in &deleted {
        writeln!(script, "rm \"/{name}\"")?;
    }
    let commands = path.with_extension("debugfs");
    fs::write(&commands, script)?;
    capture(command("debugfs").arg("-w").arg("-f").arg(&commands).arg(&volume))?;
    write_partitioned(path, DISK, 0x83, &volume)?;
    let footer =
        Footer::new_fixed(DISK, Uuid(*b"medv demo disk 1"), Timestamp::from_unix_seconds(1_700_000_000));
    File::options().append(true).open(path)?.write_all(&footer.to_bytes())?;
    fs::remove_dir_all(&files)?;
    fs::remove_file(&volume)?;
    fs::remove_file(&commands)?;
    Ok(format!("{} MiB, ext4, {} MiB of files, a quarter of them deleted", DISK / MIB, FILES / MIB))
}

/// Copies programs and libraries of this machine into a folder, every one under a number and its name; returns the names
/// of those that are to be deleted.
fn collect(into: &Path) -> Result<Vec<String>> {
    fs::create_dir_all(into)?;
    let mut queue: Vec<PathBuf> = ["/usr/share", "/usr/lib", "/usr/bin"].map(PathBuf::from).into();
    let (mut total, mut deleted_bytes, mut number) = (0, 0, 0);
    let mut deleted = Vec::new();
    while let Some(folder) = queue.pop() {
        // What cannot be read is passed over: any files will do.
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let Ok(about) = fs::symlink_metadata(&path) else { continue };
            if about.is_dir() {
                queue.push(path);
                continue;
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let plain = !name.contains(['"', '\\']) && name.is_ascii();
            if !about.is_file() || about.len() > LARGEST || !plain || total + about.len() > FILES {
                continue;
            }
            let name = format!("{number:05}-{name}");
            if fs::copy(&path, into.join(&name)).is_err() {
                continue;
            }
            total += about.len();
            number += 1;
            if number % 3 == 0 && deleted_bytes + about.len() <= DELETED {
                deleted_bytes += about.len();
                deleted.push(name);
            }
        }
        if total + MIB > FILES {
            break;
        }
    }
    Ok(deleted)
}
