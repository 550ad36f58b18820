//! Which of the places where a setting is set counts.

use crate::check::{Check, check};
use crate::error::Result;
use crate::setting::Setting;
use crate::store::{Scope, Store};
use crate::typed::display;
use crate::value::Value;

/// What a setting is, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The value, checked.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
    /// What was found on the way that is not as it should be.
    pub warnings: Vec<String>,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is set there.
    Set(Scope),
    /// It is set nowhere.
    Default,
}

impl Origin {
    /// `machine policy`, or `default`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Set(scope) => scope.name(),
            Self::Default => "default",
        }
    }
}

/// Asks machine policy, user policy, machine and user, in this order; the first one that has a value counts, and the
/// default if none does. A user is not asked about settings that have no form for users. A number out of range is brought
/// into it, with a warning; any other wrong value is passed over, with a warning.
///
/// # Errors
/// If the store cannot be read.
pub fn resolve(store: &dyn Store, setting: &'static Setting) -> Result<Resolved> {
    let mut warnings = Vec::new();
    for scope in Scope::ALL.into_iter().filter(|scope| scope.has(setting)) {
        let Some(value) = store.get(scope, setting)? else { continue };
        let value = match check(setting, &value) {
            Check::Valid(value) => value,
            Check::Clamped { value, mismatch } => {
                let taken = display(setting, &value);
                warnings.push(format!("{}: {mismatch}; taken as {taken}", store.place(scope, setting)));
                value
            }
            Check::Refused(mismatch) => {
                warnings.push(format!("{}: {mismatch}; passed over", store.place(scope, setting)));
                continue;
            }
        };
        return Ok(Resolved { value, origin: Origin::Set(scope), warnings });
    }
    Ok(Resolved { value: setting.default(), origin: Origin::Default, warnings })
}
