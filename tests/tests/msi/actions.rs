//! The actions around the disk: their order, their kinds, and what they are told, against the specification.

use std::collections::BTreeMap;

use medv_packager::msi::workspace;

use crate::packages;
use crate::tables::Tables;

fn tables() -> Tables {
    let settings = packages::settings();
    Tables::of(workspace(&packages::workspace(&settings)).unwrap())
}

fn position(sequence: &[(String, String)], action: &str) -> usize {
    sequence.iter().position(|(name, _)| name == action).unwrap_or_else(|| panic!("no {action}"))
}

#[test]
fn things_happen_in_the_order_of_the_specification() {
    let sequence = tables().sequence("InstallExecuteSequence");
    let order = [
        "FindRelatedProducts",
        "AppSearch",
        "LaunchConditions",
        "StopUnlessAllUsers",
        "SetInstallFolder",
        "CostInitialize",
        "CostFinalize",
        "ResolveSource",
        "SetCheckDisk",
        "CheckDisk",
        "InstallValidate",
        "SetExpandDisk",
        "StopWithoutRollback",
        "InstallInitialize",
        "RemoveExistingProducts",
        "CreateFolders",
        "ClaimFolders",
        "RollbackDisk",
        "ExpandDisk",
        "InstallFiles",
        "WriteRegistryValues",
        "PrepareFolders",
        "CommitDisk",
        "DeleteDisks",
        "InstallFinalize",
        "SetHostAgentProgram",
        "StartHostAgent",
    ];
    let positions = order.map(|action| position(&sequence, action));
    assert!(positions.is_sorted(), "{order:?} at {positions:?}");
}

#[test]
fn actions_are_of_the_kind_that_the_specification_says() {
    const DEFERRED_AS_SYSTEM: i32 = 1 + 1024 + 2048;
    let mut tables = tables();
    for (action, kind) in [
        ("CheckDisk", 1),
        ("ClaimFolders", DEFERRED_AS_SYSTEM),
        ("RollbackDisk", DEFERRED_AS_SYSTEM + 256),
        ("ExpandDisk", DEFERRED_AS_SYSTEM),
        ("PrepareFolders", DEFERRED_AS_SYSTEM + 64),
        ("CommitDisk", DEFERRED_AS_SYSTEM + 512),
        ("DeleteDisks", DEFERRED_AS_SYSTEM + 512),
    ] {
        let row = tables.row("CustomAction", "Action", action);
        assert_eq!(row["Type"], kind.to_string(), "{action}");
        assert_eq!((row["Source"].as_str(), row["Target"].as_str()), ("MedvActions", action));
        assert!(!tables.row("ActionText", "Action", action)["Description"].is_empty());
    }
    assert_eq!(tables.stream("Binary.MedvActions"), b"a library");
}

#[test]
fn actions_run_when_they_should() {
    let sequence = tables().sequence("InstallExecuteSequence");
    let deleting = "Installed AND REMOVE = \"ALL\" AND DELETEDIFFDISKS = 1 AND NOT UPGRADINGPRODUCTCODE";
    for (action, condition) in [
        ("ResolveSource", "(NOT Installed OR (REINSTALL AND OVERWRITEVHD = 1)) AND NOT REMOVE"),
        ("CheckDisk", "(NOT Installed OR (REINSTALL AND OVERWRITEVHD = 1)) AND NOT REMOVE"),
        ("ClaimFolders", "(NOT Installed OR (REINSTALL AND OVERWRITEVHD = 1)) AND NOT REMOVE"),
        ("RollbackDisk", "(NOT Installed OR (REINSTALL AND OVERWRITEVHD = 1)) AND NOT REMOVE"),
        ("ExpandDisk", "(NOT Installed OR (REINSTALL AND OVERWRITEVHD = 1)) AND NOT REMOVE"),
        ("CommitDisk", "(NOT Installed OR (REINSTALL AND OVERWRITEVHD = 1)) AND NOT REMOVE"),
        ("PrepareFolders", "NOT REMOVE"),
        ("DeleteDisks", deleting),
        ("StartHostAgent", "SUPPRESSMEDVLAUNCH = \"0\" AND NOT REMOVE AND UserSID <> \"S-1-5-18\""),
    ] {
        assert_eq!(sequence[position(&sequence, action)].1, condition, "{action}");
    }
}

/// The table "Actions" of the specification: the keys of each action.
fn specified() -> BTreeMap<String, Vec<String>> {
    let text = include_str!("../../../spec/workspace-package.md");
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
    };
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| line.starts_with("| key | value | CheckDisk")).unwrap();
    let actions = cells(lines[start]);
    let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines[start + 2..].iter().take_while(|line| line.starts_with('|')) {
        let row = cells(line);
        for (action, _) in actions.iter().zip(&row).skip(2).filter(|(_, cell)| *cell == "x") {
            keys.entry(action.clone()).or_default().push(row[0].clone());
        }
    }
    keys
}

#[test]
fn each_action_is_told_what_the_specification_says() {
    let mut tables = tables();
    let specified = specified();
    assert_eq!(specified.len(), 7);
    for (action, keys) in specified {
        let row = tables.row("CustomAction", "Action", &format!("Set{action}"));
        assert_eq!((row["Type"].as_str(), row["Source"].as_str()), ("51", action.as_str()));
        let told: Vec<&str> =
            row["Target"].split('|').map(|pair| pair.split_once('=').expect("KEY=VALUE").0).collect();
        assert_eq!(told, keys, "{action}");
    }
}

#[test]
fn the_install_folder_is_the_one_that_the_installed_version_has() {
    let mut tables = tables();
    let row = tables.row("CustomAction", "Action", "SetInstallFolder");
    assert_eq!((row["Source"].as_str(), row["Target"].as_str()), ("INSTALLDIR", "[FOUNDFOLDER]"));
    for table in ["InstallExecuteSequence", "InstallUISequence"] {
        let sequence = tables.sequence(table);
        assert_eq!(
            sequence[position(&sequence, "SetInstallFolder")].1,
            "FOUNDFOLDER AND (Installed OR NOT INSTALLDIR)"
        );
    }
    let names: Vec<(String, String)> = tables
        .rows("Directory")
        .into_iter()
        .map(|row| (row["Directory"].clone(), format!("{} {}", row["Directory_Parent"], row["DefaultDir"])))
        .collect();
    for (folder, place) in [
        ("INSTALLDIR", "MedvFolder WORK~1|Workspace"),
        ("MedvFolder", "MicrosoftFolder Medv"),
        ("MicrosoftFolder", "CommonAppDataFolder MICR~1|Microsoft"),
        ("CommonAppDataFolder", "TARGETDIR ."),
    ] {
        assert!(names.contains(&(folder.into(), place.into())), "{folder} in {names:?}");
    }
}
