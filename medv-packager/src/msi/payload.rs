//! Files, and the components that they belong to.

use medv_codec::{Error, ErrorKind, Result};
use msi::Value;
use uuid::Uuid;

use super::cabinet::cabinet;
use super::database::Database;
use super::folder::Folders;
use super::identifier::braced;
use super::schema::Table;

/// The one feature of a package.
pub(super) const FEATURE: &str = "Complete";
const CABINET: &str = "medv.cab";

/// What makes a component be there.
#[derive(Clone, Copy)]
pub(super) enum KeyPath<'a> {
    /// A file of the File table.
    File(&'a str),
    /// A row of the Registry table.
    Registry(&'a str),
}

/// Adds a 64-bit component of the one feature. What is installed under one `identifier` by several products stays until
/// the last of them is removed.
pub(super) fn add_component(
    database: &mut Database,
    component: &str,
    identifier: Uuid,
    folder: &str,
    key_path: KeyPath<'_>,
) {
    const REGISTRY_KEY_PATH: i32 = 4;
    const IN_64_BIT: i32 = 256;
    let (key_path, attributes) = match key_path {
        KeyPath::File(key) => (key, IN_64_BIT),
        KeyPath::Registry(key) => (key, IN_64_BIT + REGISTRY_KEY_PATH),
    };
    database.add(
        Table::Component,
        [
            component.into(),
            braced(identifier).into(),
            folder.into(),
            attributes.into(),
            Value::Null,
            key_path.into(),
        ],
    );
    database.add(Table::FeatureComponents, [FEATURE.into(), component.into()]);
}

/// A file of the package.
pub(super) struct File<'a> {
    /// Its key in the File table, and its name in the cabinet.
    pub(super) key: String,
    /// The component that it is the key path of.
    pub(super) component: String,
    pub(super) identifier: Uuid,
    /// Key of its folder.
    pub(super) folder: String,
    pub(super) name: &'a str,
    pub(super) bytes: &'a [u8],
}

/// Adds files, each a component of its own, and the cabinet that they are in.
///
/// # Errors
/// [`ErrorKind::Limit`] if there are more than 32767 files, or more bytes than a cabinet holds.
pub(super) fn add_files(database: &mut Database, folders: &mut Folders, files: &[File<'_>]) -> Result<()> {
    const VITAL: i32 = 512;
    let Ok(count) = i16::try_from(files.len()) else {
        let message = format!("{} files, and a package can have 32767", files.len());
        return Err(Error::new(ErrorKind::Limit, message));
    };
    let packed: Vec<(String, &[u8])> = files.iter().map(|file| (file.key.clone(), file.bytes)).collect();
    // Refuses what is longer than its size can say in the File table, too.
    database.add_stream(CABINET, cabinet(&packed)?);
    for (file, sequence) in files.iter().zip(1_i16..) {
        let size = i32::try_from(file.bytes.len()).unwrap_or(i32::MAX);
        let name = folders.file_name(&file.folder, file.name);
        database.add(
            Table::File,
            [
                file.key.as_str().into(),
                file.component.as_str().into(),
                name.into(),
                size.into(),
                Value::Null,
                Value::Null,
                VITAL.into(),
                sequence.into(),
            ],
        );
        add_component(database, &file.component, file.identifier, &file.folder, KeyPath::File(&file.key));
    }
    let cabinet = format!("#{CABINET}");
    database
        .add(Table::Media, [1.into(), count.into(), Value::Null, cabinet.into(), Value::Null, Value::Null]);
    Ok(())
}
