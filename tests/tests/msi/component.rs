//! The databases of medv's own components.

use medv_packager::msi::component;

use crate::packages;
use crate::tables::Tables;

#[test]
fn files_are_where_their_paths_say() {
    let mut tables = Tables::of(component(&packages::host_agent()).unwrap());
    let mut files: Vec<(String, String)> = Vec::new();
    for row in tables.rows("File") {
        let folder = tables.row("Component", "Component", &row["Component_"])["Directory_"].clone();
        let place = tables.row("Directory", "Directory", &folder);
        let parent = if folder == "MEDVDIR" { String::new() } else { place["Directory_Parent"].clone() };
        files.push((format!("{parent} {}", place["DefaultDir"]), row["FileName"].clone()));
    }
    let own = "MICR~1|Microsoft Enterprise Desktop Virtualization";
    assert_eq!(
        files,
        [
            (format!(" {own}"), "medv.exe".to_owned()),
            ("MEDVDIR programs".to_owned(), "setup.exe".to_owned()),
            ("MEDVDIR programs".to_owned(), "UNIN~1.EXE|uninstall.exe".to_owned()),
        ]
    );
    let media = &tables.rows("Media")[0];
    assert_eq!((media["LastSequence"].as_str(), media["Cabinet"].as_str()), ("3", "#medv.cab"));
}

#[test]
fn each_says_that_it_is_there() {
    for (bytes, key, title) in [
        (component(&packages::host_agent()), "HostAgent", "MED-V Host Agent"),
        (component(&packages::packager()), "WorkspacePackager", "MED-V Workspace Packager"),
    ] {
        let mut tables = Tables::of(bytes.unwrap());
        assert_eq!(tables.property("ProductName"), title);
        let entries: Vec<[String; 3]> = tables
            .rows("Registry")
            .into_iter()
            .map(|row| ["Key", "Name", "Value"].map(|column| row[column].clone()))
            .collect();
        let key = format!(r"SOFTWARE\Microsoft\Medv\v2\Components\{key}");
        let entry = |name: &str, value: &str| [key.clone(), name.to_owned(), value.to_owned()];
        assert_eq!(entries, [entry("Version", "2.0.1"), entry("InstallDir", "[MEDVDIR]")]);
        let shortcut = &tables.rows("Shortcut")[0];
        assert_eq!(shortcut["Directory_"], "ProgramMenuFolder");
        assert!(shortcut["Name"].ends_with(&format!("|{title}")), "{shortcut:?}");
    }
}

#[test]
fn the_folder_is_the_one_that_the_installed_version_has() {
    let mut tables = Tables::of(component(&packages::packager()).unwrap());
    let row = tables.row("CustomAction", "Action", "SetInstallFolder");
    assert_eq!((row["Source"].as_str(), row["Target"].as_str()), ("MEDVDIR", "[FOUNDFOLDER]"));
    assert!(
        tables.sequence("InstallExecuteSequence").contains(&(
            "SetInstallFolder".to_owned(),
            "FOUNDFOLDER AND (Installed OR NOT MEDVDIR)".to_owned()
        ))
    );
}

#[test]
fn consoles_find_the_packager() {
    let rows = |bytes: medv_codec::Result<Vec<u8>>| {
        let rows = Tables::of(bytes.unwrap()).rows("Environment");
        rows.iter().map(|row| [row["Name"].clone(), row["Value"].clone()]).collect::<Vec<_>>()
    };
    assert_eq!(rows(component(&packages::host_agent())), [[""; 2]; 0]);
    let expected =
        [["=-*PATH", "[~];[MEDVDIR]"], ["=-*PSModulePath", r"[~];[MEDVDIR]WindowsPowerShell\Modules"]];
    assert_eq!(rows(component(&packages::packager())), expected);
}
