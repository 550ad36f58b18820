//! A guest's life: the agent is installed, runs first time setup, and after the restart starts applications. The host at the
//! other end of its port is the example `guest_port`.

use std::fs;
use std::time::Duration;

use medv_tests::windows_machine::WindowsMachine;
use serde_json::Value;

const PROGRAMS: &str = "Program Files/Microsoft Enterprise Desktop Virtualization";
const STATE: &str = "ProgramData/Microsoft/Medv/Guest";
const COMMANDS: &str = "ProgramData/Microsoft/Medv/FirstTimeSetup";
const START_MENU: &str = "ProgramData/Microsoft/Windows/Start Menu/Programs";
const PIPE: &str = r"\\.\pipe\medv-guest-port";

pub(crate) fn is_set_up(machine: &WindowsMachine) {
    is_installed_from_the_medium(machine);
    runs_the_commands_and_completes(machine);
    starts_its_applications(machine);
}

fn is_installed_from_the_medium(machine: &WindowsMachine) {
    let medium = machine.path("medium");
    fs::create_dir(&medium).unwrap();
    for name in ["medv-guest.exe", "ftscompletion.exe"] {
        fs::copy(machine.program(&format!("guest/windows/{name}")), medium.join(name)).unwrap();
    }
    let answers = r#"{"version":1,"time_zone":{"iana":"Europe/Saratov","windows":"Saratov Standard Time"}}"#;
    fs::write(medium.join("answers.json"), answers).unwrap();
    let ran = machine.run(r"C:\medium\medv-guest.exe", ["install"]);
    assert_eq!(ran.code, 0, "{}", ran.text);
    for name in ["medv-guest.exe", "ftscompletion.exe"] {
        let installed = fs::read(machine.path(PROGRAMS).join(name));
        let installed = installed.unwrap_or_else(|error| panic!("{name}: {error}: {}", ran.text));
        assert!(installed == fs::read(medium.join(name)).unwrap(), "{name}");
    }
    assert!(
        machine.path("windows/system32/tasks/MEDV Guest Agent").is_file(),
        "it does not start with the guest"
    );
    let log = fs::read_to_string(machine.path(STATE).join("Logs/medv-guest.log")).unwrap();
    assert!(log.contains(r"installed from C:\medium"), "{log}");
    // Wine has none. All else was done for all that.
    assert!(log.to_lowercase().contains(r"error c:\windows\system32\tzutil.exe: "), "{log}");
}

fn runs_the_commands_and_completes(machine: &WindowsMachine) {
    let commands = machine.path(COMMANDS);
    fs::create_dir_all(&commands).unwrap();
    fs::write(commands.join("10-greet.cmd"), "@echo hello from %~n0\r\n").unwrap();
    fs::write(commands.join("20-fail.bat"), "@exit 7\r\n").unwrap();
    image_state(machine, "IMAGE_STATE_UNDEPLOYABLE");
    let said = speak(machine, || waits_for_windows_own_setup(machine), || {});
    let hello = one(&said, "hello");
    assert_eq!(
        (&hello["boot"], &hello["phase"], &hello["system"]),
        (&1.into(), &"setup".into(), &"windows".into())
    );
    let ended: Vec<_> = said.iter().filter(|said| said["type"] == "command_ended").collect();
    assert_eq!(ended.len(), 2, "{said:?}");
    assert_eq!((&ended[0]["name"], &ended[0]["code"]), (&"10-greet.cmd".into(), &0.into()));
    assert_eq!(ended[0]["output"].as_str().unwrap().trim_end(), "hello from 10-greet");
    assert_eq!((&ended[1]["name"], &ended[1]["code"]), (&"20-fail.bat".into(), &7.into()));
    assert_eq!(one(&said, "setup_ended")["outcome"], "complete", "{said:?}");
    assert_eq!(said.last().unwrap()["type"], "bye");
    let log = fs::read_to_string(machine.path(STATE).join("Logs/ftscompletion.log")).unwrap();
    for group in ["the remote desktop users", "the administrators"] {
        assert!(log.contains(&format!("anna is in {group}")), "{log}");
    }
}

fn starts_its_applications(machine: &WindowsMachine) {
    fs::write(machine.path("note.bat"), "@echo %* > C:\\noted.txt\r\n").unwrap();
    let ran = machine.run(machine.program("examples/menu.exe"), [r"C:\note.bat", "Office", "Notes"]);
    let shortcut = ran.text.lines().next().unwrap().trim().replace('\\', "/");
    let folder = machine.path(START_MENU);
    fs::create_dir_all(folder.join("Tools")).unwrap();
    let shortcut = machine.path(shortcut.strip_prefix("C:/").unwrap());
    fs::rename(shortcut, folder.join("Tools/Notes.lnk")).unwrap();
    // Windows' own are not for the host.
    fs::create_dir_all(folder.join("Accessories")).unwrap();
    fs::copy(folder.join("Tools/Notes.lnk"), folder.join("Accessories/Paint.lnk")).unwrap();

    let mut noted = String::new();
    // Wine does not wait for what a shortcut leads to.
    let is_noted = || {
        while !noted.ends_with('\n') {
            std::thread::sleep(Duration::from_millis(100));
            noted = fs::read_to_string(machine.path("noted.txt")).unwrap_or_default();
        }
    };
    let said = speak(machine, || {}, is_noted);
    let hello = one(&said, "hello");
    assert_eq!((&hello["boot"], &hello["phase"]), (&2.into(), &"ready".into()));
    let apps = one(&said, "apps")["apps"].as_array().unwrap().clone();
    assert_eq!(apps.len(), 1, "{apps:?}");
    assert_eq!((&apps[0]["id"], &apps[0]["folder"]), (&"Tools/Notes.lnk".into(), &"Tools".into()));
    assert_eq!(one(&said, "logged_on")["user"], "anna");
    assert_eq!(one(&said, "app_ended")["request"], 2);
    assert_eq!(noted.trim_end(), r#"app -- "Office" "Notes.lnk""#);
}

/// An agent that has begun says nothing before that is over.
fn waits_for_windows_own_setup(machine: &WindowsMachine) {
    let log = machine.path(STATE).join("Logs/medv-guest.log");
    while !fs::read_to_string(&log).unwrap().contains("the system's own setup goes on") {
        std::thread::sleep(Duration::from_millis(100));
    }
    // Its task begins again each minute. That does nothing while it runs.
    let second = machine.run(machine.path(PROGRAMS).join("medv-guest.exe"), ["run", "--port", PIPE]);
    assert_eq!(second.code, 0, "{}", second.text);
    image_state(machine, "IMAGE_STATE_COMPLETE");
}

fn image_state(machine: &WindowsMachine, state: &str) {
    const KEY: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State";
    let ran = machine.run("reg", ["add", KEY, "/v", "ImageState", "/d", state, "/f"]);
    assert_eq!(ran.code, 0, "{}", ran.text);
}

/// Has the agent and its host speak until the agent says goodbye; what it said. `first` is done while the agent looks for its host. Then,
/// after `last`, the guest is off, and on again.
fn speak(machine: &WindowsMachine, first: impl FnOnce(), last: impl FnOnce()) -> Vec<Value> {
    let agent = machine.path(PROGRAMS).join("medv-guest.exe");
    let mut agent = machine.start(agent, ["run", "--port", PIPE]);
    first();
    let ran = machine.run(machine.program("examples/guest_port.exe"), [PIPE, "anna"]);
    assert_eq!(ran.code, 0, "{}", ran.text);
    last();
    // What the guest was told to do, and Wine does not.
    machine.switch_off();
    agent.wait();
    machine.switch_on();
    let lines = ran.text.lines().filter(|line| line.starts_with('{'));
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn one<'a>(said: &'a [Value], kind: &str) -> &'a Value {
    said.iter().find(|said| said["type"] == kind).unwrap_or_else(|| panic!("no {kind}: {said:?}"))
}
