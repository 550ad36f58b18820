//! Entries of a freedesktop menu, as other programs see them.

use std::fs;

use medv_host::menu::{FileSystem, Folders, Menu};
use medv_protocol::{App, AppId};

fn app(id: &str, name: &str, comment: &str, folder: &str) -> App {
    let [name, comment, folder] = [name, comment, folder].map(str::to_owned);
    App { id: AppId(id.to_owned()), name, comment, folder, icon: None }
}

/// Publishes on an empty menu, and returns the entries.
fn published(apps: &[App]) -> (tempfile::TempDir, Vec<std::path::PathBuf>) {
    let scratch = tempfile::tempdir().expect("a folder");
    let folders = Folders::Freedesktop {
        applications: scratch.path().join("applications"),
        icons: scratch.path().join("icons"),
        machine: Vec::new(),
    };
    let list = scratch.path().join("published.json");
    let mut menu = Menu::open("Windows XP", "/usr/bin/medv-host".into(), folders, list, Box::new(FileSystem))
        .expect("opened");
    let report = menu.publish(apps);
    assert_eq!(report.faults, []);
    let files = report.published.into_iter().map(|entry| entry.file).collect();
    (scratch, files)
}

#[test]
fn an_entry_is_what_it_always_was() {
    let (_scratch, files) =
        published(&[app("Office/Word 100%.lnk", "Word", "Write letters", "Microsoft Office")]);
    let text = fs::read_to_string(&files[0]).expect("read");
    let expected = "[Desktop Entry]\n\
        Type=Application\n\
        Name=Word\n\
        Comment=Write letters\n\
        Exec=/usr/bin/medv-host app -- \"Windows XP\" \"Office/Word 100%%.lnk\"\n\
        Categories=Office;\n\
        Terminal=false\n\
        StartupNotify=true\n\
        X-MEDV-Workspace=Windows XP\n\
        X-MEDV-App=Office/Word 100%.lnk\n";
    assert_eq!(text, expected);
}

#[test]
fn a_guest_with_too_much_gets_as_much_as_there_may_be() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folders = Folders::StartMenu {
        user: scratch.path().join("user"),
        common: scratch.path().join("common"),
        icons: scratch.path().join("icons"),
    };
    let list = scratch.path().join("published.json");
    let mut menu =
        Menu::open("XP", "medv-host.exe".into(), folders, list, Box::new(FileSystem)).expect("opened");
    let mut apps: Vec<App> = (0..40).map(|number| app(&format!("a\n{number}"), "x", "", "")).collect();
    apps.push(app(&"x".repeat(5000), "x", "", ""));
    apps.push(app("good", "Good", "", "../../.."));
    let report = menu.publish(&apps);
    // Twenty one by one, and one for the rest.
    assert_eq!((report.published.len(), report.faults.len()), (1, 21));
    assert_eq!(report.published[0].file, scratch.path().join("user/Programs/Good.lnk"));
    assert_eq!(report.faults[20].text, "21 more faults in the menu");
    assert!(report.faults.iter().all(|fault| !fault.text.contains('\n')), "{:?}", report.faults);
}

mod with_desktop_file_validate {
    use super::*;
    use std::process::Command;

    #[test]
    fn entries_are_valid_whatever_the_guest_says() {
        let (_scratch, files) = published(&[
            app("org.gnome.Calc.desktop", "Rechner", "Rechnet", "GNOME;GTK;Utility;Calculator;"),
            app("../../x", "../../Word", "", "../.."),
            app("--help", "a\nExec=rm\n[Desktop Entry]", "b\r\nTerminal=maybe", "Office/;Audio;Game"),
            app(r#"$(id) `id` "x" \ % %u %%f;'"#, "100% & <b>\\", r"\n\s\", "X-Own;Nonsense"),
            app(" b\u{FC}cher ", "\u{202E}B\u{FC}cher", "  ", ""),
        ]);
        assert_eq!(files.len(), 5);
        for file in files {
            let output = Command::new("desktop-file-validate").arg(&file).output().expect("it starts");
            let said = String::from_utf8_lossy(&output.stdout);
            let text = fs::read_to_string(&file).expect("read");
            assert!(output.status.success() && !said.contains("error"), "{said}\n{text}");
        }
    }
}
