//! A setting and its group, and where both are in the registry.

use std::fmt;

use crate::kind::Kind;
use crate::value::{RegistryEntry, Value};

/// A row of the catalogue.
#[derive(Debug)]
pub struct Setting {
    /// The key that it is in.
    pub group: Group,
    /// The value's name.
    pub name: &'static str,
    /// What it can be set to.
    pub kind: Kind,
    /// What it is if nobody set it.
    pub preset: Preset,
    /// The short name of the cmdlet parameter. A setting without one has no parameter.
    pub alias: Option<&'static str>,
    /// What it does, in a sentence.
    pub meaning: &'static str,
}

/// What a setting is if nobody set it.
#[derive(Clone, Copy, Debug)]
pub enum Preset {
    /// A number; of a switch, 0 or 1.
    Number(u32),
    /// A text. Empty for "none".
    Text(&'static str),
    /// Lines. No lines for "none".
    Lines(&'static [&'static str]),
    /// Every package brings its own; without a package, an empty text.
    FromPackage,
}

/// A key of the registry and the settings in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Event logs.
    Diagnostics,
    /// First time setup.
    Fts,
    /// What the user sees.
    UserExperience,
    /// The virtual machine.
    Vm,
    /// Inside the guest.
    Guest,
}

impl Setting {
    /// What it is if nobody set it.
    pub fn default(&self) -> Value {
        match self.preset {
            Preset::Number(number) => Value::Number(number),
            Preset::Text(text) => Value::Text(text.to_owned()),
            Preset::Lines(lines) => Value::Lines(lines.iter().map(|&line| line.to_owned()).collect()),
            Preset::FromPackage => Value::Text(String::new()),
        }
    }

    /// Name of the parameter of `New-MedvConfiguration`: `VmMemory`.
    pub fn parameter(&self) -> Option<String> {
        self.alias.map(|_| self.prefixed())
    }

    /// Name with the prefix of its group: `VmMemory`.
    pub(crate) fn prefixed(&self) -> String {
        format!("{}{}", self.group.prefix(), self.name)
    }

    /// It as the registry has it for the machine.
    pub fn entry(&self, value: Value) -> RegistryEntry {
        RegistryEntry { key: self.group.key(), name: self.name.to_owned(), value }
    }
}

/// `VM\Memory`
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\\{}", self.group.name(), self.name)
    }
}

impl PartialEq for Setting {
    fn eq(&self, other: &Self) -> bool {
        (self.group, self.name) == (other.group, other.name)
    }
}

impl Eq for Setting {}

impl Group {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Self; 5] = [Self::Diagnostics, Self::Fts, Self::UserExperience, Self::Vm, Self::Guest];

    /// `VM`: the last part of its key (the guest's settings are in the key above), and its table in a TOML file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Diagnostics => "Diagnostics",
            Self::Fts => "Fts",
            Self::UserExperience => "UserExperience",
            Self::Vm => "VM",
            Self::Guest => "Guest",
        }
    }

    /// A row of the catalogue in this group.
    pub(crate) const fn row(
        self,
        name: &'static str,
        kind: Kind,
        preset: Preset,
        alias: Option<&'static str>,
        meaning: &'static str,
    ) -> Setting {
        Setting { group: self, name, kind, preset, alias, meaning }
    }

    /// The group of that name, whatever the case of its letters.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name().eq_ignore_ascii_case(name))
    }

    /// What the names of its parameters begin with.
    fn prefix(self) -> &'static str {
        match self {
            Self::Diagnostics => "Diag",
            Self::Fts => "Fts",
            Self::UserExperience => "Ux",
            Self::Vm => "Vm",
            Self::Guest => "Guest",
        }
    }

    /// `SOFTWARE\Microsoft\Medv\v2\VM`, of the machine or of a user.
    pub fn key(self) -> String {
        self.below(r"SOFTWARE\Microsoft\Medv\v2")
    }

    /// `SOFTWARE\Policies\Microsoft\Medv\v2\VM`, of the machine or of a user.
    pub fn policy_key(self) -> String {
        self.below(r"SOFTWARE\Policies\Microsoft\Medv\v2")
    }

    fn below(self, key: &str) -> String {
        match self {
            Self::Guest => key.to_owned(),
            group => format!("{key}\\{}", group.name()),
        }
    }

    /// Whether a user may choose what neither policy nor machine set.
    pub fn has_user_form(self) -> bool {
        matches!(self, Self::UserExperience | Self::Vm)
    }

    /// Where its settings are read: on the host, or inside the guest.
    pub fn is_for_guest(self) -> bool {
        self == Self::Guest
    }
}
