//! The saved state of a machine: a file with what must be the same again, then what QEMU wrote.
//!
//! The first 4096 bytes are a line of JSON and zeros; QEMU's own stream follows.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use medv_codec::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::accelerator::Accelerator;
use super::qmp::Qmp;
use crate::access;

const HEADER: usize = 4096;

/// What must be the same when the machine wakes up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    /// QEMU's name for the kind of machine.
    pub(super) machine: String,
    pub(super) accelerator: Accelerator,
    pub(super) memory_mib: u32,
    /// Whether it has a sound card.
    pub(super) sound: bool,
    /// The bridges that its adapters are on; none if it shares the host's address.
    pub(super) bridges: Option<Vec<String>>,
}

/// Reads what a state was saved from.
pub(super) fn header_of(path: &Path) -> Result<Header> {
    let damaged = |why: String| {
        Error::damaged(format!("it is no saved state of a machine: {why}"))
            .in_file(path)
            .advice("delete it; the machine then boots, as after a power failure")
    };
    let mut file = File::open(path).map_err(|error| Error::io("cannot open", error).in_file(path))?;
    let mut bytes = [0; HEADER];
    file.read_exact(&mut bytes).map_err(|error| damaged(error.to_string()))?;
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    serde_json::from_slice(text).map_err(|error| damaged(error.to_string()))
}

/// Has the state of the stopped machine, whose QEMU runs in `folder`, written to `path`, which has its name only when everything is on disk.
pub(super) fn write(qmp: &Qmp, folder: &Path, header: &Header, path: &Path) -> Result<()> {
    let part = part_of(path);
    let written = write_part(qmp, folder, header, &part).and_then(|()| {
        let renamed = fs::rename(&part, path).and_then(|()| sync_folder(path));
        renamed.map_err(|error| Error::io("cannot rename", error).in_file(&part))
    });
    if written.is_err() {
        // What went wrong first is what the caller has to know.
        _ = fs::remove_file(&part);
    }
    written
}

fn write_part(qmp: &Qmp, folder: &Path, header: &Header, part: &Path) -> Result<()> {
    let cannot = |error: io::Error| Error::io("cannot write", error).in_file(part);
    let mut block = serde_json::to_vec(header).map_err(|error| cannot(error.into()))?;
    block.resize(HEADER, 0);
    let mut file = new_file(part).map_err(cannot)?;
    file.seek(SeekFrom::Start(HEADER as u64)).map_err(cannot)?;
    qmp.execute("migrate-set-parameters", &json!({"max-bandwidth": i64::MAX}))?;
    stream::out(qmp, folder, &mut file, part)?;
    finished(qmp)?;
    file.rewind().and_then(|()| file.write_all(&block)).and_then(|()| file.sync_all()).map_err(cannot)
}

/// An empty file in place of what was left over there. It is to hold the guest's memory: only those may read it who use the machine.
fn new_file(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    // A link is nothing that it would follow.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    access::as_in(path.parent().unwrap_or(Path::new("/")), &file)?;
    Ok(file)
}

/// Has a machine that was started with `-incoming defer` go on from the state in `path`. It is paused still. The file is
/// deleted: from here on, the disk may change, and a state that does not belong to its disk would destroy it.
pub(super) fn read(qmp: &Qmp, folder: &Path, path: &Path) -> Result<()> {
    stream::back(qmp, folder, path)?;
    finished(qmp)?;
    let deleted = fs::remove_file(path).and_then(|()| sync_folder(path));
    deleted.map_err(|error| {
        Error::io("cannot delete the saved state, which must not be used twice", error).in_file(path)
    })
}

/// Waits for QEMU's word that all of it was written, or read.
fn finished(qmp: &Qmp) -> Result<()> {
    loop {
        let migration = qmp.execute("query-migrate", &json!({}))?;
        match migration["status"].as_str() {
            Some("completed") => return Ok(()),
            Some("failed" | "cancelled") => {
                let why = migration["error-desc"].as_str().unwrap_or("no reason given").to_owned();
                return Err(Error::new(ErrorKind::Io, format!("QEMU has given up on the state: {why}")));
            }
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    // Windows has no such thing as a folder that is synced.
    if cfg!(windows) {
        return Ok(());
    }
    File::open(path.parent().unwrap_or(Path::new("/")))?.sync_all()
}

/// QEMU gets one end of a pair of sockets, and we pass on what comes or goes: every version can do that.
#[cfg(unix)]
mod stream {
    use std::os::fd::AsFd;

    use super::super::wire::Wire;
    use super::{Error, File, HEADER, Path, Qmp, Result, Seek, SeekFrom, io, json};

    /// What QEMU calls its end.
    const NAME: &str = "state";

    pub(super) fn out(qmp: &Qmp, _: &Path, file: &mut File, path: &Path) -> Result<()> {
        let mut ours = lend(qmp)?;
        qmp.execute("migrate", &json!({"uri": format!("fd:{NAME}")}))?;
        io::copy(&mut ours, file).map(drop).map_err(|error| Error::io("cannot write", error).in_file(path))
    }

    pub(super) fn back(qmp: &Qmp, _: &Path, path: &Path) -> Result<()> {
        let mut ours = lend(qmp)?;
        let cannot = |error| Error::io("cannot read", error).in_file(path);
        let mut file = File::open(path).map_err(cannot)?;
        file.seek(SeekFrom::Start(HEADER as u64)).map_err(cannot)?;
        qmp.execute("migrate-incoming", &json!({"uri": format!("fd:{NAME}")}))?;
        match io::copy(&mut file, &mut ours) {
            // QEMU says itself why it wants no more.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            copied => copied.map(drop).map_err(cannot),
        }
    }

    fn lend(qmp: &Qmp) -> Result<Wire> {
        let (ours, theirs) =
            Wire::pair().map_err(|error| Error::io("cannot make a pair of sockets", error))?;
        qmp.execute_with(theirs.as_fd(), "getfd", &json!({"fdname": NAME}))?;
        Ok(ours)
    }
}

/// QEMU reads and writes the file itself, behind the header. It can since 8.2.
#[cfg(windows)]
mod stream {
    use super::super::names::name;
    use super::{File, HEADER, Path, Qmp, Result, json};

    pub(super) fn out(qmp: &Qmp, folder: &Path, _: &mut File, path: &Path) -> Result<()> {
        qmp.execute("migrate", &json!({"uri": uri(folder, path)})).map(drop)
    }

    pub(super) fn back(qmp: &Qmp, folder: &Path, path: &Path) -> Result<()> {
        qmp.execute("migrate-incoming", &json!({"uri": uri(folder, path)})).map(drop)
    }

    fn uri(folder: &Path, path: &Path) -> String {
        format!("file:{},offset={HEADER}", name(folder, path).display())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_state_is_written_for_those_who_use_the_machine_and_through_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let (part, precious) = (folder.path().join("office.saved.part"), folder.path().join("precious"));
        fs::write(&precious, "precious").unwrap();
        for (of_folder, expected) in [(0o700, 0o600), (0o2770, 0o660)] {
            fs::set_permissions(folder.path(), PermissionsExt::from_mode(of_folder)).unwrap();
            _ = fs::remove_file(&part);
            symlink(&precious, &part).unwrap();
            new_file(&part).unwrap().write_all(b"state").unwrap();
            let written = fs::symlink_metadata(&part).unwrap();
            assert_eq!(written.permissions().mode() & 0o777, expected);
            assert!(written.is_file() && fs::read(&precious).unwrap() == b"precious");
        }
    }
}
