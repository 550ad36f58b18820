//! On QEMU, with a guest as users have them: a whole Debian with systemd and cloud-init.

use std::fs;

use crate::host::{Host, USER};
use crate::loudspeaker::Loudspeaker;

const KEYS: &str = "first-time-setup.administrator = true\ncopy-from-host.regional-settings = true\n\
     computer-name.mask = \"MEDV-%username%\"\n\
     [settings]\nVmMemory = 512\nVmHostMemToGuestMemCalcEnabled = 0\n";

/// Htop wants a terminal: this guest's desktop has one.
const MENU: [&str; 5] = ["Htop", "Kill Agent", "Report", "UXTerm", "XTerm"];

#[test]
#[ignore = "boots a whole Debian, some minutes; needs pulseaudio, pulseaudio-utils and qemu-system-gui: cargo test -p medv-tests --test real_guest -- --ignored"]
fn a_debian_is_set_up_by_cloud_init_and_lives_under_systemd() {
    let mut host = Host::with_debian(KEYS);
    let loudspeaker = Loudspeaker::new(&host.path("home/run"));
    host.log_on();
    host.set_up();
    host.until_menu(&MENU);

    // cloud-init has read our medium, the agent is a unit of systemd's, the administrator's command has found all that it needs.
    let guest_log = |name: &str| {
        fs::read_to_string(host.path(&format!("home/state/medv/guest-logs/{name}"))).expect("a log")
    };
    let found = guest_log("first-time-setup-commands.log");
    for line in
        ["name: MEDV-alice, MEDV-alice", "machine-id: 33 bytes", "cloud-init: nocloud", "agent: active"]
    {
        assert!(found.lines().any(|it| it == line), "no `{line}` in:\n{found}");
    }
    let log = host.log();
    assert!(log.contains("boot 2") && !log.contains("boot 3"), "restarted once:\n{log}");

    // An application runs as the user, to its end.
    host.click("Report");
    host.until("the report is done", |status| status["machine"]["apps"] == 0);

    // One with a window is seen.
    let before = host.screenshot();
    host.click("Htop");
    host.until("htop on the screen", |status| status["machine"]["apps"] == 1 && host.screenshot() != before);

    if std::env::var_os("MEDV_WRITE_DOCS").is_some() {
        // A terminal paints itself for a while.
        std::thread::sleep(std::time::Duration::from_secs(10));
        let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/pictures/desktop.png");
        fs::write(picture, host.screenshot()).unwrap();
    }

    // All that systemd knows of the agent is killed: it comes back, and the user is logged on again. His programs run on.
    let heard = host.log().len();
    host.click("Kill Agent");
    host.until("the agent speaks again", |_| host.log()[heard..].contains("speaks, boot 2"));
    let only_htop = |status: &serde_json::Value| status["machine"]["apps"] == 1;
    host.until("what has ended is known", only_htop);
    host.until_power("running");
    host.click("Report");
    host.until("the report is done", only_htop);

    // It goes down in good order: systemd ends the agent and need not kill it.
    let _ = host.run(&["stop", "Office", "--how", "shut-down", "--wait"]).exits(0);
    let log = host.guest_file("/var/log/medv/medv-guest.log");
    assert!(log.trim_end().ends_with("the agent ends"), "{log}");
    let report = host.guest_file(&format!("/home/{USER}/report.out"));
    for line in [
        "user: alice, groups: alice sudo remotedesktop",
        "runtime: /run/user/1001 alice",
        "bus: there",
        "session: active, on tty7",
        "desktop: :0, there",
        "systemd: user@1001.service/app.slice",
        "sound: played",
        "language: de_DE.UTF-8 UTF-8",
        "password: root",
        "clipboard: there",
    ] {
        assert!(report.lines().any(|it| it == line), "no `{line}` in:\n{report}");
    }

    assert!(loudspeaker.was_heard(), "the guest has played a tone, and the host was silent");

    // A click starts it; a reset makes a new one.
    host.click("Report");
    let _ = host.run(&["reset", "Office", "--yes"]).exits(0);
    host.until_stage("mini-setup");
    host.until_power("running");
    host.until_menu(&MENU);
}
