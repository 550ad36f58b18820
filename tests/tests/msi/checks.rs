//! What must hold before anything is written: the order, the conditions' truth, the messages.

use std::collections::BTreeMap;

use medv_packager::msi::{component, workspace};

use crate::packages;
use crate::tables::Tables;

fn workspace_tables() -> Tables {
    let settings = packages::settings();
    Tables::of(workspace(&packages::workspace(&settings)).unwrap())
}

/// The first check of a sequence that stops a machine, if one does.
fn stopped(tables: &mut Tables, machine: &[(&str, &str)]) -> Option<String> {
    let mut properties: BTreeMap<String, String> =
        tables.rows("Property").iter().map(|row| (row["Property"].clone(), row["Value"].clone())).collect();
    for (property, value) in machine {
        properties.insert((*property).to_owned(), (*value).to_owned());
    }
    let sequence = tables.sequence("InstallUISequence");
    let checks = sequence.into_iter().filter(|(action, _)| action.starts_with("Stop"));
    let mut holds = checks.filter(|(_, condition)| condition::holds(condition, &properties));
    holds.next().map(|(action, _)| action)
}

/// A machine on which a workspace can be installed.
const WINDOWS_10: &[(&str, &str)] =
    &[("VersionNT", "603"), ("HYPERV", "#%systemroot%\\vmms.exe"), ("HOSTAGENTVERSION", "2.0.0")];
const WINDOWS_7: &[(&str, &str)] = &[
    ("VersionNT", "601"),
    ("ServicePackLevel", "0"),
    ("VIRTUALPC", "C:\\vpc.exe"),
    ("HOSTAGENTVERSION", "2.0.0"),
];

fn workspace_on(machine: &[(&str, &str)], more: &[(&str, &str)]) -> Option<String> {
    stopped(&mut workspace_tables(), &[machine, more].concat())
}

#[test]
fn a_machine_that_has_everything_is_not_stopped() {
    assert_eq!(workspace_on(WINDOWS_10, &[]), None);
    assert_eq!(workspace_on(WINDOWS_7, &[("ServicePackLevel", "1")]), None);
    assert_eq!(workspace_on(WINDOWS_7, &[("VIRTUALPCUPDATED", "C:\\vpc.exe")]), None);
}

#[test]
fn an_installation_for_one_user_is_refused() {
    for value in ["", "2", "0"] {
        assert_eq!(workspace_on(WINDOWS_10, &[("ALLUSERS", value)]).as_deref(), Some("StopUnlessAllUsers"));
    }
}

#[test]
fn a_host_agent_is_needed() {
    assert_eq!(
        workspace_on(WINDOWS_10, &[("HOSTAGENTVERSION", "")]).as_deref(),
        Some("StopWithoutHostAgent")
    );
}

#[test]
fn a_hypervisor_is_needed_and_which_depends_on_windows() {
    let none = Some("StopWithoutHypervisor");
    assert_eq!(workspace_on(WINDOWS_10, &[("HYPERV", "")]).as_deref(), none);
    // Windows Virtual PC is of use on Windows 7 only, Hyper-V only later.
    assert_eq!(
        workspace_on(WINDOWS_10, &[("HYPERV", ""), ("VIRTUALPC", "x"), ("VIRTUALPCUPDATED", "x")]).as_deref(),
        none
    );
    assert_eq!(workspace_on(WINDOWS_7, &[("VIRTUALPC", ""), ("HYPERV", "x")]).as_deref(), none);
    assert_eq!(workspace_on(WINDOWS_7, &[]).as_deref(), Some("StopWithoutUpdate"));
    for instead in ["QEMUFOLDER", "QEMUPROGRAM", "IGNORE_PREREQUISITES"] {
        assert_eq!(workspace_on(WINDOWS_10, &[("HYPERV", ""), (instead, "1")]), None);
        assert_eq!(workspace_on(WINDOWS_7, &[("VIRTUALPC", ""), (instead, "1")]), None);
        assert_eq!(workspace_on(WINDOWS_7, &[(instead, "1")]), None);
    }
    assert_eq!(workspace_on(WINDOWS_10, &[("HYPERV", ""), ("IGNORE_PREREQUISITES", "0")]).as_deref(), none);
}

#[test]
fn another_workspace_is_in_the_way_and_this_one_is_not() {
    assert_eq!(
        workspace_on(WINDOWS_10, &[("FOUNDWORKSPACE", "Other")]).as_deref(),
        Some("StopOtherWorkspace")
    );
    assert_eq!(workspace_on(WINDOWS_10, &[("FOUNDWORKSPACE", packages::NAME)]), None);
    // Windows may not know that these are the same letters; the UpgradeCode says it.
    let found = [("FOUNDWORKSPACE", "BÜRO [日本] {1}"), ("OLDERFOUND", "{1}")];
    assert_eq!(workspace_on(WINDOWS_10, &found), None);
}

#[test]
fn a_newer_version_stays() {
    assert_eq!(workspace_on(WINDOWS_10, &[("NEWERFOUND", "{1}")]).as_deref(), Some("StopNewerVersion"));
}

#[test]
fn the_first_that_does_not_hold_is_the_one_that_is_told() {
    let all = [("ALLUSERS", ""), ("HOSTAGENTVERSION", ""), ("HYPERV", ""), ("FOUNDWORKSPACE", "Other")];
    let expected =
        ["StopUnlessAllUsers", "StopWithoutHostAgent", "StopWithoutHypervisor", "StopOtherWorkspace"];
    for (number, name) in expected.iter().enumerate() {
        assert_eq!(workspace_on(WINDOWS_10, &all[number..]).as_deref(), Some(*name));
    }
    let last = [("HYPERV", ""), ("NEWERFOUND", "{1}")];
    assert_eq!(workspace_on(WINDOWS_10, &last).as_deref(), Some("StopWithoutHypervisor"));
}

#[test]
fn repair_and_removal_are_not_stopped() {
    let missing = [("ALLUSERS", ""), ("HOSTAGENTVERSION", ""), ("HYPERV", ""), ("NEWERFOUND", "{1}")];
    for maintenance in [("Installed", "1"), ("REMOVE", "ALL")] {
        assert_eq!(workspace_on(WINDOWS_10, &[&missing[..], &[maintenance]].concat()), None);
    }
}

#[test]
fn components_need_less() {
    let bare = [("VersionNT", "603")];
    let mut packager = Tables::of(component(&packages::packager()).unwrap());
    assert_eq!(stopped(&mut packager, &bare), None);
    assert_eq!(stopped(&mut packager, &[("ALLUSERS", "")]).as_deref(), Some("StopUnlessAllUsers"));
    let mut host = Tables::of(component(&packages::host_agent()).unwrap());
    assert_eq!(stopped(&mut host, &bare).as_deref(), Some("StopWithoutHypervisor"));
    assert_eq!(stopped(&mut host, &[bare[0], ("IGNORE_PREREQUISITES", "1")]), None);
}

#[test]
fn the_host_agent_stays_while_there_is_a_workspace() {
    let mut host = Tables::of(component(&packages::host_agent()).unwrap());
    let removal = [("Installed", "1"), ("REMOVE", "ALL"), ("FOUNDWORKSPACE", "Contoso")];
    assert_eq!(stopped(&mut host, &removal).as_deref(), Some("StopWorkspaceLeft"));
    assert_eq!(stopped(&mut host, &removal[..2]), None);
    assert_eq!(stopped(&mut host, &[&removal[..], &[("UPGRADINGPRODUCTCODE", "{1}")]].concat()), None);
    let mut packager = Tables::of(component(&packages::packager()).unwrap());
    assert_eq!(stopped(&mut packager, &removal), None);
}

#[test]
fn messages_say_what_to_do_and_both_sequences_have_them() {
    let mut tables = workspace_tables();
    let places = |tables: &mut Tables, table| -> Vec<(String, String)> {
        tables.sequence(table).into_iter().filter(|(name, _)| name.starts_with("Stop")).collect()
    };
    let mut execute = places(&mut tables, "InstallExecuteSequence");
    assert_eq!(execute.pop().unwrap().0, "StopWithoutRollback");
    assert_eq!(execute, places(&mut tables, "InstallUISequence"));
    for (name, _) in execute {
        let row = tables.row("CustomAction", "Action", &name);
        assert_eq!(row["Type"], "19");
        let message = &row["Target"];
        assert!(message.contains("[ProductName]") && message.ends_with('.'), "{message}");
        let advice = ["Install", "Leave", "Remove"];
        assert!(advice.iter().any(|word| message.contains(word)), "{message}");
    }
    let condition = &tables.rows("LaunchCondition")[0];
    assert_eq!(condition["Condition"], "Installed OR VersionNT >= 601");
    assert!(condition["Description"].contains("Windows 7"));
}

#[test]
fn the_machine_is_looked_at_in_the_places_of_the_specification() {
    let mut tables = workspace_tables();
    let medv = r"SOFTWARE\Microsoft\Medv\v2";
    for (property, key, name) in [
        ("HOSTAGENTVERSION", format!(r"{medv}\Components\HostAgent"), "Version"),
        ("HOSTAGENTFOLDER", format!(r"{medv}\Components\HostAgent"), "InstallDir"),
        ("FOUNDWORKSPACE", format!(r"{medv}\Workspace"), "Name"),
        ("FOUNDFOLDER", format!(r"{medv}\Workspace"), "InstallDir"),
        ("FOUNDDIGEST", format!(r"{medv}\Workspace"), "ImageDigest"),
        ("HYPERV", r"SYSTEM\CurrentControlSet\Services\vmms".into(), "ImagePath"),
        ("QEMUFOLDER", r"SOFTWARE\QEMU".into(), "Install_Dir"),
    ] {
        let signature = &tables.row("AppSearch", "Property", property)["Signature_"];
        let row = tables.row("RegLocator", "Signature_", signature);
        assert_eq!((row["Key"].as_str(), row["Name"].as_str()), (key.as_str(), name));
        // HKEY_LOCAL_MACHINE; a raw value of the 64-bit view.
        assert_eq!((row["Root"].as_str(), row["Type"].as_str()), ("2", "18"));
    }
    for (property, folder, name, version) in [
        ("QEMUPROGRAM", "[ProgramFiles64Folder]qemu", "QEMU-S~1.EXE|qemu-system-x86_64.exe", ""),
        ("VIRTUALPC", "[System64Folder]", "vpc.exe", ""),
        ("VIRTUALPCUPDATED", "[System64Folder]", "vpc.exe", "6.1.7600.16394"),
    ] {
        let signature = &tables.row("AppSearch", "Property", property)["Signature_"];
        assert_eq!(tables.row("DrLocator", "Signature_", signature)["Path"], folder);
        let row = tables.row("Signature", "Signature", signature);
        assert_eq!((row["FileName"].as_str(), row["MinVersion"].as_str()), (name, version));
    }
}

/// Windows Installer's conditions, as far as the checks use them.
mod condition {
    use std::collections::BTreeMap;

    type Properties = BTreeMap<String, String>;

    pub(super) fn holds(condition: &str, properties: &Properties) -> bool {
        let tokens = tokens(condition);
        let mut rest = tokens.as_slice();
        let holds = any(&mut rest, properties);
        assert!(rest.is_empty(), "{condition}: left over {rest:?}");
        holds
    }

    fn tokens(condition: &str) -> Vec<String> {
        let spaced = condition.replace('(', " ( ").replace(')', " ) ");
        spaced.split_whitespace().map(str::to_owned).collect()
    }

    fn take(rest: &mut &[String], token: &str) -> bool {
        let is_next = rest.first().is_some_and(|first| first == token);
        if is_next {
            *rest = &rest[1..];
        }
        is_next
    }

    fn any(rest: &mut &[String], properties: &Properties) -> bool {
        let mut holds = all(rest, properties);
        while take(rest, "OR") {
            holds |= all(rest, properties);
        }
        holds
    }

    fn all(rest: &mut &[String], properties: &Properties) -> bool {
        let mut holds = one(rest, properties);
        while take(rest, "AND") {
            holds &= one(rest, properties);
        }
        holds
    }

    fn one(rest: &mut &[String], properties: &Properties) -> bool {
        if take(rest, "NOT") {
            return !one(rest, properties);
        }
        if take(rest, "(") {
            let holds = any(rest, properties);
            assert!(take(rest, ")"), "no bracket closes before {rest:?}");
            return holds;
        }
        let left = term(rest, properties);
        match rest.first().map(String::as_str) {
            Some(sign @ ("=" | ">" | ">=" | "~<>")) => {
                *rest = &rest[1..];
                let right = term(rest, properties);
                match (sign, left.parse::<i32>().ok().zip(right.parse::<i32>().ok())) {
                    ("=", _) => left == right,
                    ("~<>", _) => !left.eq_ignore_ascii_case(&right),
                    (">", Some((left, right))) => left > right,
                    (">=", Some((left, right))) => left >= right,
                    _ => false,
                }
            }
            _ => !left.is_empty(),
        }
    }

    fn term(rest: &mut &[String], properties: &Properties) -> String {
        let (first, behind) = rest.split_first().expect("a property or a value");
        *rest = behind;
        if let Some(text) = first.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            return text.to_owned();
        }
        if first.bytes().all(|letter| letter.is_ascii_digit()) {
            return first.clone();
        }
        properties.get(first).cloned().unwrap_or_default()
    }
}
