//! `medv settings set` and `medv settings clear`

use std::io;

use medv_codec::{Error, Result};
use medv_settings::{Origin, Resolved, Scope, Setting, Store};
use serde::Serialize;

use super::detail::ValueDetail;
use super::{current, find, open, parse, with_origin, with_unit};
use crate::args::{Clear, Set, Whose};
use crate::exit::Exit;
use crate::messages::Messages;
use crate::report::Outcome;
use medv_packager::engine_error;

#[derive(Serialize)]
struct Document {
    name: String,
    scope: &'static str,
    set_in: String,
    was_set: bool,
    set_to: Option<ValueDetail>,
    value: ValueDetail,
    origin: &'static str,
    warnings: Vec<String>,
}

pub(super) fn set(args: &Set, messages: &Messages) -> Result<Outcome> {
    let setting = find(&args.name)?;
    let scope = scope(&args.whose, setting)?;
    let (value, warning) = parse(setting, &args.values)?;
    let mut store = open(&args.kept, messages)?;
    let was_set = store.get(scope, setting).map_err(engine_error)?.is_some();
    store.set(scope, setting, &value).map_err(|error| not_changed(error, scope, setting))?;
    let resolved = current(&*store, setting, messages)?;
    let mut warnings: Vec<String> = warning.into_iter().collect();
    warnings.extend(overruled(setting, scope, &resolved));
    let place = store.place(scope, setting);
    let text = format!("{setting} is set to {} in {place}\n", with_unit(setting, &value));
    let set_to = Some(ValueDetail::new(setting, &value));
    Ok(told(&Changed { setting, scope, store: &*store, was_set, resolved }, text, set_to, warnings, messages))
}

pub(super) fn clear(args: &Clear, messages: &Messages) -> Result<Outcome> {
    let setting = find(&args.name)?;
    let scope = scope(&args.whose, setting)?;
    let mut store = open(&args.kept, messages)?;
    let was_set = store.clear(scope, setting).map_err(|error| not_changed(error, scope, setting))?;
    let resolved = current(&*store, setting, messages)?;
    let done = if was_set { "is taken out of" } else { "was not set in" };
    let place = store.place(scope, setting);
    let now = with_origin(setting, &resolved);
    let text = format!("{setting} {done} {place}\nit is {now} now\n");
    Ok(told(&Changed { setting, scope, store: &*store, was_set, resolved }, text, None, Vec::new(), messages))
}

/// What was changed, and what the setting is now.
struct Changed<'a> {
    setting: &'static Setting,
    scope: Scope,
    store: &'a dyn Store,
    was_set: bool,
    resolved: Resolved,
}

fn told(
    changed: &Changed<'_>,
    text: String,
    set_to: Option<ValueDetail>,
    warnings: Vec<String>,
    messages: &Messages,
) -> Outcome {
    for warning in &warnings {
        messages.warning(warning);
    }
    let setting = changed.setting;
    let document = Document {
        name: setting.to_string(),
        scope: changed.scope.name(),
        set_in: changed.store.place(changed.scope, setting),
        was_set: changed.was_set,
        set_to,
        value: ValueDetail::new(setting, &changed.resolved.value),
        origin: changed.resolved.origin.name(),
        warnings,
    };
    Outcome::report(Exit::Done, text, &document).quietable()
}

fn scope(whose: &Whose, setting: &'static Setting) -> Result<Scope> {
    let scope = if whose.user { Scope::User } else { Scope::Machine };
    if scope.has(setting) {
        return Ok(scope);
    }
    let message = format!("{setting} is not for a user to choose");
    Err(Error::usage(message).advice("set it for the machine: without --user, as administrator"))
}

/// Somebody who is asked first has another opinion.
fn overruled(setting: &Setting, scope: Scope, resolved: &Resolved) -> Option<String> {
    let Origin::Set(counts) = resolved.origin else { return None };
    (counts != scope).then(|| {
        let now = with_unit(setting, &resolved.value);
        format!("this is of no effect: {setting} is {now} by what is set for {}", counts.name())
    })
}

fn not_changed(error: medv_settings::Error, scope: Scope, setting: &Setting) -> Error {
    let error = engine_error(error);
    let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<io::Error>());
    let is_denied = source.is_some_and(|source| source.kind() == io::ErrorKind::PermissionDenied);
    match (is_denied, scope) {
        (true, Scope::Machine) if Scope::User.has(setting) => {
            error.advice("do it as administrator, or for yourself: --user")
        }
        (true, Scope::Machine) => error.advice("do it as administrator"),
        _ => error,
    }
}
