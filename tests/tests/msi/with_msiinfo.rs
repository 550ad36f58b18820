//! `msiinfo` reads what we write.

use std::path::Path;
use std::process::Command;

use medv_packager::msi::{component, workspace};

use crate::packages;

pub(crate) fn run(program: &str, folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

fn written(bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.msi"), bytes).unwrap();
    folder
}

fn a_workspace() -> tempfile::TempDir {
    let settings = packages::settings();
    written(&workspace(&packages::workspace(&settings)).unwrap())
}

#[test]
fn every_table_is_read() {
    let components = [component(&packages::host_agent()), component(&packages::packager())];
    for folder in [a_workspace()].into_iter().chain(components.map(|bytes| written(&bytes.unwrap()))) {
        let tables = run("msiinfo", folder.path(), &["tables", "x.msi"]);
        let tables: Vec<&str> = tables.lines().filter(|name| !name.starts_with('_')).collect();
        assert!(tables.len() >= 24, "{tables:?}");
        for table in tables {
            let rows = run("msiinfo", folder.path(), &["export", "x.msi", table]);
            assert!(rows.lines().count() >= 3, "{table}: {rows}");
        }
    }
}

#[test]
fn rows_say_what_was_meant() {
    let folder = a_workspace();
    let export = |table: &str| run("msiinfo", folder.path(), &["export", "x.msi", table]);
    for (table, row) in [
        ("Property", "ProductName\tMED-V Workspace - Büro [日本] {1}"),
        ("Property", "OVERWRITEVHD\t0"),
        ("Registry", "\tSOFTWARE\\Microsoft\\Medv\\v2\\Fts\tUpgradeTimeout\t#4294967295\tEntries"),
        ("Registry", "\tSOFTWARE\\Microsoft\\Medv\\v2\\UserExperience\tOne\t[~]one[~]\tEntries"),
        (
            "Registry",
            "Run\t2\tSOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\tMED-V Host Agent\t\"[HOSTAGENTFOLDER]medv-host.exe\" run\tEntries",
        ),
        ("LaunchCondition", "Installed OR VersionNT >= 601\t"),
        ("CustomAction", "ExpandDisk\t3073\tMedvActions\tExpandDisk\t"),
        ("InstallExecuteSequence", "RemoveExistingProducts\t\t1510"),
        (
            "InstallExecuteSequence",
            "RollbackDisk\t(NOT Installed OR (REINSTALL AND OVERWRITEVHD = 1)) AND NOT REMOVE\t3800",
        ),
        (
            "InstallExecuteSequence",
            "ExpandDisk\t(NOT Installed OR (REINSTALL AND OVERWRITEVHD = 1)) AND NOT REMOVE\t3801",
        ),
        ("InstallExecuteSequence", "InstallFiles\t\t4000"),
        ("Upgrade", "\t0.0.0\t1.2.3\t\t768\t\tOLDERFOUND"),
        ("Media", "1\t1\t\t#medv.cab\t\t"),
        ("Directory", "INSTALLDIR\tMedvFolder\tWORK~1|Workspace"),
        ("File", "uninstall.exe\tUninstall\tUNIN~1.EXE|uninstall.exe\t9\t\t\t512\t1"),
    ] {
        let rows = export(table);
        assert!(rows.lines().any(|line| line.contains(row)), "{table} has no {row:?}:\n{rows}");
    }
}

/// 4000 addresses are more than 64 KiB, whose length is told in another way.
#[test]
fn a_long_value_is_whole() {
    let folder = a_workspace();
    let rows = run("msiinfo", folder.path(), &["export", "x.msi", "Registry"]);
    let row = rows.lines().find(|line| line.contains("RedirectUrls")).unwrap();
    assert!(row.contains("[~]https://app0.example.org/*[~]") && row.len() > 100_000);
    assert!(row.contains("[~]https://app3999.example.org/*[~]\tEntries"));
}
