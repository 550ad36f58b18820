//! `medv settings`

mod change;
mod detail;
mod export;

use std::fmt::Write as _;

use medv_codec::{Error, Result};
use medv_settings::{
    Check, Group, Kind, Mismatch, Origin, Resolved, Setting, Store, Value, catalogue, display, resolve,
    system_store,
};
use serde::Serialize;

use self::detail::SettingDetail;
use crate::args::{GroupName, Kept, List, Output, Settings, SettingsCommand, Show};
use crate::exit::Exit;
use crate::messages::Messages;
use crate::report::{Outcome, Table};
use medv_packager::engine_error;

#[derive(Serialize)]
struct Document {
    settings: Vec<SettingDetail>,
}

pub(crate) fn run(args: &Settings, output: &Output, messages: &Messages) -> Result<Outcome> {
    match &args.command {
        SettingsCommand::List(list) => run_list(list, messages),
        SettingsCommand::Show(show) => run_show(show, messages),
        SettingsCommand::Export(export) => export::run(export, output, messages),
        SettingsCommand::Set(set) => change::set(set, messages),
        SettingsCommand::Clear(clear) => change::clear(clear, messages),
    }
}

fn run_list(args: &List, messages: &Messages) -> Result<Outcome> {
    let groups = match args.group {
        Some(group) => vec![group.group()],
        None => Group::ALL.to_vec(),
    };
    let store = args.current.then(|| open(&args.kept, messages)).transpose()?;
    let mut text = String::new();
    let mut details = Vec::new();
    for group in groups {
        let mut table = Table::default();
        for setting in catalogue().filter(|setting| setting.group == group) {
            let resolved = store.as_deref().map(|store| current(store, setting, messages)).transpose()?;
            let shown = match &resolved {
                Some(resolved) => with_origin(setting, resolved),
                None => with_unit(setting, &setting.default()),
            };
            table.row(setting.name, shown);
            details.push(SettingDetail::new(setting, resolved.as_ref(), store.as_deref()));
        }
        let _ =
            write!(text, "{}{}\n{}", if text.is_empty() { "" } else { "\n" }, group.name(), table.to_text());
    }
    Ok(Outcome::report(Exit::Done, text, &Document { settings: details }))
}

fn run_show(args: &Show, messages: &Messages) -> Result<Outcome> {
    let setting = find(&args.name)?;
    let store = open(&args.kept, messages)?;
    let resolved = current(&*store, setting, messages)?;
    let mut table = Table::default();
    table.row("value", with_origin(setting, &resolved));
    if let Origin::Set(scope) = resolved.origin {
        table.row("set in", store.place(scope, setting));
    }
    table
        .row("default", with_unit(setting, &setting.default()))
        .row("allowed", setting.kind.expected())
        .row("type", format!("{}, {}", setting.kind.noun(), setting.kind.registry_type()))
        .row("registry", format!("HKEY_LOCAL_MACHINE\\{}", setting.group.key()));
    if setting.group.has_user_form() {
        table.row("", format!("HKEY_CURRENT_USER\\{}, for what a user chooses", setting.group.key()));
    }
    table.row("policies", setting.group.policy_key());
    let parameter = setting.parameter().zip(setting.alias);
    let parameter = parameter.map_or_else(|| "none".to_owned(), |(name, alias)| format!("-{name}, -{alias}"));
    table.row("parameter", parameter);
    table.row("read on", if setting.group.is_for_guest() { "the guest" } else { "the host" });
    let text = format!("{setting}: {}\n{}", setting.meaning, table.to_text());
    let detail = SettingDetail::new(setting, Some(&resolved), Some(&*store));
    Ok(Outcome::report(Exit::Done, text, &detail))
}

/// The store of this machine, and what is odd about it told.
fn open(kept: &Kept, messages: &Messages) -> Result<Box<dyn Store>> {
    let store = system_store(kept.root.as_deref()).map_err(engine_error)?;
    for warning in store.warnings() {
        messages.warning(&warning);
    }
    Ok(store)
}

/// What the setting is now.
fn current(store: &dyn Store, setting: &'static Setting, messages: &Messages) -> Result<Resolved> {
    let resolved = resolve(store, setting).map_err(engine_error)?;
    for warning in &resolved.warnings {
        messages.warning(warning);
    }
    Ok(resolved)
}

fn find(name: &str) -> Result<&'static Setting> {
    medv_settings::find(name).map_err(|unknown| Error::usage(unknown.to_string()).advice(unknown.advice()))
}

/// What was typed, and a warning if it had to be brought into the range.
fn parse(setting: &'static Setting, typed: &[String]) -> Result<(Value, Option<String>)> {
    let refused = |mismatch: Mismatch| {
        let advice = format!("see `medv settings show {}`", setting.name);
        Error::usage(mismatch.to_string()).advice(advice)
    };
    match medv_settings::parse(setting, typed) {
        Check::Valid(value) => Ok((value, None)),
        Check::Clamped { value, mismatch } => {
            let warning = format!("{mismatch}; taken as {}", display(setting, &value));
            Ok((value, Some(warning)))
        }
        Check::Refused(mismatch) => Err(refused(mismatch)),
    }
}

fn with_unit(setting: &Setting, value: &Value) -> String {
    let shown = display(setting, value);
    match setting.kind {
        _ if shown.is_empty() => "none".to_owned(),
        Kind::Number { unit, .. } | Kind::Numbers { unit, .. } => format!("{shown} {}", unit.symbol()),
        _ => shown,
    }
}

fn with_origin(setting: &Setting, resolved: &Resolved) -> String {
    format!("{} ({})", with_unit(setting, &resolved.value), resolved.origin.name())
}

impl GroupName {
    fn group(self) -> Group {
        match self {
            Self::Diagnostics => Group::Diagnostics,
            Self::Fts => Group::Fts,
            Self::UserExperience => Group::UserExperience,
            Self::Vm => Group::Vm,
            Self::Guest => Group::Guest,
        }
    }
}
