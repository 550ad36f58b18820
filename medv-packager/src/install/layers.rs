//! The layers that users have over the master disk, and the states of their machines.
//!
//! Deleted by root in folders that users can write to: no link is followed on the way, or a user could have any folder of
//! the machine emptied.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use medv_codec::{Error, Result};
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, unlinkat};
use rustix::io::Errno;

use super::Machine;

/// A user's folder of layers, from the home on.
const IN_HOME: [&str; 3] = [".local", "share", "medv"];

/// Deletes all of them; returns what they were.
pub(super) fn delete(machine: &Machine) -> Result<Vec<PathBuf>> {
    let mut deleted = Vec::new();
    let shared = machine.all_users();
    if let Some(folder) = open(&shared, &[])? {
        empty(&folder, &shared, &mut deleted)?;
    }
    for home in homes(machine)? {
        if let Some(folder) = open(&home, &IN_HOME)? {
            empty(&folder, &IN_HOME.iter().fold(home, |path, name| path.join(name)), &mut deleted)?;
        }
    }
    Ok(deleted)
}

/// The homes of all users, as the system's list of users has them.
fn homes(machine: &Machine) -> Result<Vec<PathBuf>> {
    let path = machine.root.join("etc/passwd");
    let users = match fs::read_to_string(&path) {
        Ok(users) => users,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Error::io("cannot read", error).in_file(path)),
    };
    let home = |line: &str| Some(line.split(':').nth(5)?.trim_start_matches('/').to_owned());
    let mut homes: Vec<PathBuf> = users
        .lines()
        .filter_map(home)
        .filter(|home| !home.is_empty())
        .map(|home| machine.root.join(home))
        .collect();
    homes.sort();
    homes.dedup();
    Ok(homes)
}

/// The folder below `start`, if it is there and no link leads to it.
fn open(start: &Path, below: &[&str]) -> Result<Option<OwnedFd>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut path = start.to_owned();
    let mut folder = openat(CWD, start, flags, Mode::empty());
    for name in below {
        path.push(name);
        folder = folder.and_then(|folder| openat(&folder, *name, flags, Mode::empty()));
    }
    match folder {
        Ok(folder) => Ok(Some(folder)),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
        Err(error) => Err(Error::io("cannot open the folder", error.into()).in_file(path)),
    }
}

/// Deletes what is in a folder, folders included.
fn empty(folder: &OwnedFd, path: &Path, deleted: &mut Vec<PathBuf>) -> Result<()> {
    let cannot = |error: Errno| Error::io("cannot delete", error.into()).in_file(path);
    for entry in Dir::read_from(folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let path = path.join(name.to_string_lossy().as_ref());
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(folder, name, flags, Mode::empty()) {
            Ok(inner) if entry.file_type() != FileType::Symlink => {
                empty(&inner, &path, deleted)?;
                unlinkat(folder, name, AtFlags::REMOVEDIR).map_err(cannot)?;
            }
            _ => {
                unlinkat(folder, name, AtFlags::empty()).map_err(cannot)?;
                deleted.push(path);
            }
        }
    }
    Ok(())
}
