//! The Registry table.

use medv_codec::{Error, Result};
use medv_settings::{RegistryEntry, Value};

use super::database::Database;
use super::formatted::{escape, registry_value};
use super::schema::Table;

/// The key that the settings, the workspace and the components are below.
pub(super) const MEDV: &str = r"SOFTWARE\Microsoft\Medv\v2";
/// What Windows starts when somebody logs on.
pub(super) const RUN: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Run";

/// Adds settings, in the order of their keys and names.
///
/// # Errors
/// [`medv_codec::ErrorKind::Usage`] for what the registry cannot hold: a zero letter, an empty line, a value twice.
pub(super) fn add_settings(
    database: &mut Database,
    component: &str,
    settings: &[RegistryEntry],
) -> Result<()> {
    let place = |entry: &RegistryEntry| (entry.key.to_lowercase(), entry.name.to_lowercase());
    let mut sorted: Vec<&RegistryEntry> = settings.iter().collect();
    sorted.sort_by_key(|entry| place(entry));
    if let Some(twice) = sorted.windows(2).find(|pair| place(pair[0]) == place(pair[1])) {
        return Err(unusable(twice[0], "is set twice; set it once"));
    }
    for (entry, number) in sorted.into_iter().zip(1..) {
        check(entry)?;
        let row = format!("Setting{number}");
        add(database, component, &row, &entry.key, &entry.name, &registry_value(&entry.value));
    }
    Ok(())
}

/// Adds one value below `HKEY_LOCAL_MACHINE`, given as formatted text.
pub(super) fn add(database: &mut Database, component: &str, row: &str, key: &str, name: &str, value: &str) {
    const LOCAL_MACHINE: i32 = 2;
    // Nothing at all makes empty text.
    let value = if value.is_empty() { msi::Value::Null } else { value.into() };
    database.add(
        Table::Registry,
        [row.into(), LOCAL_MACHINE.into(), escape(key).into(), escape(name).into(), value, component.into()],
    );
}

fn check(entry: &RegistryEntry) -> Result<()> {
    let texts: Vec<&String> = match &entry.value {
        Value::Number(_) => vec![],
        Value::Text(text) => vec![text],
        Value::Lines(lines) => lines.iter().collect(),
    };
    if texts.iter().any(|text| text.contains('\0')) || entry.key.contains('\0') || entry.name.contains('\0') {
        return Err(unusable(
            entry,
            "has a zero letter in it, and the registry ends text there; leave it out",
        ));
    }
    if matches!(entry.value, Value::Lines(_)) && texts.iter().any(|line| line.is_empty()) {
        return Err(unusable(entry, "has an empty line, and the registry ends lines there; leave it out"));
    }
    // A lone sign as a name would tell Windows Installer to make or delete the key.
    if entry.name.is_empty() || ["+", "-", "*"].contains(&entry.name.as_str()) {
        return Err(unusable(entry, "is no name for a value; give it another"));
    }
    Ok(())
}

fn unusable(entry: &RegistryEntry, why: &str) -> Error {
    Error::usage(format!("the setting {}\\{} {why}", entry.key, entry.name))
}
