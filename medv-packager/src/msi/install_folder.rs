//! The folder that a caller may choose, and that later runs find again.

use super::action::{self, Kind};
use super::database::Database;
use super::search::{self, Place};
use super::sequence::at;

/// Set to the folder that an installed version has.
pub(super) const FOUND_FOLDER: &str = "FOUNDFOLDER";

/// Lets a caller choose `property`, unless something is installed: then it is where `key` says, which is where the next
/// version goes, and where repair and removal look.
pub(super) fn add(database: &mut Database, property: &str, key: &str) {
    search::add(database, FOUND_FOLDER, Place::Registry { key, name: "InstallDir" });
    let set = Kind::Set { property, to: "[FOUNDFOLDER]" };
    let condition = format!("FOUNDFOLDER AND (Installed OR NOT {property})");
    action::add_in_both(database, "SetInstallFolder", set, &condition, at::FOLDER);
    let set = Kind::Set { property: "ARPINSTALLLOCATION", to: &format!("[{property}]") };
    action::add(database, "SetInstallLocation", set, "", at::FOLDERS_KNOWN);
}
