//! The one table of all settings, and how one is found in it.

mod diagnostics;
mod fts;
mod guest;
mod user_experience;
mod vm;

use std::fmt;

use crate::kind::{Kind, Unit};
use crate::setting::{Group, Preset, Setting};

const TABLES: [&[Setting]; 5] =
    [diagnostics::SETTINGS, fts::SETTINGS, user_experience::SETTINGS, vm::SETTINGS, guest::SETTINGS];

/// The greatest number that a setting without a narrower range can have.
const ANY: u32 = 2_147_483_647;

/// All settings, in the order in which they are listed and written everywhere.
pub fn catalogue() -> impl Iterator<Item = &'static Setting> {
    TABLES.into_iter().flatten()
}

/// The setting of that name, whatever the case of its letters: `VM\Memory`, `VmMemory`, `Memory`, or the parameter's
/// short name, `Mem`.
///
/// # Errors
/// If there is none, with the one that may have been meant.
pub fn find(name: &str) -> Result<&'static Setting, Unknown> {
    let name = name.trim();
    let is = |own: &str| own.eq_ignore_ascii_case(name);
    let by = |matches: &dyn Fn(&Setting) -> bool| {
        let mut found = catalogue().filter(|setting| matches(setting));
        found.next().filter(|_| found.next().is_none())
    };
    by(&|setting| is(&setting.to_string()) || is(&setting.prefixed()))
        .or_else(|| by(&|setting| is(setting.name)))
        .or_else(|| by(&|setting| setting.alias.is_some_and(is)))
        .ok_or_else(|| Unknown { name: name.to_owned(), meant: meant(name) })
}

/// The setting that is this value of this key, whatever the case of their letters. The key is without its hive.
pub fn find_in_registry(key: &str, name: &str) -> Option<&'static Setting> {
    catalogue().find(|setting| {
        setting.name.eq_ignore_ascii_case(name) && setting.group.key().eq_ignore_ascii_case(key)
    })
}

/// Place in the catalogue: what sorts by it is in catalogue order, with what is not a setting behind.
pub(crate) fn place(key: &str, name: &str) -> usize {
    catalogue().position(|setting| Some(setting) == find_in_registry(key, name)).unwrap_or(usize::MAX)
}

/// There is no setting of a name.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// What was looked for.
    pub name: String,
    /// What may have been meant.
    pub meant: Option<&'static Setting>,
}

impl Unknown {
    /// What to do about it.
    pub fn advice(&self) -> String {
        match self.meant {
            Some(setting) => format!("did you mean `{setting}`?"),
            None => "see `medv settings list`".to_owned(),
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no setting `{}`", self.name)
    }
}

impl std::error::Error for Unknown {}

/// The setting whose name, of any form, takes the fewest changes; `None` if that would be a third of its letters.
fn meant(name: &str) -> Option<&'static Setting> {
    let name: String = name.to_lowercase().chars().take(80).collect();
    let names = |setting: &'static Setting| {
        [setting.to_string(), setting.prefixed(), setting.name.to_owned()].map(|own| own.to_lowercase())
    };
    let near = catalogue().flat_map(|setting| {
        names(setting).map(|own| (strsim::osa_distance(&own, &name), own.chars().count(), setting))
    });
    let (distance, letters, setting) = near.min_by_key(|(distance, ..)| *distance)?;
    (distance.saturating_mul(3) <= letters).then_some(setting)
}

const fn seconds(max: u32) -> Kind {
    Kind::Number { min: 0, max, unit: Unit::Seconds }
}

const fn minutes(max: u32) -> Kind {
    Kind::Number { min: 0, max, unit: Unit::Minutes }
}

const fn hours(max: u32) -> Kind {
    Kind::Number { min: 0, max, unit: Unit::Hours }
}

const fn tries(max: u32) -> Kind {
    Kind::Number { min: 0, max, unit: Unit::Tries }
}
