//! What machines do, from their first boot on.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use medv_codec::ErrorKind;
use medv_host::hypervisor::{Drive, End, Guest, Hypervisor, MachineEvent, MachineSpec, Medium};
use medv_protocol::ToGuest;

use crate::laboratory::{Laboratory, Running, bootable, qemu};

fn digest(path: &Path) -> blake3::Hash {
    blake3::hash(&fs::read(path).unwrap())
}

/// The processes of QEMU with this layer.
fn processes_of(spec: &MachineSpec) -> Vec<String> {
    let layer = spec.layer.to_str().unwrap();
    let runs = |process: &String| {
        let command = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&command).contains(layer)
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes.filter_map(|entry| entry.file_name().into_string().ok()).filter(runs).collect()
}

fn kill(signal: &str, process: &str) {
    assert!(Command::new("kill").args([signal, process]).status().unwrap().success());
}

/// One life, as every boot takes seconds: set up, restarted, saved, woken up, shut down, crashed.
#[test]
fn a_guest_boots_restarts_sleeps_and_wakes_up_and_the_master_stays_as_it_is() {
    let qemu = qemu();
    let laboratory = Laboratory::over(bootable());
    let before = digest(bootable());

    // The first boot, with answers.
    let mut spec = laboratory.machine_of("alice");
    spec.medium = Some(laboratory.medium());
    let first = Running::start(&qemu, &spec);
    first.wait_for(&MachineEvent::Running);
    let hello = first.hello();
    assert_eq!((hello.machine.as_str(), hello.boot), ("alices-pc", 1));
    first.tell("echo this is no message >&3");
    let babbled = first.wait("babble", |event| match event {
        MachineEvent::Babbled(bad) => Some(bad.to_string()),
        _ => None,
    });
    assert!(babbled.contains("no message"), "{babbled}");
    first.machine.send(&ToGuest::Restart).unwrap();
    first.wait_for(&MachineEvent::Ended(End::Restart));
    assert!(first.machine.send(&ToGuest::Restart).is_err() || first.machine.pause().is_err());
    drop(first);

    // The second, without them.
    spec.medium = None;
    let second = Running::start(&qemu, &spec);
    assert_eq!(second.hello().boot, 2);
    assert_eq!(second.ask("ls /dev/vdb 2>/dev/null"), "", "the medium is gone");
    let picture = laboratory.path("screen.png");
    second.machine.screenshot(&picture).unwrap();
    let picture = fs::read(picture).unwrap();
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.len() > 500, "{} bytes", picture.len());
    second.machine.pause().unwrap();
    second.machine.go_on().unwrap();
    let awake: f64 = second.ask("cut -d' ' -f1 /proc/uptime").parse().unwrap();
    second.ask("echo remembered >/tmp/in-memory");
    let saved = laboratory.path("alice.saved");
    second.machine.save(&saved).unwrap();
    second.wait_for(&MachineEvent::Ended(End::Saved));
    drop(second);

    // It goes on where it was.
    spec.saved = Some(saved.clone());
    let woken = Running::start(&qemu, &spec);
    woken.wait_for(&MachineEvent::AgentConnected(true));
    assert!(!saved.exists(), "a saved state is used once");
    assert_eq!(woken.ask("cat /tmp/in-memory"), "remembered");
    let later: f64 = woken.ask("cut -d' ' -f1 /proc/uptime").parse().unwrap();
    assert!(later > awake, "{later} after {awake}");
    assert_eq!(woken.ask("cat /var/lib/boots"), "2");
    woken.machine.press_power_button().unwrap();
    woken.wait_for(&MachineEvent::Ended(End::Off));
    drop(woken);

    // The third boot crashes.
    spec.saved = None;
    let third = Running::start(&qemu, &spec);
    assert_eq!(third.hello().boot, 3);
    third.tell("echo c >/proc/sysrq-trigger");
    third.wait_for(&MachineEvent::Panicked);
    third.machine.turn_off().unwrap();
    third.wait_for(&MachineEvent::Ended(End::TurnedOff));
    assert_eq!(digest(bootable()), before, "the master was written to");
}

#[test]
fn a_machine_whose_qemu_is_killed_has_died() {
    let laboratory = Laboratory::over_nothing();
    let spec = laboratory.machine_of("alice");
    let running = Running::start(&qemu(), &spec);
    let [process] = &*processes_of(&spec) else { panic!("one QEMU runs") };
    kill("-9", process);
    let how = running.wait("death", |event| match event {
        MachineEvent::Ended(End::Died(how)) => Some(how.clone()),
        _ => None,
    });
    assert!(how.contains("signal: 9"), "{how}");
    assert!(running.rest().is_empty(), "nothing follows the end");
}

#[test]
fn two_users_share_a_master_but_nobody_shares_a_layer() {
    let qemu = qemu();
    let laboratory = Laboratory::over_nothing();
    let (alice, bob) = (laboratory.machine_of("alice"), laboratory.machine_of("bob"));
    let running = Running::start(&qemu, &alice);
    let other = Running::start(&qemu, &bob);
    let again = MachineSpec { folder: laboratory.path("again"), ..alice.clone() };
    let Err(error) = Running::try_start(&qemu, &again) else { panic!("one layer, two machines") };
    assert!(error.message().contains("in use by another program"), "{error}");
    assert_eq!(processes_of(&alice).len(), 1, "nothing is left behind of a machine that did not start");
    drop(other);
    drop(running.machine);
    assert!(processes_of(&alice).is_empty() && processes_of(&bob).is_empty());
}

#[test]
fn what_all_processes_of_a_session_are_told_at_its_end_does_not_end_the_machine_before_its_owner_does() {
    let laboratory = Laboratory::over_nothing();
    let spec = laboratory.machine_of("alice");
    let running = Running::start(&qemu(), &spec);
    running.wait_for(&MachineEvent::Running);
    for signal in ["-TERM", "-HUP", "-INT"] {
        kill(signal, &processes_of(&spec)[0]);
    }
    let saved = laboratory.path("alice.saved");
    running.machine.save(&saved).unwrap();
    running.wait_for(&MachineEvent::Ended(End::Saved));
    assert!(saved.exists());
}

#[test]
fn a_machine_that_is_dropped_reports_that_it_was_turned_off() {
    let laboratory = Laboratory::over_nothing();
    let running = Running::start(&qemu(), &laboratory.machine_of("alice"));
    assert_eq!(running.rest().last(), Some(&MachineEvent::Ended(End::TurnedOff)));
}

#[test]
fn a_state_that_is_none_is_refused() {
    let laboratory = Laboratory::over_nothing();
    let mut spec = laboratory.machine_of("alice");
    let saved = laboratory.path("alice.saved");
    fs::write(&saved, [7; 10_000]).unwrap();
    spec.saved = Some(saved.clone());
    let Err(error) = Running::try_start(&qemu(), &spec) else { panic!("it woke up from nothing") };
    assert!(error.to_string().contains("no saved state"), "{error}");
    assert!(saved.exists());
}

#[test]
fn every_guest_and_every_drive_is_something_that_qemu_has() {
    let qemu = qemu();
    let laboratory = Laboratory::over_nothing();
    for (guest, drive) in
        [(Guest::Linux, Drive::Disk), (Guest::Windows, Drive::UsbStick), (Guest::WindowsXp, Drive::Floppy)]
    {
        let medium = Some(Medium { drive, ..laboratory.medium() });
        let spec = MachineSpec { guest, medium, ..laboratory.machine_of("alice") };
        Running::start(&qemu, &spec).wait_for(&MachineEvent::Running);
    }
}

#[test]
fn on_a_dynamic_master_a_machine_runs_but_is_not_saved() {
    let folder = tempfile::tempdir().unwrap();
    let master = folder.path().join("dynamic.vhd");
    let mut make = Command::new("qemu-img");
    make.args(["create", "-q", "-f", "vpc", "-o", "subformat=dynamic,force_size=on"]).arg(&master).arg("4M");
    assert!(make.status().unwrap().success());
    let laboratory = Laboratory::over(&master);
    let running = Running::start(&qemu(), &laboratory.machine_of("alice"));
    running.wait_for(&MachineEvent::Running);
    let error = running.machine.save(&laboratory.path("alice.saved")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    running.machine.pause().unwrap();
}

#[test]
fn it_says_what_it_is() {
    let said = qemu().describe();
    assert!(said.starts_with("QEMU ") && (said.contains("emulation") || said.contains("KVM")), "{said}");
}

/// The owner in the test below, a process of its own.
#[test]
#[ignore = "started by another test"]
fn owner() {
    let laboratory = Laboratory::over_nothing();
    let spec = laboratory.machine_of("alice");
    let _running = Running::start(&qemu(), &spec);
    println!("layer {}", spec.layer.display());
    std::thread::sleep(std::time::Duration::from_secs(600));
}

#[test]
fn qemu_ends_when_its_owner_is_killed() {
    struct Owner(Child);
    impl Drop for Owner {
        fn drop(&mut self) {
            _ = self.0.kill();
            _ = self.0.wait();
        }
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", "with_qemu_system_x86_64::owner"]);
    let mut owner = Owner(command.stdout(Stdio::piped()).spawn().unwrap());
    let said = std::io::BufReader::new(owner.0.stdout.take().unwrap());
    let layer = std::io::BufRead::lines(said)
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once("layer ")?.1.to_owned()))
        .expect("the owner starts a machine");
    let laboratory = Laboratory::over_nothing();
    let spec = MachineSpec { layer: layer.into(), ..laboratory.machine_of("bob") };
    assert_eq!(processes_of(&spec).len(), 1);
    owner.0.kill().unwrap();
    owner.0.wait().unwrap();
    // The kernel does it in its own time.
    while !processes_of(&spec).is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    fs::remove_dir_all(spec.layer.parent().unwrap()).unwrap();
}
