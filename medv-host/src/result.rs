//! How first time setup went, for each user of the machine: what administrators ask for.
//!
//! Each user has a file of his own in a folder in which all users may make files, and nobody may touch another's. What it says is
//! that user's own word.

use std::fs;
use std::io;
use std::path::Path;

use medv_codec::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::whole_file;

/// How first time setup went for a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupResult {
    /// The user.
    pub user: String,
    /// The guest's computer name; of a failure, the one that it would have had.
    pub machine: String,
    /// 0, or the number of the event that it failed with.
    pub status_code: u32,
    /// When it ended.
    pub time: Moment,
}

impl SetupResult {
    /// Keeps it in place of the user's result before.
    ///
    /// # Errors
    /// I/O.
    pub fn keep(&self, folder: &Path) -> Result<()> {
        let path = folder.join(format!("{}.json", file_name(&self.user)));
        let text = serde_json::to_vec(self).map_err(|error| Error::io("cannot write", error.into()))?;
        whole_file::write(&path, &text)?;
        make_public(&path)
    }

    /// Those of all users, by name. What is no result is passed over: users can put anything there.
    ///
    /// # Errors
    /// If the folder is there and cannot be read.
    pub fn all(folder: &Path) -> Result<Vec<Self>> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io("cannot read the folder", error).in_file(folder)),
        };
        let read = |path: &Path| -> Option<Self> {
            let found = fs::symlink_metadata(path).ok()?;
            let is_small = found.is_file() && found.len() < 4096;
            let text = fs::read(path).ok().filter(|_| is_small)?;
            let result: Self = serde_json::from_slice(&text).ok()?;
            let name = path.file_stem()?.to_str()?;
            (file_name(&result.user) == name && may_speak_for(&found, &result.user)).then_some(result)
        };
        let mut results: Vec<Self> = entries.flatten().filter_map(|entry| read(&entry.path())).collect();
        results.sort_by(|a, b| a.user.cmp(&b.user));
        Ok(results)
    }
}

/// All users may read it, whatever they have set for their own files.
#[cfg(unix)]
fn make_public(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let public = fs::set_permissions(path, fs::Permissions::from_mode(0o644));
    public.map_err(|error| Error::io("cannot make it readable to all", error).in_file(path))
}

/// The folder says who may read what is in it.
#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "Linux has something to do here")]
fn make_public(_: &Path) -> Result<()> {
    Ok(())
}

/// Whether the file is the user's own, or root's. In another one's name he could only say what is not so.
#[cfg(unix)]
fn may_speak_for(file: &fs::Metadata, user: &str) -> bool {
    use nix::unistd::{Uid, User};
    use std::os::unix::fs::MetadataExt;
    let owner = Uid::from_raw(file.uid());
    let is_of = |uid| User::from_uid(uid).ok().flatten().is_some_and(|owner| owner.name == user);
    owner.is_root() || owner == Uid::current() || is_of(owner)
}

/// The folder lets nobody write what is another's.
#[cfg(windows)]
fn may_speak_for(_: &fs::Metadata, _: &str) -> bool {
    true
}

/// The user's name as a file's; no two users have the same.
fn file_name(user: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '@');
    user.chars().map(|c| if is_plain(c) { c.to_string() } else { format!("%{:02X}", u32::from(c)) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_result_of_each_user_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let result = |user: &str, status_code| SetupResult {
            user: user.to_owned(),
            machine: "MEDV-1".to_owned(),
            status_code,
            time: Moment(1),
        };
        let results =
            [result("bob", 3071), result("CORP\\alice", 0), result("CORP_alice", 3071), result("bob", 0)];
        for result in results {
            result.keep(folder.path()).unwrap();
        }
        fs::write(folder.path().join("eve.json"), "{}").unwrap();
        // A file is one user's.
        fs::write(folder.path().join("mallory.json"), serde_json::to_vec(&result("bob", 3071)).unwrap())
            .unwrap();
        let expected = [result("CORP\\alice", 0), result("CORP_alice", 3071), result("bob", 0)];
        assert_eq!(SetupResult::all(folder.path()).unwrap(), expected);
        assert_eq!(SetupResult::all(&folder.path().join("none")).unwrap(), []);
    }

    #[cfg(unix)]
    #[test]
    fn all_can_read_a_result_and_nobody_can_make_one_in_anothers_name() {
        use std::os::unix::fs::{PermissionsExt, chown};
        let folder = tempfile::tempdir().unwrap();
        let result =
            SetupResult { user: "bob".into(), machine: "MEDV-1".into(), status_code: 0, time: Moment(1) };
        result.keep(folder.path()).unwrap();
        let path = folder.path().join("bob.json");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(SetupResult::all(folder.path()).unwrap(), [result]);
        // Only root can give a file away, as whom CI runs: nobody's file about bob.
        if nix::unistd::Uid::current().is_root() {
            chown(&path, Some(65534), None).unwrap();
            assert_eq!(SetupResult::all(folder.path()).unwrap(), []);
        }
    }
}
