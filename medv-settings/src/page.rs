//! The catalogue as a page of documentation.

use std::fmt::Write as _;

use crate::catalogue::catalogue;
use crate::kind::Kind;
use crate::setting::{Group, Preset, Setting};
use crate::typed::display;

/// All settings, in Markdown: for each group a heading, its key, and a table.
pub fn table() -> String {
    let mut page = String::new();
    for group in Group::ALL {
        let _ = writeln!(page, "### {}\n", group.name());
        let _ = writeln!(page, "{}\n", place(group));
        page.push_str("| setting | default | allowed | meaning | parameter |\n");
        page.push_str("| --- | --- | --- | --- | --- |\n");
        for setting in catalogue().filter(|setting| setting.group == group) {
            let _ = writeln!(
                page,
                "| `{}`<br>{} | {} | {} | {} | {} |",
                setting.name,
                setting.kind.registry_type(),
                default(setting),
                setting.kind.expected().replace('|', "\\|").replace('*', "\\*"),
                setting.meaning,
                parameter(setting)
            );
        }
        page.push('\n');
    }
    page
}

fn place(group: Group) -> String {
    let key = format!("`{}` below `HKEY_LOCAL_MACHINE`", group.key());
    match (group.is_for_guest(), group.has_user_form()) {
        (true, _) => format!("{key}, inside the guest; policies in `{}`.", group.policy_key()),
        (false, true) => format!(
            "{key}, and below `HKEY_CURRENT_USER` for what a user chooses; policies in `{}`.",
            group.policy_key()
        ),
        (false, false) => format!("{key}; policies in `{}`.", group.policy_key()),
    }
}

fn default(setting: &Setting) -> String {
    let unit = match setting.kind {
        Kind::Number { unit, .. } | Kind::Numbers { unit, .. } => format!(" {}", unit.symbol()),
        _ => String::new(),
    };
    let shown = match setting.preset {
        Preset::FromPackage => return "the package's".to_owned(),
        Preset::Lines(lines) if setting.kind == Kind::Lines => lines.join("<br>"),
        _ => display(setting, &setting.default()),
    };
    match (shown.as_str(), setting.kind) {
        ("", _) => "none".to_owned(),
        (shown, Kind::Lines) => shown.to_owned(),
        (shown, _) => format!("`{shown}`{unit}"),
    }
}

fn parameter(setting: &Setting) -> String {
    match (setting.parameter(), setting.alias) {
        (Some(parameter), Some(alias)) => format!("`-{parameter}`<br>`-{alias}`"),
        _ => "none".to_owned(),
    }
}
