//! The Directory table.

use std::collections::BTreeMap;

use msi::Value;

use super::database::Database;
use super::schema::Table;
use super::short_name::ShortNames;

/// Folders as they are added, with the short names that each has given away.
pub(super) struct Folders {
    names: BTreeMap<String, ShortNames>,
    subfolders: BTreeMap<(String, String), String>,
}

impl Folders {
    /// The folder above all, as every database has it.
    pub(super) fn new(database: &mut Database) -> Self {
        database.add(Table::Directory, ["TARGETDIR".into(), Value::Null, "SourceDir".into()]);
        Self { names: BTreeMap::new(), subfolders: BTreeMap::new() }
    }

    /// A folder below another, under its own key.
    pub(super) fn add(&mut self, database: &mut Database, key: &str, parent: &str, name: &str) {
        let name = self.file_name(parent, name);
        database.add(Table::Directory, [key.into(), parent.into(), name.into()]);
    }

    /// The key of a folder below another, which is added unless it is there.
    pub(super) fn subfolder(&mut self, database: &mut Database, parent: &str, name: &str) -> String {
        let place = (parent.to_owned(), name.to_lowercase());
        if let Some(key) = self.subfolders.get(&place) {
            return key.clone();
        }
        let key = format!("Folder{}", self.subfolders.len() + 1);
        self.add(database, &key, parent, name);
        self.subfolders.insert(place, key.clone());
        key
    }

    /// A name in a folder as the tables have it, `SHORT|Long`.
    pub(super) fn file_name(&mut self, folder: &str, name: &str) -> String {
        self.names.entry(folder.to_owned()).or_default().name(name)
    }
}

/// Adds a folder that Windows names, such as `ProgramFiles64Folder`.
pub(super) fn add_system_folder(database: &mut Database, property: &str) {
    database.add(Table::Directory, [property.into(), "TARGETDIR".into(), ".".into()]);
}
