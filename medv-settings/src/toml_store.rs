//! Settings in TOML files: where there is no registry.
//!
//! | scope | file |
//! | --- | --- |
//! | machine policy | `/etc/medv/policy.toml` |
//! | user policy | `/etc/medv/policy.d/USER.toml` |
//! | machine | `/etc/medv/settings.toml` |
//! | user | `$XDG_CONFIG_HOME/medv/settings.toml`, by default `~/.config/medv/settings.toml` |

use std::env;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::setting::Setting;
use crate::store::{Scope, Store};
use crate::toml_file::TomlFile;
use crate::value::Value;

/// Settings in TOML files, read when it was opened.
#[derive(Debug)]
pub struct TomlStore {
    /// In the order of [`Scope::ALL`]. A user without a name or a home has no file.
    files: [Option<TomlFile>; 4],
}

impl TomlStore {
    /// The files below `root` for the user of that name, whose configuration folder is `config_home` (itself below `root`).
    ///
    /// # Errors
    /// If a file is there and cannot be read, or is not as it should be, with line and column. What it says is not checked
    /// beyond its types.
    pub fn below(root: &Path, user: &str, config_home: &Path) -> Result<Self> {
        Self::open(root, Some(user), Some(config_home))
    }

    /// The files below `root` for who runs this program.
    ///
    /// # Errors
    /// As [`Self::below`].
    pub fn of_this_user(root: &Path) -> Result<Self> {
        Self::open(root, user_name().as_deref(), config_home().as_deref())
    }

    /// As [`Self::of_this_user`], but as [`Self::readable_below`].
    pub fn readable(root: &Path) -> (Self, Vec<(Scope, Error)>) {
        Self::readable_below(root, user_name().as_deref(), config_home().as_deref())
    }

    fn open(root: &Path, user: Option<&str>, config_home: Option<&Path>) -> Result<Self> {
        let (store, faults) = Self::readable_below(root, user, config_home);
        faults.into_iter().next().map_or(Ok(store), |(_, fault)| Err(fault))
    }

    /// The files below `root`, as [`Self::below`] has them; but one that cannot be read hinders none of the others: it says nothing, and
    /// whose it is and why is told besides.
    pub fn readable_below(
        root: &Path,
        user: Option<&str>,
        config_home: Option<&Path>,
    ) -> (Self, Vec<(Scope, Error)>) {
        let machine = |name: &str| below(root, &Path::new("/etc/medv").join(name));
        let user = user.filter(|user| is_file_name(user));
        let paths = [
            (Scope::MachinePolicy, Some(machine("policy.toml"))),
            (Scope::UserPolicy, user.map(|user| machine(&format!("policy.d/{user}.toml")))),
            (Scope::Machine, Some(machine("settings.toml"))),
            (Scope::User, config_home.map(|home| below(root, &home.join("medv/settings.toml")))),
        ];
        let mut faults = Vec::new();
        let files = paths
            .map(|(scope, path)| TomlFile::load(path?).map_err(|error| faults.push((scope, error))).ok());
        (Self { files }, faults)
    }

    fn file(&self, scope: Scope) -> Option<&TomlFile> {
        let [machine_policy, user_policy, machine, user] = &self.files;
        match scope {
            Scope::MachinePolicy => machine_policy,
            Scope::UserPolicy => user_policy,
            Scope::Machine => machine,
            Scope::User => user,
        }
        .as_ref()
    }

    fn change(&mut self, scope: Scope, setting: &'static Setting, value: Option<&Value>) -> Result<()> {
        let [machine_policy, user_policy, machine, user] = &mut self.files;
        let file = match scope {
            Scope::MachinePolicy => machine_policy,
            Scope::UserPolicy => user_policy,
            Scope::Machine => machine,
            Scope::User => user,
        };
        let nowhere = || {
            let message = format!("there is nowhere to keep what is set for {}", scope.name());
            Error::new(ErrorKind::Usage, message).advice("set HOME to a folder")
        };
        file.as_mut().ok_or_else(nowhere)?.change(setting, value)
    }
}

impl Store for TomlStore {
    fn get(&self, scope: Scope, setting: &'static Setting) -> Result<Option<Value>> {
        Ok(self.file(scope).and_then(|file| file.get(setting)).cloned())
    }

    fn set(&mut self, scope: Scope, setting: &'static Setting, value: &Value) -> Result<()> {
        self.change(scope, setting, Some(value))
    }

    fn clear(&mut self, scope: Scope, setting: &'static Setting) -> Result<bool> {
        let was_set = self.get(scope, setting)?.is_some();
        if was_set {
            self.change(scope, setting, None)?;
        }
        Ok(was_set)
    }

    fn place(&self, scope: Scope, _setting: &'static Setting) -> String {
        self.file(scope).map(|file| file.path().display().to_string()).unwrap_or_default()
    }

    fn warnings(&self) -> Vec<String> {
        let files = Scope::ALL.into_iter().filter_map(|scope| Some((scope, self.file(scope)?)));
        files.flat_map(|(scope, file)| warnings(scope, file)).collect()
    }
}

fn warnings(scope: Scope, file: &TomlFile) -> Vec<String> {
    let mut warnings = file.warnings().to_vec();
    let without_effect = file.values().iter().filter(|(setting, _)| !scope.has(setting));
    warnings.extend(without_effect.map(|(setting, _)| {
        format!("{}: {setting} has no effect here: a user cannot choose it", file.path().display())
    }));
    warnings
}

/// The path as if `root` were the root of the file system.
fn below(root: &Path, path: &Path) -> PathBuf {
    let names = path.components().filter(|part| matches!(part, Component::Normal(_)));
    root.join(names.collect::<PathBuf>())
}

/// A name of a user that leads out of the folder of policies names no file there.
fn is_file_name(user: &str) -> bool {
    let mut parts = Path::new(user).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) && !user.contains('/')
}

/// Not from the environment, which the user could change to get out of a policy.
#[cfg(unix)]
fn user_name() -> Option<String> {
    nix::unistd::User::from_uid(nix::unistd::getuid()).ok().flatten().map(|user| user.name)
}

#[cfg(not(unix))]
fn user_name() -> Option<String> {
    env::var("USERNAME").ok()
}

fn config_home() -> Option<PathBuf> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let own = if cfg!(windows) { folder("APPDATA") } else { folder("XDG_CONFIG_HOME") };
    own.or_else(|| folder("HOME").map(|home| home.join(".config")))
}
