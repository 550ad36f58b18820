//! What must hold before anything is written (specification, points 1 to 4), each with its own message.
//!
//! Not `LaunchCondition` rows, whose order Windows Installer chooses.

use super::action::{Kind, add_in_both};
use super::database::Database;
use super::product::{NEWER, OLDER};
use super::registry::MEDV;
use super::schema::Table;
use super::search::{self, Place};
use super::sequence::at;

/// Properties that searches set. All are public: what was found before Windows Installer asked for rights is passed on.
pub(super) mod found {
    pub(in super::super) const HOST_AGENT_VERSION: &str = "HOSTAGENTVERSION";
    pub(in super::super) const HOST_AGENT_FOLDER: &str = "HOSTAGENTFOLDER";
    pub(in super::super) const WORKSPACE: &str = "FOUNDWORKSPACE";
    pub(in super::super) const HYPER_V: &str = "HYPERV";
    pub(in super::super) const QEMU_FOLDER: &str = "QEMUFOLDER";
    pub(in super::super) const QEMU_PROGRAM: &str = "QEMUPROGRAM";
    pub(in super::super) const VIRTUAL_PC: &str = "VIRTUALPC";
    pub(in super::super) const VIRTUAL_PC_UPDATED: &str = "VIRTUALPCUPDATED";
}

/// The properties of [`add_hypervisor`], with the one that skips it.
pub(super) const HYPERVISOR_PROPERTIES: [&str; 6] = [
    "IGNORE_PREREQUISITES",
    found::HYPER_V,
    found::QEMU_FOLDER,
    found::QEMU_PROGRAM,
    found::VIRTUAL_PC,
    found::VIRTUAL_PC_UPDATED,
];

/// The first file version of Windows Virtual PC after the one it was published with (KB958559). Update KB977206 is
/// what brings one on a Windows 7 without Service Pack 1.
const VIRTUAL_PC_AFTER_FIRST: &str = "6.1.7600.16394";

/// Neither a repair nor a removal.
const INSTALLING: &str = "NOT Installed AND NOT REMOVE";

/// Windows 7 or later, for all users.
pub(super) fn add_all_users(database: &mut Database) {
    let message = "[ProductName] needs Windows 7 or later, and found version [VersionNT]. Install it on \
                   another machine.";
    database.add(Table::LaunchCondition, ["Installed OR VersionNT >= 601".into(), message.into()]);
    stop(
        database,
        "StopUnlessAllUsers",
        0,
        &format!("{INSTALLING} AND NOT (ALLUSERS = 1)"),
        "[ProductName] is for all users of a machine: ALLUSERS is \"[ALLUSERS]\", and must be 1. Leave \
         ALLUSERS out, and start as an administrator.",
    );
}

/// The host agent.
pub(super) fn add_host_agent(database: &mut Database) {
    let key = format!(r"{MEDV}\Components\HostAgent");
    search::add(database, found::HOST_AGENT_VERSION, Place::Registry { key: &key, name: "Version" });
    search::add(database, found::HOST_AGENT_FOLDER, Place::Registry { key: &key, name: "InstallDir" });
    stop(
        database,
        "StopWithoutHostAgent",
        1,
        &format!("{INSTALLING} AND NOT HOSTAGENTVERSION"),
        "[ProductName] needs the MED-V Host Agent, which is not installed. Install it with \
         MED-V_HostAgent_Setup.exe, then try again.",
    );
}

/// A hypervisor.
pub(super) fn add_hypervisor(database: &mut Database) {
    let vmms = r"SYSTEM\CurrentControlSet\Services\vmms";
    search::add(database, found::HYPER_V, Place::Registry { key: vmms, name: "ImagePath" });
    search::add(database, found::QEMU_FOLDER, Place::Registry { key: r"SOFTWARE\QEMU", name: "Install_Dir" });
    let (folder, name) = ("[ProgramFiles64Folder]qemu", "QEMU-S~1.EXE|qemu-system-x86_64.exe");
    search::add(database, found::QEMU_PROGRAM, Place::File { folder, name, version: None });
    let (folder, name) = ("[System64Folder]", "vpc.exe");
    search::add(database, found::VIRTUAL_PC, Place::File { folder, name, version: None });
    let version = Some(VIRTUAL_PC_AFTER_FIRST);
    search::add(database, found::VIRTUAL_PC_UPDATED, Place::File { folder, name, version });

    let enough = "IGNORE_PREREQUISITES = 1 OR QEMUFOLDER OR QEMUPROGRAM OR (VersionNT > 601 AND HYPERV) \
                  OR (VersionNT = 601 AND VIRTUALPC AND (ServicePackLevel >= 1 OR VIRTUALPCUPDATED))";
    stop(
        database,
        "StopWithoutUpdate",
        2,
        &format!("{INSTALLING} AND VersionNT = 601 AND VIRTUALPC AND NOT ({enough})"),
        "[ProductName] needs update KB977206 for Windows Virtual PC, and found none. Install it, or \
         Service Pack 1. IGNORE_PREREQUISITES=1 skips this check.",
    );
    stop(
        database,
        "StopWithoutHypervisor",
        3,
        &format!("{INSTALLING} AND NOT ({enough})"),
        "[ProductName] found no hypervisor. Install Windows Virtual PC (Windows 7), turn on Hyper-V \
         (later), or install QEMU. To do so afterwards: IGNORE_PREREQUISITES=1 skips this check.",
    );
}

/// No other workspace on this machine. The property `WorkspaceName` has this one's. One that is found by its `UpgradeCode`
/// is this one, however its name is written.
pub(super) fn add_only_workspace(database: &mut Database) {
    find_workspace(database);
    stop(
        database,
        "StopOtherWorkspace",
        4,
        &format!(
            "{INSTALLING} AND FOUNDWORKSPACE AND FOUNDWORKSPACE ~<> WorkspaceName AND NOT ({OLDER} OR \
             {NEWER})"
        ),
        "[ProductName] cannot be installed beside the workspace \"[FOUNDWORKSPACE]\": a machine has one. \
         Remove that one first.",
    );
}

/// No newer version of this product.
pub(super) fn add_not_newer(database: &mut Database) {
    stop(
        database,
        "StopNewerVersion",
        5,
        &format!("{INSTALLING} AND {NEWER}"),
        "A newer version of [ProductName] than [ProductVersion] is installed ([NEWERFOUND]). Remove it \
         first, or keep it.",
    );
}

/// The host agent stays while there is a workspace.
pub(super) fn add_no_workspace_left(database: &mut Database) {
    find_workspace(database);
    stop(
        database,
        "StopWorkspaceLeft",
        6,
        "REMOVE AND FOUNDWORKSPACE AND NOT UPGRADINGPRODUCTCODE",
        "[ProductName] cannot be removed while the workspace \"[FOUNDWORKSPACE]\" is installed, which \
         needs it. Remove the workspace first.",
    );
}

fn find_workspace(database: &mut Database) {
    let key = format!(r"{MEDV}\Workspace");
    search::add(database, found::WORKSPACE, Place::Registry { key: &key, name: "Name" });
}

fn stop(database: &mut Database, name: &str, place: i32, condition: &str, message: &str) {
    add_in_both(database, name, Kind::Stop { message }, condition, at::CHECKS + place);
}
