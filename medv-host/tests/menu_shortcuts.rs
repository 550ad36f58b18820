//! Shortcuts of a Start menu, as Windows opens them.

mod with_wine {
    use std::fs;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use medv_host::menu::{FileSystem, Folders, Menu};
    use medv_protocol::{App, AppId};

    /// Runs something of Wine's on the machine that is in `prefix`.
    fn run(prefix: &Path, program: &str, arguments: &[&str]) {
        // With a heap anywhere in memory one program of some thousands would not start; containers often do not let us forbid it.
        let fixed = "setarch --addr-no-randomize";
        let mut wine = Command::new("sh");
        wine.args(["-c", &format!(r#"{fixed} true 2>&- && exec {fixed} "$@"; exec "$@""#), "sh", program]);
        wine.args(arguments);
        wine.env("WINEPREFIX", prefix).env("WINEARCH", "win64").env("WINEDEBUG", "-all");
        wine.env("LC_ALL", "C.UTF-8");
        // No offers to download browsers, and no windows.
        wine.env("WINEDLLOVERRIDES", "mscoree,mshtml=").env_remove("DISPLAY");
        // Services keep their output open: it must not be a pipe.
        wine.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(wine.status().expect("it starts").success(), "{program} {arguments:?}");
    }

    #[test]
    fn opening_a_shortcut_starts_the_host_agent_with_the_application() {
        let scratch = tempfile::tempdir().expect("a folder");
        let prefix = scratch.path().join("machine");
        run(&prefix, "wineboot", &["--init"]);
        let drive = prefix.join("drive_c");
        // It stands for the host agent, and writes down what it is told.
        fs::write(drive.join("medv-host.bat"), "@echo %*> C:\\told.txt\r\n").expect("written");
        fs::create_dir_all(drive.join("user/Programs/Office")).expect("made");
        let folders = Folders::StartMenu {
            user: drive.join("user"),
            common: drive.join("common"),
            icons: drive.join("icons"),
        };
        let (program, list) = (r"C:\medv-host.bat".into(), drive.join("published.json"));
        let mut menu =
            Menu::open("Windows XP", program, folders, list, Box::new(FileSystem)).expect("opened");
        let app = App {
            id: AppId("Office/Word 2003.lnk".to_owned()),
            name: "Word: M\u{FC}ller".to_owned(),
            comment: "Write letters".to_owned(),
            folder: "office".to_owned(),
            icon: None,
        };
        let report = menu.publish(&[app]);
        assert_eq!(report.faults, []);
        assert_eq!(report.published[0].file, drive.join("user/Programs/Office/Word- M\u{FC}ller.lnk"));

        run(&prefix, "wine", &["start", "C:\\user\\Programs\\Office\\Word- M\u{FC}ller.lnk"]);
        // Until all that runs on the machine has ended.
        run(&prefix, "wineserver", &["-w"]);
        let told = fs::read_to_string(drive.join("told.txt")).expect("it was started");
        assert_eq!(told.trim_end(), r#"app -- "Windows XP" "Office/Word 2003.lnk""#);
    }
}
