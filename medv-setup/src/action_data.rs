//! What the `.msi` gives to a deferred action: `KEY=VALUE|KEY=VALUE`. No path on Windows can contain the bar.

use std::path::PathBuf;

use crate::{Failure, Result};

/// The values by their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionData(Vec<(String, String)>);

impl ActionData {
    /// Takes apart what the property `CustomActionData` holds.
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('|').filter_map(|pair| pair.split_once('='));
        Self(pairs.map(|(key, value)| (key.trim().to_owned(), value.to_owned())).collect())
    }

    /// The value of `key`; `None` if it is empty or not there.
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The value of `key`, which must be there.
    ///
    /// # Errors
    /// If it is not: the `.msi` does not fit to this program.
    pub fn need(&self, key: &str) -> Result<&str> {
        self.get(key).ok_or_else(|| {
            Failure::general(format!(
                "the package gives no {key} to its action; it was made by another version: build it again"
            ))
        })
    }

    /// A folder: without the separator at the end that Windows Installer puts there.
    ///
    /// # Errors
    /// As [`ActionData::need`].
    pub fn folder(&self, key: &str) -> Result<PathBuf> {
        self.need(key).map(folder)
    }

    /// `true` if `key` is 1.
    pub fn is_set(&self, key: &str) -> bool {
        self.get(key) == Some("1")
    }
}

/// A folder as Windows Installer writes it. The root of a drive keeps its separator: `C:` is something else.
pub fn folder(text: &str) -> PathBuf {
    let bare = text.trim_end_matches(['\\', '/']);
    PathBuf::from(if bare.is_empty() || bare.ends_with(':') { text } else { bare })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_have_what_paths_and_names_have() {
        let data = ActionData::parse(r"FOLDER=C:\Program Data\a=b;c\|NAME=Büro, 1.5|EMPTY=|ON=1");
        assert_eq!(data.folder("FOLDER").unwrap(), PathBuf::from(r"C:\Program Data\a=b;c"));
        assert_eq!(data.need("NAME").unwrap(), "Büro, 1.5");
        assert!(data.is_set("ON") && !data.is_set("NAME"));
        assert_eq!(data.get("EMPTY"), None);
    }

    #[test]
    fn what_is_missing_is_named() {
        let message = ActionData::parse("A=1").need("FOLDER").unwrap_err().message;
        assert!(message.contains("no FOLDER") && message.contains("build it again"), "{message}");
    }

    #[test]
    fn the_root_of_a_drive_stays_one() {
        assert_eq!(folder(r"D:\"), PathBuf::from(r"D:\"));
        assert_eq!(folder(r"D:\x\"), PathBuf::from(r"D:\x"));
    }
}
