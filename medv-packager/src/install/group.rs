//! The group of those who share a workspace.

use std::process::{Command, Stdio};

use medv_codec::{Error, Result};
use nix::unistd::{Gid, Group};

use super::Machine;

/// Its name. The host agent of whoever is not in it leaves a shared workspace alone.
pub const SHARED_GROUP: &str = "medv-shared";

/// What makes a group of the system's: of the shadow utilities, or of busybox.
const MAKERS: [(&str, &[&str]); 2] =
    [("groupadd", &["--system", SHARED_GROUP]), ("addgroup", &["-S", SHARED_GROUP])];

/// The group, made if it is not there.
pub(super) fn shared_group(machine: &Machine) -> Result<Gid> {
    if let Some(group) = find()? {
        return Ok(group);
    }
    let by_hand = format!("make the group {SHARED_GROUP}, then install the workspace again");
    let cannot = |error| Error::io(format!("cannot make the group {SHARED_GROUP}"), error).advice(&by_hand);
    let maker = MAKERS.iter().find_map(|(name, arguments)| Some((machine.program(name)?, *arguments)));
    let (program, arguments) =
        maker.ok_or_else(|| cannot(std::io::ErrorKind::NotFound.into()).in_file("groupadd"))?;
    let output = Command::new(&program).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| cannot(error).in_file(&program))?;
    // Another installation may have been faster.
    find()?.ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        cannot(std::io::Error::other(said)).in_file(&program)
    })
}

fn find() -> Result<Option<Gid>> {
    let found = Group::from_name(SHARED_GROUP);
    found.map(|group| group.map(|group| group.gid)).map_err(|error| {
        Error::io(format!("cannot find out whether there is a group {SHARED_GROUP}"), error.into())
    })
}
