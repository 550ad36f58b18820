//! On QEMU.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;

use crate::host::{
    Host, USER, VERSION, image_with_command, older_guest_programs, older_version, our_guest_programs,
};

const QUICK: &str =
    "[settings]\nFtsTaskCancelTimeout = 2\nVmMemory = 192\nVmHostMemToGuestMemCalcEnabled = 0\n";

fn has_event(log: &str, id: u32) -> bool {
    log.lines().any(|line| line.split(' ').nth(2) == Some(&id.to_string()))
}

#[test]
fn from_the_package_to_applications_and_back() {
    let mut host = Host::with_workspace(QUICK);
    let master = host.master();
    host.log_on();
    host.set_up();
    host.until_menu(&["Calculator", "Notes", "Uninstall Notes"]);

    // What the administrator's commands have done, what ftscompletion has done, and in which order.
    let log = host.log();
    let place = |what: &str| log.find(what).unwrap_or_else(|| panic!("no `{what}` in:\n{log}"));
    assert!(place("10-greet") < place("20-licence"));
    assert!(place("20-licence") < place("ftscompletion.log"));
    assert!(place("boot 1") < place("boot 2") && !log.contains("boot 3"), "restarted once:\n{log}");
    let commands = fs::read_to_string(host.path("home/state/medv/guest-logs/first-time-setup-commands.log"));
    assert!(commands.unwrap().contains("licence installed"));
    let results = host.run(&["results", "--json"]).exits(0).json();
    assert_eq!((results[0]["user"].as_str(), results[0]["status_code"].as_u64()), (Some(USER), Some(0)));
    assert!(!host.path("home/run/medv/answers.img").exists(), "the answers are gone");

    // An application runs: it says so on the screen, and in a file.
    let before = host.screenshot();
    assert!(before.starts_with(b"\x89PNG"));
    host.click("Calculator");
    host.until("the calculator runs", |status| status["machine"]["apps"] == 1);
    host.until("the calculator on the screen", |_| host.screenshot() != before);
    if std::env::var_os("MEDV_WRITE_DOCS").is_some() {
        let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/pictures/guest.png");
        fs::write(picture, host.screenshot()).unwrap();
    }

    // One goes, and the host's menu follows.
    host.click("Uninstall Notes");
    host.until_menu(&["Calculator", "Uninstall Notes"]);

    // Saved and woken up, what ran runs on, with the time of now; shut down, the disk has all of it.
    let _ = host.run(&["stop", "Office", "--how", "save", "--wait"]).exits(0);
    std::thread::sleep(std::time::Duration::from_secs(5));
    let _ = host.run(&["start", "Office", "--wait"]).exits(0);
    host.until("the guest speaks again", |status| status["machine"]["name"].is_string());
    host.until("the calculator runs on", |status| status["machine"]["apps"] == 1);
    let running = host.agent_cost();
    assert!(running.is_below(10), "with a guest that runs: {running:?}");
    let _ = host.run(&["stop", "Office", "--how", "shut-down", "--wait"]).exits(0);
    let stopped = host.agent_cost();
    assert!(stopped.memory < 20 << 10 && stopped.is_below(1), "with a machine that is off: {stopped:?}");
    assert_eq!(
        host.guest_file(&format!("/home/{USER}/calculator.out")),
        "calculator run by alice: 2 + 2 = 4\n"
    );
    assert!(host.guest_file("/var/lib/greeted").starts_with("greeted on"));
    let log = host.guest_file("/var/log/medv/medv-guest.log");
    assert!(log.contains("the clock was wrong"), "{log}");
    let groups = host.guest_file("/etc/group");
    let members = groups.lines().find_map(|line| line.strip_prefix("remotedesktop:")).expect("the group");
    assert!(members.ends_with(USER), "{groups}");

    // A click starts it. A reset throws it away, and sets up a new one.
    host.click("Calculator");
    host.until("the calculator runs", |status| status["machine"]["apps"] == 1);
    let _ = host.run(&["reset", "Office"]).exits(2);
    let _ = host.run(&["reset", "Office", "--yes"]).exits(0);
    host.until_stage("mini-setup");
    host.until_power("running");
    host.until_menu(&["Calculator", "Notes", "Uninstall Notes"]);

    // The session ends: its state is saved, nothing runs on.
    let _ = host.run(&["quit"]).exits(0);
    assert!(host.path("home/data/medv/Office.saved").exists());
    assert_eq!(host.master(), master, "the master disk was written");

    // In the next session the workspace is taken from the host: its machine is shut down, its applications go.
    host.log_on();
    host.until_power("running");
    let pid = host.machine_pid();
    host.uninstall();
    host.until("the workspace has gone", |status| status["workspace"].is_null());
    assert_eq!(host.menu(), Vec::<String>::new());
    assert!(!fs::exists(format!("/proc/{pid}")).unwrap(), "a machine without a workspace");
}

#[test]
fn the_second_user_of_a_shared_machine_works_in_it_as_himself() {
    let mut host = Host::with_workspace(&format!("{QUICK}VmMultiUserEnabled = 1\n"));
    host.log_on();
    host.set_up();
    host.is_handed_over_to("bob");
    host.log_on();
    host.until("the question", |status| status["question"]["answer"] == "medv-host password");
    host.give_password("bob's own");
    host.until_power("running");
    host.until_menu(&["Calculator", "Notes", "Uninstall Notes"]);
    host.click("Calculator");
    host.until("the calculator runs", |status| status["machine"]["apps"] == 1);
    let log = host.log();
    assert!(log.contains("boot 3") && !log.contains("boot 4"), "{log}");
    let _ = host.run(&["stop", "Office", "--how", "shut-down", "--wait"]).exits(0);
    assert_eq!(host.guest_file("/home/bob/calculator.out"), "calculator run by bob: 2 + 2 = 4\n");
    let accounts = host.guest_file("/etc/passwd");
    for user in [USER, "bob"] {
        assert!(accounts.lines().any(|line| line.starts_with(&format!("{user}:"))), "{accounts}");
    }
    assert!(
        host.guest_file("/etc/group")
            .lines()
            .any(|line| line.starts_with("remotedesktop:") && line.ends_with(",bob"))
    );

    // What was hers is hers still.
    host.is_handed_over_to(USER);
    host.log_on();
    host.until("the question", |status| status["question"]["answer"] == "medv-host password");
    host.give_password("secret");
    host.until_power("running");
}

#[test]
fn a_machine_that_is_killed_is_started_again_and_one_whose_agent_is_killed_dies_with_it() {
    let mut host = Host::with_workspace(QUICK);
    host.log_on();
    host.until_stage("asking");
    let _ = host.run(&["answer", "yes"]).exits(0);
    host.until_stage("credentials");
    host.give_password("secret");
    host.until_stage("mini-setup");

    // In the middle of first time setup: the agent goes, its machine with it, and the next agent begins anew.
    let pid = host.machine_pid();
    host.kill_agent();
    // A machine without an agent ends: if not, this does not either.
    while fs::exists(format!("/proc/{pid}")).unwrap_or(false) {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    host.log_on();
    host.set_up();
    assert!(has_event(&host.log(), 3080), "{}", host.log());

    // Ready, and its process is killed: it is noticed, noted, and started again.
    let pid = host.machine_pid();
    let killed = Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
    assert!(killed.success());
    host.until("noted", |_| has_event(&host.log(), 4022));
    host.until_power("running");
    assert_ne!(host.machine_pid(), pid);
}

#[test]
fn first_time_setup_begins_anew_at_whatever_stage_the_agent_is_killed() {
    let mut host = Host::with_workspace(QUICK);
    let stages = [
        "asking",
        "credentials",
        "creating",
        "personalising",
        "mini-setup",
        "commands",
        "completing",
        "restarting",
        // What it waits for in the last one, `configuring`, has come before.
        "logging-on",
    ];
    let interruptions = |host: &Host| host.log().lines().filter(|line| has_event(line, 3080)).count();
    for stage in stages {
        let before = interruptions(&host);
        host.log_on();
        // A stage may be over by the time that somebody hears of it.
        let killed_at = host.kill_agent_at(stage);
        let at = |name: &str| stages.iter().position(|stage| *stage == name);
        assert!(at(&killed_at) >= at(stage), "killed at {killed_at} instead of {stage}");
        host.log_on();
        host.until_stage("asking");
        let had_begun = at(&killed_at) > at("credentials");
        assert_eq!(interruptions(&host) - before, usize::from(had_begun), "{stage}:\n{}", host.log());
        assert!(
            !host.path("home/data/medv/Office.qcow2").exists(),
            "what was half made at {stage} is deleted"
        );
        host.kill_agent();
    }
    host.log_on();
    host.set_up();
    host.until_menu(&["Calculator", "Notes", "Uninstall Notes"]);
}

/// Kills the agent that runs it, once; and has the guest kill it again whenever its user wants that. The editor runs until it is
/// closed.
const END_AGENT: &str = r"#!/bin/sh
[ ! -e /usr/local/sbin/end-agent ] || exit 0
mkdir -p /usr/local/sbin
cat >/usr/local/sbin/end-agent <<'END'
#!/bin/sh
until rm /tmp/end-agent 2>/dev/null; do sleep 1; done
for pid in $(pidof medv-guest); do
    # Not those that wait for applications.
    tr '\0' ' ' </proc/$pid/cmdline | grep -q 'medv-guest run' && kill -9 $pid
done
END
chmod 755 /usr/local/sbin/end-agent
echo '::respawn:/usr/local/sbin/end-agent' >>/etc/inittab
cat >/usr/local/share/applications/end-agent.desktop <<'END'
[Desktop Entry]
Type=Application
Name=End Agent
Exec=touch /tmp/end-agent
END
cat >/usr/local/bin/editor <<'END'
#!/bin/sh
until [ -e /tmp/close-editor ]; do sleep 1; done
END
chmod 755 /usr/local/bin/editor
cat >/usr/local/share/applications/editor.desktop <<'END'
[Desktop Entry]
Type=Application
Name=Editor
Exec=/usr/local/bin/editor
END
cat >/usr/local/share/applications/close-editor.desktop <<'END'
[Desktop Entry]
Type=Application
Name=Close Editor
Exec=touch /tmp/close-editor
END
kill -9 $PPID
";

#[test]
fn a_guest_agent_that_is_killed_goes_on_and_an_older_one_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let image = image_with_command(folder.path(), "15-end-agent", END_AGENT);
    older_guest_programs(folder.path());
    let mut host = Host::with_image(&image, QUICK).with_guest_programs(folder.path());
    let speaks = |host: &Host, version: &str, boot: u32| {
        let log = host.log();
        let is_it = |line: &&str| {
            line.contains(&format!("guest agent {version} of")) && line.ends_with(&format!("boot {boot}"))
        };
        log.lines().filter(is_it).count()
    };
    let menu = ["Calculator", "Close Editor", "Editor", "End Agent", "Notes", "Uninstall Notes"];

    // Killed by a command of first time setup: it comes back, the command runs again, and all the others once.
    host.log_on();
    host.set_up();
    host.until_menu(&menu);
    assert_eq!((speaks(&host, &older_version(), 1), speaks(&host, &older_version(), 2)), (2, 1));
    assert!(host.log().contains("the command 15-end-agent of first time setup has ended with exit code 0"));

    // The host's programs are newer now, and the guest gets them at its next start.
    let _ = host.run(&["stop", "Office", "--how", "shut-down", "--wait"]).exits(0);
    our_guest_programs(folder.path());
    let _ = host.run(&["start", "Office", "--wait"]).exits(0);
    host.until_power("running");
    assert_eq!((speaks(&host, &older_version(), 3), speaks(&host, VERSION, 3)), (1, 1), "{}", host.log());
    host.until_menu(&menu);

    // Killed when it is ready: it comes back, has the user logged on again, and tells the end of what runs.
    host.click("Editor");
    host.click("End Agent");
    host.until("the agent speaks again", |_| speaks(&host, VERSION, 3) == 2);
    host.until_power("running");
    assert_eq!(host.menu(), menu);
    host.until("the editor alone runs", |status| status["machine"]["apps"] == 1);
    host.click("Close Editor");
    host.until("nothing runs", |status| status["machine"]["apps"] == 0);
    host.click("Notes");
    let _ = host.run(&["stop", "Office", "--how", "shut-down", "--wait"]).exits(0);
    assert_eq!(host.guest_file(&format!("/home/{USER}/notes.out")), format!("notes run by {USER}\n"));
}

/// What a guest does with a program of ours that is not ours.
fn host_with_agent(script: &str, keys: &str) -> (Host, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("linux")).unwrap();
    for name in ["medv-guest", "ftscompletion"] {
        let path = folder.path().join("linux").join(name);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    (Host::with_workspace(&format!("{QUICK}{keys}")).with_guest_programs(folder.path()), folder)
}

fn given_up(status: &Value) -> bool {
    status["first_time_setup"]["stage"] == "given-up"
}

#[test]
fn a_guest_that_crashes_is_tried_again_and_given_up() {
    // Of course it is the guest's own setup that crashes it.
    let (mut host, _programs) = host_with_agent(
        "#!/bin/sh\necho c >/proc/sysrq-trigger\nsleep 1000\n",
        "FtsMaxRetryCount = 1\nFtsMode = \"Silent\"\n",
    );
    host.log_on();
    host.until_stage("credentials");
    host.give_password("secret");
    host.until("given up", given_up);
    let log = host.log();
    assert!(has_event(&log, 3071) && has_event(&log, 3079), "{log}");
    assert!(log.contains("crashed"), "{log}");
    let results = host.run(&["results", "--failed", "--json"]).exits(0).json();
    assert_eq!(results[0]["status_code"], 3071);
    assert!(!host.path("home/data/medv/Office.qcow2").exists(), "what was made of it is deleted");
    assert_eq!(host.menu(), Vec::<String>::new());
}

#[test]
fn a_guest_that_hangs_in_its_setup_is_ended_and_given_up() {
    let (mut host, _programs) = host_with_agent(
        "#!/bin/sh\nsleep 1000\n",
        "FtsMaxRetryCount = 1\nFtsMode = \"Silent\"\nFtsNonInteractiveTimeout = 0\nFtsNonInteractiveRetryTimeoutInc = 0\n",
    );
    host.log_on();
    host.until_stage("credentials");
    host.give_password("secret");
    host.until("given up", given_up);
    let log = host.log();
    assert_eq!(log.matches("it took too long").count(), 2, "{log}");
    assert!(has_event(&log, 3071) && has_event(&log, 3079), "{log}");
    assert!(!host.path("home/data/medv/Office.qcow2").exists());
}
