//! A setting and its value as JSON.

use medv_settings::{Kind, Origin, Preset, Resolved, Setting, Store, Unit, Value};
use serde::Serialize;

/// Everything about a setting.
#[derive(Serialize)]
pub(super) struct SettingDetail {
    name: String,
    group: &'static str,
    meaning: &'static str,
    kind: &'static str,
    registry_type: &'static str,
    key: String,
    policy_key: String,
    default: Option<ValueDetail>,
    minimum: Option<u32>,
    maximum: Option<u32>,
    unit: Option<&'static str>,
    choices: Option<&'static [&'static str]>,
    parameter: Option<String>,
    alias: Option<&'static str>,
    user_may_choose: bool,
    for_guest: bool,
    value: Option<ValueDetail>,
    origin: Option<&'static str>,
    set_in: Option<String>,
}

/// A value: `true`, `512`, `"NAT"`, `["a", "b"]`, `[1, 2]`.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum ValueDetail {
    Switch(bool),
    Number(u32),
    Text(String),
    Numbers(Vec<u32>),
    Lines(Vec<String>),
}

impl SettingDetail {
    /// `resolved` and `store` say what it is now, if somebody asked.
    pub(super) fn new(
        setting: &'static Setting,
        resolved: Option<&Resolved>,
        store: Option<&dyn Store>,
    ) -> Self {
        let (minimum, maximum, unit) = range(setting.kind);
        let set_in = match (resolved.map(|resolved| resolved.origin), store) {
            (Some(Origin::Set(scope)), Some(store)) => Some(store.place(scope, setting)),
            _ => None,
        };
        let default = match setting.preset {
            Preset::FromPackage => None,
            _ => Some(ValueDetail::new(setting, &setting.default())),
        };
        Self {
            name: setting.to_string(),
            group: setting.group.name(),
            meaning: setting.meaning,
            kind: setting.kind.noun(),
            registry_type: setting.kind.registry_type(),
            key: setting.group.key(),
            policy_key: setting.group.policy_key(),
            default,
            minimum,
            maximum,
            unit: unit.map(Unit::symbol),
            choices: match setting.kind {
                Kind::Choice(words) | Kind::Level(words) => Some(words),
                _ => None,
            },
            parameter: setting.parameter(),
            alias: setting.alias,
            user_may_choose: setting.group.has_user_form(),
            for_guest: setting.group.is_for_guest(),
            value: resolved.map(|resolved| ValueDetail::new(setting, &resolved.value)),
            origin: resolved.map(|resolved| resolved.origin.name()),
            set_in,
        }
    }
}

fn range(kind: Kind) -> (Option<u32>, Option<u32>, Option<Unit>) {
    match kind {
        Kind::Number { min, max, unit } | Kind::Numbers { min, max, unit } => {
            (Some(min), Some(max), Some(unit))
        }
        Kind::Level(names) => (Some(0), u32::try_from(names.len().saturating_sub(1)).ok(), None),
        _ => (None, None, None),
    }
}

impl ValueDetail {
    pub(super) fn new(setting: &Setting, value: &Value) -> Self {
        match (value, setting.kind) {
            (Value::Number(number), Kind::Switch) => Self::Switch(*number != 0),
            (Value::Number(number), _) => Self::Number(*number),
            (Value::Text(text), _) => Self::Text(text.clone()),
            (Value::Lines(lines), Kind::Numbers { .. }) => {
                // What was checked is numbers.
                Self::Numbers(lines.iter().filter_map(|line| line.parse().ok()).collect())
            }
            (Value::Lines(lines), _) => Self::Lines(lines.clone()),
        }
    }
}
