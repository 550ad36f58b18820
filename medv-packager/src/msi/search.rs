//! What is looked for on the machine before anything else: the `AppSearch` table and its places.

use msi::Value;

use super::database::Database;
use super::schema::Table;

/// Where to look.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// A value below `HKEY_LOCAL_MACHINE`, 64-bit view.
    Registry { key: &'a str, name: &'a str },
    /// A file in a folder, given as formatted text, of at least a version.
    File { folder: &'a str, name: &'a str, version: Option<&'a str> },
}

/// Sets `property` to what is found at `place`; it stays unset if there is nothing.
pub(super) fn add(database: &mut Database, property: &str, place: Place<'_>) {
    const LOCAL_MACHINE: i32 = 2;
    const RAW_VALUE: i32 = 2;
    const VIEW_64_BIT: i32 = 16;
    let signature = format!("Find{property}");
    database.add(Table::AppSearch, [property.into(), signature.as_str().into()]);
    match place {
        Place::Registry { key, name } => database.add(
            Table::RegLocator,
            [
                signature.into(),
                LOCAL_MACHINE.into(),
                key.into(),
                name.into(),
                (RAW_VALUE + VIEW_64_BIT).into(),
            ],
        ),
        Place::File { folder, name, version } => {
            let version = version.map_or(Value::Null, Value::from);
            let mut row = [const { Value::Null }; 9];
            row[..3].clone_from_slice(&[signature.as_str().into(), name.into(), version]);
            database.add(Table::Signature, row);
            database.add(Table::DrLocator, [signature.into(), Value::Null, folder.into(), 0.into()]);
        }
    }
}
