//! The Registry table against the settings and the specification.

use medv_packager::msi::workspace;
use medv_settings::Value;

use crate::packages::{self, NAME};
use crate::tables::{Row, Tables};

fn find<'a>(rows: &'a [Row], key: &str, name: &str) -> &'a Row {
    let found = rows.iter().find(|row| row["Key"] == key && row["Name"] == name);
    found.unwrap_or_else(|| panic!(r"no row for {key}\{name}"))
}

#[test]
fn every_setting_is_a_row_and_nothing_else_is_among_them() {
    let settings = packages::settings();
    let rows = Tables::of(workspace(&packages::workspace(&settings)).unwrap()).rows("Registry");
    assert_eq!(rows.len(), settings.len() + 7, "with six values of the workspace, and the Run entry");
    for setting in &settings {
        let row = find(&rows, &setting.key, &setting.name);
        let expected = match &setting.value {
            Value::Number(number) => format!("#{number}"),
            Value::Text(text) if text.starts_with("[ProductName]") => {
                "[\\[]ProductName[\\]] [\\{]is[\\}] #1\r\n\"new\"".to_owned()
            }
            Value::Text(text) if text == NAME => "Büro [\\[]日本[\\]] [\\{]1[\\}]".to_owned(),
            Value::Text(text) if text.starts_with('#') => format!("#{text}"),
            Value::Text(text) => text.clone(),
            Value::Lines(lines) => format!("[~]{}[~]", lines.join("[~]")),
        };
        assert_eq!(row["Value"], expected, "{}", setting.name);
        assert_eq!(row["Root"], "2");
    }
}

#[test]
fn the_workspace_says_what_it_is() {
    let settings = packages::settings();
    let mut tables = Tables::of(workspace(&packages::workspace(&settings)).unwrap());
    let product_code = tables.property("ProductCode");
    let rows = tables.rows("Registry");
    for (name, value) in [
        ("Name", "Büro [\\[]日本[\\]] [\\{]1[\\}]"),
        ("Version", "1.2.3"),
        ("ProductCode", &format!("[\\{{]{}[\\}}]", product_code.trim_matches(['{', '}']))),
        ("InstallDir", "[INSTALLDIR]"),
        ("Disk", "[INSTALLDIR]Windows XP Bürö.vhd"),
        ("ImageDigest", &"2b".repeat(32)),
    ] {
        assert_eq!(find(&rows, r"SOFTWARE\Microsoft\Medv\v2\Workspace", name)["Value"], value);
    }
    let run = find(&rows, r"SOFTWARE\Microsoft\Windows\CurrentVersion\Run", "MED-V Host Agent");
    assert_eq!(run["Value"], "\"[HOSTAGENTFOLDER]medv-host.exe\" run");
}

#[test]
fn programs_and_features_shows_the_workspace() {
    let settings = packages::settings();
    let mut tables = Tables::of(workspace(&packages::workspace(&settings)).unwrap());
    for (property, value) in [
        ("ProductName", "MED-V Workspace - Büro [日本] {1}"),
        ("ProductVersion", "1.2.3"),
        ("Manufacturer", "Contoso Ltd."),
        ("ARPHELPLINK", "https://help.example.org/"),
        ("ARPCONTACT", "Contoso Ltd."),
        ("ARPNOMODIFY", "1"),
        ("ARPSIZE", "5242880"),
        ("ALLUSERS", "1"),
        ("MSIRESTARTMANAGERCONTROL", "Disable"),
        ("OVERWRITEVHD", "0"),
        ("DELETEDIFFDISKS", "0"),
        ("WorkspaceName", NAME),
        ("ImageName", "Windows XP Bürö"),
        ("MedvFile", "Windows XP Bürö.medv"),
        ("ImageDigest", &"2b".repeat(32)),
        ("IndexDigest", &"1a".repeat(32)),
        ("BytesOnDisk", "5368709120"),
    ] {
        assert_eq!(tables.property(property), value, "{property}");
    }
    let names: Vec<String> = tables.rows("Property").into_iter().map(|row| row["Property"].clone()).collect();
    assert!(!names.contains(&"SUPPRESSMEDVLAUNCH".to_owned()), "not given is not the same as 0");
}
