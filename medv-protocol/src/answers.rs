//! What the host tells the guest before the two can talk: a file `answers.json` on the medium of the first boots.

use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// The version of the file. Fields that a reader does not know are ignored; another version is refused.
pub const ANSWERS_VERSION: u32 = 1;

/// The content of `answers.json`. What is not given stays as the image has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// [`ANSWERS_VERSION`].
    pub version: u32,
    /// The computer name, at most 15 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computer_name: Option<String>,
    /// The user whose machine this becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserAnswer>,
    /// The time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZoneAnswer>,
    /// Language and keyboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionAnswer>,
    /// The name that the guest is registered to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The organisation that the guest is registered to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
}

/// A user account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserAnswer {
    /// Its name.
    pub name: String,
    /// The password as crypt(3) writes it, `$6$…`. Without it the account has none, and nobody can log on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<Secret>,
    /// Groups besides its own. Those that the guest has not are passed over.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// A time zone under both of its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeZoneAnswer {
    /// The IANA name: `Europe/Berlin`.
    pub iana: String,
    /// The name that Windows has for it: `W. Europe Standard Time`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub windows: Option<String>,
}

/// Language and keyboard, as Linux and as Windows name them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionAnswer {
    /// `de_DE.UTF-8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// `de-DE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub windows_locale: Option<String>,
    /// The XKB layout: `de`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyboard: Option<String>,
    /// `0407:00000407`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub windows_keyboard: Option<String>,
}

impl Answers {
    /// Answers that say nothing.
    pub fn none() -> Self {
        Self {
            version: ANSWERS_VERSION,
            computer_name: None,
            user: None,
            time_zone: None,
            region: None,
            full_name: None,
            organisation: None,
        }
    }

    /// Reads the file's content.
    ///
    /// # Errors
    /// If it is no JSON of this structure, or of another version: a text that says so.
    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        let answers: Self = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        if answers.version == ANSWERS_VERSION {
            Ok(answers)
        } else {
            Err(format!(
                "version {} of the answers, and this program knows {ANSWERS_VERSION}",
                answers.version
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_may_say_nothing_and_may_say_what_is_not_known_yet() {
        assert_eq!(Answers::from_json(br#"{"version":1,"colour":"red"}"#), Ok(Answers::none()));
    }

    #[test]
    fn another_version_is_refused() {
        assert!(Answers::from_json(br#"{"version":2}"#).is_err_and(|why| why.contains("version 2")));
    }
}
