//! The actions of `medv-actions.dll` around the disk, and what each is told (specification, "Actions").

use super::action::{Kind, When, add};
use super::database::Database;
use super::schema::Table;
use super::sequence::at;

/// The property in which the registry's digest of the installed disk is.
pub(super) const FOUND_DIGEST: &str = "FOUNDDIGEST";

/// The folder above `AllUsers`, `MedvLock` and `Monitoring`.
const SHARED: &str = r"[CommonAppDataFolder]Microsoft\Medv\";
/// A repair that may overwrite the disk installs it again.
const INSTALLING: &str = "(NOT Installed OR (REINSTALL AND OVERWRITEVHD = 1)) AND NOT REMOVE";
const DELETING: &str = "Installed AND REMOVE = \"ALL\" AND DELETEDIFFDISKS = 1 AND NOT UPGRADINGPRODUCTCODE";

pub(super) fn add_all(database: &mut Database) {
    let disk = "Source=[SourceDir]|Medv=[MedvFile]|Folder=[INSTALLDIR]|Image=[ImageName]|ImageDigest=[ImageDigest]\
                |IndexDigest=[IndexDigest]|BytesOnDisk=[BytesOnDisk]|Overwrite=[OVERWRITEVHD]\
                |Installed=[FOUNDDIGEST]|Upgrading=[OLDERFOUND]";
    let expand = "Source=[SourceDir]|Medv=[MedvFile]|Folder=[INSTALLDIR]|Image=[ImageName]\
                  |ImageDigest=[ImageDigest]|IndexDigest=[IndexDigest]|DiskFound=[DiskFound]";
    let image = "Folder=[INSTALLDIR]|Image=[ImageName]|DiskFound=[DiskFound]";
    let folders = format!("Folder=[INSTALLDIR]|Image=[ImageName]|Shared={SHARED}");

    add_standard(database, "ResolveSource", at::FOLDERS_KNOWN + 10);
    tell(database, "SetCheckDisk", "CheckDisk", disk, at::FOLDERS_KNOWN + 20, INSTALLING);
    add(database, "CheckDisk", Kind::Call(When::Immediate), INSTALLING, at::FOLDERS_KNOWN + 21);

    // Without rollback Windows Installer calls neither rollback nor commit actions.
    let without_rollback =
        "(RollbackDisabled OR DISABLEROLLBACK) AND (NOT Installed OR REINSTALL OR DELETEDIFFDISKS = 1)";
    let message = "[ProductName] needs rollback, which is turned off on this machine, to leave it as it was if something \
                   fails. Leave out DISABLEROLLBACK, or turn off the policy \"Prohibit rollback\".";
    add(database, "StopWithoutRollback", Kind::Stop { message }, without_rollback, at::BEFORE_SCRIPT);

    for (name, setter, data, when, condition, number) in [
        (
            "ClaimFolders",
            "SetClaimFolders",
            folders.as_str(),
            When::Deferred,
            INSTALLING,
            at::BEFORE_FILES - 1,
        ),
        ("RollbackDisk", "SetRollbackDisk", image, When::Rollback, INSTALLING, at::BEFORE_FILES),
        ("ExpandDisk", "SetExpandDisk", expand, When::Deferred, INSTALLING, at::BEFORE_FILES + 1),
        (
            "PrepareFolders",
            "SetPrepareFolders",
            folders.as_str(),
            When::DeferredMayFail,
            "NOT REMOVE",
            at::AFTER_FILES,
        ),
        ("CommitDisk", "SetCommitDisk", image, When::Commit, INSTALLING, at::AFTER_FILES + 1),
        ("DeleteDisks", "SetDeleteDisks", folders.as_str(), When::Commit, DELETING, at::AFTER_FILES + 2),
    ] {
        tell(database, setter, name, data, at::PREPARE, condition);
        add(database, name, Kind::Call(when), condition, number);
    }
    for (action, text) in [
        ("CheckDisk", "Checking the disk's file and the space for it"),
        ("ClaimFolders", "Preparing the folder for the disk"),
        ("ExpandDisk", "Expanding the workspace's disk"),
        ("RollbackDisk", "Removing the unfinished disk"),
        ("PrepareFolders", "Preparing the folders that users share"),
        ("CommitDisk", "Removing the disk that was replaced"),
        ("DeleteDisks", "Deleting the workspace's disks"),
    ] {
        database.add(Table::ActionText, [action.into(), text.into(), msi::Value::Null]);
    }
}

/// Passes `data` to an action: a deferred one reads the property of its own name as `CustomActionData`.
fn tell(database: &mut Database, setter: &str, action: &str, data: &str, number: i32, condition: &str) {
    add(database, setter, Kind::Set { property: action, to: data }, condition, number);
}

fn add_standard(database: &mut Database, action: &str, number: i32) {
    super::sequence::schedule(database, Table::InstallExecuteSequence, action, INSTALLING, number);
}
