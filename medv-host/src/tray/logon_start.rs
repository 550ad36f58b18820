//! Whether the machine starts with the session, which users choose themselves where the administrator has left it open.

use std::path::Path;

use medv_codec::{Error, Result};
use medv_packager::engine_error;
use medv_settings::{Origin, Scope, Setting, Store, Value, find, resolve};

use crate::settings::Settings;

/// `UserExperience\LogonStartEnabled`, as a user sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogonStart {
    /// Whether it is on.
    pub is_on: bool,
    /// Whether what the user sets counts: it is the last place that is asked.
    pub is_free: bool,
}

impl LogonStart {
    /// What is set now. What cannot be read is not the user's to change.
    pub(super) fn read(settings: &Settings) -> Self {
        let is_on = settings.is_on(NAME);
        let is_free = setting().and_then(|setting| {
            let store = settings.store();
            resolve(store, setting).map_err(engine_error)
        });
        let is_free = is_free.is_ok_and(|resolved| {
            settings.faults().next().is_none()
                && matches!(resolved.origin, Origin::Default | Origin::Set(Scope::User))
        });
        Self { is_on, is_free }
    }
}

const NAME: &str = "UxLogonStartEnabled";

/// Makes it what it is not now, as the user's own setting.
///
/// # Errors
/// If the settings cannot be read or changed.
pub(super) fn change(root: &Path) -> Result<()> {
    let setting = setting()?;
    let mut store: Box<dyn Store> = Settings::open(root)?;
    let is_on = resolve(&*store, setting).map_err(engine_error)?.value != Value::Number(0);
    store.set(Scope::User, setting, &Value::Number((!is_on).into())).map_err(engine_error)
}

fn setting() -> Result<&'static Setting> {
    find(NAME).map_err(|error| Error::usage(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn read(root: &Path) -> (bool, bool) {
        let LogonStart { is_on, is_free } = LogonStart::read(&Settings::read(root));
        (is_on, is_free)
    }

    #[test]
    fn it_is_the_users_until_the_machine_or_a_policy_has_it() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(read(root.path()), (true, true));
        change(root.path()).unwrap();
        assert_eq!(read(root.path()), (false, true));
        change(root.path()).unwrap();
        assert_eq!(read(root.path()), (true, true));
        fs::create_dir_all(root.path().join("etc/medv")).unwrap();
        for file in ["etc/medv/settings.toml", "etc/medv/policy.toml"] {
            fs::write(root.path().join(file), "[UserExperience]\nLogonStartEnabled = false\n").unwrap();
            assert_eq!(read(root.path()), (false, false), "{file}");
            fs::remove_file(root.path().join(file)).unwrap();
        }
        assert_eq!(read(root.path()), (true, true));
    }
}
