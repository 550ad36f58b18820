//! The order in which things happen. The numbers of standard actions are those that Windows Installer suggests, save
//! `RemoveExistingProducts`, which comes early: what the old product leaves must be gone before the new one writes.

use super::database::Database;
use super::schema::Table;

/// When one of our own actions comes: in which sequence, and behind which standard action.
pub(super) mod at {
    /// Checks, in the order in which they are added, from here on.
    pub(in super::super) const CHECKS: i32 = 110;
    /// Before folders are worked out.
    pub(in super::super) const FOLDER: i32 = 750;
    /// When folders are known.
    pub(in super::super) const FOLDERS_KNOWN: i32 = 1010;
    /// When it is sure that the installation will be tried, before the script begins.
    pub(in super::super) const PREPARE: i32 = 1410;
    /// When Windows Installer has decided about rollback.
    pub(in super::super) const BEFORE_SCRIPT: i32 = 1490;
    /// After folders, before files.
    pub(in super::super) const BEFORE_FILES: i32 = 3800;
    /// After files and registry.
    pub(in super::super) const AFTER_FILES: i32 = 5500;
    /// When all is done.
    pub(in super::super) const DONE: i32 = 6700;
}

const EXECUTE: &[(&str, i32)] = &[
    ("FindRelatedProducts", 25),
    ("AppSearch", 50),
    ("LaunchConditions", 100),
    ("ValidateProductID", 700),
    ("CostInitialize", 800),
    ("FileCost", 900),
    ("CostFinalize", 1000),
    ("MigrateFeatureStates", 1200),
    ("InstallValidate", 1400),
    ("InstallInitialize", 1500),
    ("RemoveExistingProducts", 1510),
    ("ProcessComponents", 1600),
    ("UnpublishFeatures", 1800),
    ("RemoveRegistryValues", 2600),
    ("RemoveShortcuts", 3200),
    ("RemoveEnvironmentStrings", 3300),
    ("RemoveFiles", 3500),
    ("RemoveFolders", 3600),
    ("CreateFolders", 3700),
    ("InstallFiles", 4000),
    ("CreateShortcuts", 4500),
    ("WriteRegistryValues", 5000),
    ("WriteEnvironmentStrings", 5200),
    ("RegisterUser", 6000),
    ("RegisterProduct", 6100),
    ("PublishFeatures", 6300),
    ("PublishProduct", 6400),
    ("InstallFinalize", 6600),
];

const INTERFACE: &[(&str, i32)] = &[
    ("FindRelatedProducts", 25),
    ("AppSearch", 50),
    ("LaunchConditions", 100),
    ("ValidateProductID", 700),
    ("CostInitialize", 800),
    ("FileCost", 900),
    ("CostFinalize", 1000),
    ("ExecuteAction", 1300),
];

const ADMINISTRATIVE: &[(&str, i32)] = &[
    ("CostInitialize", 800),
    ("FileCost", 900),
    ("CostFinalize", 1000),
    ("InstallValidate", 1400),
    ("InstallInitialize", 1500),
    ("InstallAdminPackage", 3900),
    ("InstallFiles", 4000),
    ("InstallFinalize", 6600),
];

const ADMINISTRATIVE_INTERFACE: &[(&str, i32)] =
    &[("CostInitialize", 800), ("FileCost", 900), ("CostFinalize", 1000), ("ExecuteAction", 1300)];

const ADVERTISEMENT: &[(&str, i32)] = &[
    ("CostInitialize", 800),
    ("CostFinalize", 1000),
    ("InstallValidate", 1400),
    ("InstallInitialize", 1500),
    ("CreateShortcuts", 4500),
    ("PublishFeatures", 6300),
    ("PublishProduct", 6400),
    ("InstallFinalize", 6600),
];

/// The standard actions of all five sequences.
pub(super) fn add_standard_actions(database: &mut Database) {
    for (table, actions) in [
        (Table::InstallExecuteSequence, EXECUTE),
        (Table::InstallUISequence, INTERFACE),
        (Table::AdminExecuteSequence, ADMINISTRATIVE),
        (Table::AdminUISequence, ADMINISTRATIVE_INTERFACE),
        (Table::AdvtExecuteSequence, ADVERTISEMENT),
    ] {
        for (action, number) in actions {
            schedule(database, table, action, "", *number);
        }
    }
}

/// One row of a sequence; an empty condition always holds.
pub(super) fn schedule(database: &mut Database, table: Table, action: &str, condition: &str, number: i32) {
    let condition = if condition.is_empty() { msi::Value::Null } else { condition.into() };
    database.add(table, [action.into(), condition, number.into()]);
}
