//! The places where a setting may be set.

use std::path::Path;

use crate::error::{Error, Result};
use crate::setting::Setting;
use crate::toml_store::TomlStore;
use crate::value::Value;

/// Where a setting may be set, the place that counts first at the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// What the administrator decided for the machine.
    MachinePolicy,
    /// What the administrator decided for the user.
    UserPolicy,
    /// What was set for the machine, by the workspace's package among others.
    Machine,
    /// What the user chose. Only some groups of settings have this.
    User,
}

impl Scope {
    /// All of them, in the order in which they are asked.
    pub const ALL: [Self; 4] = [Self::MachinePolicy, Self::UserPolicy, Self::Machine, Self::User];

    /// `machine policy`
    pub fn name(self) -> &'static str {
        match self {
            Self::MachinePolicy => "machine policy",
            Self::UserPolicy => "user policy",
            Self::Machine => "machine",
            Self::User => "user",
        }
    }

    /// Whether a setting may be set here.
    pub fn has(self, setting: &Setting) -> bool {
        self != Self::User || setting.group.has_user_form()
    }
}

/// Somewhere settings are kept. Values come out as they are there; [`crate::resolve`] checks them.
pub trait Store {
    /// What a setting is set to in a scope, if it is.
    ///
    /// # Errors
    /// If that cannot be read.
    fn get(&self, scope: Scope, setting: &'static Setting) -> Result<Option<Value>>;

    /// Sets it. What else is kept there stays as it is.
    ///
    /// # Errors
    /// If that cannot be written.
    fn set(&mut self, scope: Scope, setting: &'static Setting, value: &Value) -> Result<()>;

    /// Takes it out, so that the next scope counts. `false` if it was not set.
    ///
    /// # Errors
    /// If that cannot be written.
    fn clear(&mut self, scope: Scope, setting: &'static Setting) -> Result<bool>;

    /// The file or key that has it, for messages.
    fn place(&self, scope: Scope, setting: &'static Setting) -> String;

    /// What is odd about what is kept there, but hinders nothing.
    fn warnings(&self) -> Vec<String>;
}

/// Where this machine keeps settings: in the registry on Windows, in files elsewhere. With `root`, in files below that
/// folder as if it were the root of the file system.
///
/// # Errors
/// If a file of settings is there and cannot be read.
pub fn system_store(root: Option<&Path>) -> Result<Box<dyn Store>> {
    #[cfg(windows)]
    if root.is_none() {
        return Ok(Box::new(crate::registry_store::RegistryStore));
    }
    Ok(Box::new(TomlStore::of_this_user(root.unwrap_or_else(|| Path::new("/")))?))
}

/// As [`system_store`], but a file that cannot be read hinders none of the others: it says nothing, and whose it is and
/// why is told besides.
pub fn readable_store(root: Option<&Path>) -> (Box<dyn Store + Send + Sync>, Vec<(Scope, Error)>) {
    #[cfg(windows)]
    if root.is_none() {
        return (Box::new(crate::registry_store::RegistryStore), Vec::new());
    }
    let (store, faults) = TomlStore::readable(root.unwrap_or_else(|| Path::new("/")));
    (Box::new(store), faults)
}
