//! How first time setup went, for each user of the machine: what administrators ask for.
//!
//! Each user has a file of his own in a folder in which all users may make files, and nobody may touch another's.

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
        whole_file::write(&path, &text)
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
            let is_small =
                fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() < 4096);
            let text = fs::read(path).ok().filter(|_| is_small)?;
            let result: Self = serde_json::from_slice(&text).ok()?;
            let name = path.file_stem()?.to_str()?;
            (file_name(&result.user) == name).then_some(result)
        };
        let mut results: Vec<Self> = entries.flatten().filter_map(|entry| read(&entry.path())).collect();
        results.sort_by(|a, b| a.user.cmp(&b.user));
        Ok(results)
    }
}

/// The user's name as a file's.
fn file_name(user: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '@');
    user.chars().map(|c| if is_plain(c) { c } else { '_' }).collect()
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
        for result in [result("bob", 3071), result("CORP\\alice", 0), result("bob", 0)] {
            result.keep(folder.path()).unwrap();
        }
        fs::write(folder.path().join("eve.json"), "{}").unwrap();
        // Nobody can have a result in another's name.
        fs::write(folder.path().join("mallory.json"), serde_json::to_vec(&result("bob", 3071)).unwrap())
            .unwrap();
        assert_eq!(SetupResult::all(folder.path()).unwrap(), [result("CORP\\alice", 0), result("bob", 0)]);
        assert_eq!(SetupResult::all(&folder.path().join("none")).unwrap(), []);
    }
}
