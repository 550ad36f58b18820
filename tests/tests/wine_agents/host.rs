//! The host agent of a workspace that was installed: it starts with the session, is one, takes its settings where Windows keeps
//! them, and has the user's Start menu.

use std::fs;
use std::path::Path;
use std::time::Duration;

use medv_tests::windows_machine::{Ran, WindowsMachine};
use serde_json::Value;

use crate::package::{self, HOST_AGENT};

const PROGRAM: &str = r"C:\Program Files\Microsoft Enterprise Desktop Virtualization\medv-host.exe";
const PROGRAMS: &str = "Program Files/Microsoft Enterprise Desktop Virtualization";
const START_MENU: &str = "users/root/AppData/Roaming/Microsoft/Windows/Start Menu/Programs";
/// What is in the menu that no guest has brought: the shortcut of the installer's.
const FOREIGN: &str = "MED-V Host Agent";
const POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Medv\v2\Fts";

pub(crate) fn has_its_agent(machine: &WindowsMachine, folder: &Path) {
    let host = Host { machine };
    host.is_installed(folder);
    host.publishes(&["Notes", "Paint"]);
    host.publishes(&["Notes"]);
    host.session_begins();
    host.has_one_agent();
    host.withdraws_what_is_not_set_up();
    host.obeys_a_policy();
    host.edits_sysprep_inf();
    host.ends();
}

struct Host<'a> {
    machine: &'a WindowsMachine,
}

impl Host<'_> {
    fn medv_host(&self, arguments: &[&str]) -> Ran {
        self.machine.run(PROGRAM, arguments)
    }

    fn reg(&self, arguments: &[&str]) {
        let ran = self.machine.run("reg", arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.text);
    }

    /// The document of `status --json`; none if no agent runs.
    fn status(&self) -> Option<Value> {
        let ran = self.medv_host(&["status", "--json"]);
        let line = ran.text.lines().find(|line| line.starts_with('{'))?;
        Some(serde_json::from_str(line).unwrap())
    }

    fn is_installed(&self, folder: &Path) {
        // A hypervisor, as its installer registers it: without one nothing can be installed.
        self.reg(&["add", r"HKLM\SOFTWARE\QEMU", "/v", "Install_Dir", "/d", r"C:\qemu"]);
        let setup = folder.join("MED-V_HostAgent_Setup.exe");
        package::host_agent(self.machine, &setup);
        assert_eq!(self.machine.run(&setup, ["/qn"]).code, 0);
        for path in HOST_AGENT {
            assert!(self.machine.path(PROGRAMS).join(path).is_file(), "{path}");
        }
        package::workspace(self.machine, folder);
        let setup = folder.join("package/setup.exe");
        assert_eq!(self.machine.run(&setup, ["/qn", "SUPPRESSMEDVLAUNCH=1"]).code, 0);
        assert_eq!(self.status(), None);
    }

    /// A guest's applications, as an earlier agent published them.
    fn publishes(&self, names: &[&str]) {
        let arguments = [PROGRAM, "Office"].into_iter().chain(names.iter().copied());
        let ran = self.machine.run(self.machine.program("examples/menu.exe"), arguments);
        assert_eq!(ran.code, 0, "{}", ran.text);
        assert_eq!(self.shortcuts(), [&[FOREIGN], names].concat());
    }

    fn shortcuts(&self) -> Vec<String> {
        let files =
            fs::read_dir(self.machine.path(START_MENU)).unwrap().map(|entry| entry.unwrap().file_name());
        let names = files.filter_map(|name| Some(name.to_str()?.strip_suffix(".lnk")?.to_owned()));
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    /// Wine starts what the key Run has when the machine starts, as Windows does when the session begins.
    fn session_begins(&self) {
        self.machine.switch_off();
        self.machine.switch_on();
        let status = loop {
            match self.status() {
                Some(status) => break status,
                None => std::thread::sleep(Duration::from_millis(200)),
            }
        };
        assert_eq!((&status["workspace"], &status["version"]), (&"Office".into(), &"1.0.0".into()));
        assert!(status["hypervisor"].as_str().unwrap().starts_with("none: "), "{status}");
        assert_eq!(status["published"], 0, "{status}");
    }

    /// Another one finds it, and goes; the first one stays.
    fn has_one_agent(&self) {
        let ran = self.medv_host(&["run"]);
        assert_eq!(ran.code, 0, "{}", ran.text);
        assert!(self.status().is_some());
        assert_eq!(self.log().matches(" has started").count(), 1);
    }

    fn log(&self) -> String {
        let log = self.machine.path("users/root/AppData/Local/Microsoft/MEDV/v2/host.log");
        fs::read_to_string(log).unwrap()
    }

    /// Until first time setup is done, there are no applications: the agent takes them from the menu, and only them.
    fn withdraws_what_is_not_set_up(&self) {
        assert_eq!(self.shortcuts(), [FOREIGN]);
        let ran = self.medv_host(&["app", "Office", "Notes.lnk"]);
        assert_eq!(ran.code, 2, "{}", ran.text);
    }

    /// The settings of the package count, and a policy overrules them, from the next look on.
    fn obeys_a_policy(&self) {
        let attempts = || self.status().unwrap()["first_time_setup"]["attempts"].clone();
        let origin = || self.medv_host(&["settings", "show", "FtsMaxRetryCount", "--json"]).text;
        assert_eq!(attempts(), 6);
        assert!(origin().contains("\"machine\""), "{}", origin());
        self.reg(&["add", POLICY, "/v", "MaxRetryCount", "/t", "REG_DWORD", "/d", "1"]);
        assert_eq!(attempts(), 2);
        assert!(origin().contains("\"machine policy\""), "{}", origin());
    }

    fn edits_sysprep_inf(&self) {
        let images =
            "; sealed by IT\r\n[UserData]\r\n    ProductKey=\"AAAAA-BBBBB\"\r\n    ComputerName=*\r\n";
        fs::write(self.machine.path("Sysprep.inf"), images).unwrap();
        let ran = self
            .machine
            .run(self.machine.program("examples/answers.exe"), [r"C:\Sysprep.inf", r"C:\medium.img"]);
        assert_eq!(ran.code, 0, "{}", ran.text);
        let medium = fs::read(self.machine.path("medium.img")).unwrap();
        assert_eq!(medium.len(), 1_474_560, "a floppy disk");
        let medium = String::from_utf8_lossy(&medium);
        let kept =
            "; sealed by IT\r\n[UserData]\r\n    ProductKey=\"AAAAA-BBBBB\"\r\n    ComputerName=XP-root";
        assert!(medium.contains(kept), "not in the medium");
        // Where the user of this machine is, as Windows says it.
        assert!(medium.contains("[RegionalSettings]\r\nLanguage=0000"), "not in the medium");
    }

    fn ends(&self) {
        assert_eq!(self.medv_host(&["quit"]).code, 0);
        assert_eq!(self.status(), None);
        let ran = self.medv_host(&["start", "Office"]);
        assert_eq!(ran.code, 2, "{}", ran.text);
        // Nobody sees what a task prints.
        let ran = self.medv_host(&["wake-up", "--workspace", "Office"]);
        assert_eq!(ran.code, 2, "{}", ran.text);
        let log = self.log();
        assert!(log.contains("not woken up for updates: the host agent of this session is not"), "{log}");
    }
}
