//! First time setup in a guest that a folder plays.

use std::collections::BTreeMap;

use crate::guest::{Guest, USER, is_ready, run_setup};
use medv_protocol::{SetupOutcome, SetupTask, ToHost, from_base64};

/// Three commands of which the second fails; each of them leaves a line.
fn with_three_commands() -> Guest {
    let guest = Guest::new();
    let ran = guest.path("ran");
    for (name, code) in [("10-first", 0), ("20-second", 7), ("30-third", 0)] {
        let script = format!("echo {name} >>{}\necho out of {name}\nexit {code}", ran.display());
        guest.script(&format!("etc/medv/first-time-setup.d/{name}"), &script);
    }
    guest.write("etc/medv/first-time-setup.d/README", "not a command");
    guest
}

/// The files that were sent, in their last form.
fn logs(said: &[ToHost]) -> BTreeMap<String, Vec<u8>> {
    let mut logs: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for message in said {
        let ToHost::Log(part) = message else { continue };
        let log = logs.entry(part.path.clone()).or_default();
        log.truncate(usize::try_from(part.offset).unwrap());
        assert_eq!(log.len() as u64, part.offset, "no gap in {}", part.path);
        log.extend(from_base64(&part.base64).unwrap());
    }
    logs
}

#[test]
fn commands_run_in_order_then_ftscompletion_then_the_logs_are_sent_then_the_guest_restarts() {
    let mut guest = with_three_commands();
    let lines: Vec<String> = (0..20000).map(|line| format!("line {line}\n")).collect();
    let large = lines.concat();
    guest.write("var/log/app/large.log", &large);
    guest.write("var/log/app/empty.log", "");
    guest.write("var/log/app/other.txt", "not wanted");
    let (mut host, hello) = guest.start_greeted();
    assert!(!is_ready(&hello));
    host.run_setup();
    let said = host.hear_all();

    let steps: Vec<String> = said
        .iter()
        .filter_map(|message| match message {
            ToHost::SetupTask(SetupTask::Personalise) => Some("personalise".into()),
            ToHost::SetupTask(SetupTask::Command { name, number, of }) => {
                Some(format!("{name} {number}/{of}"))
            }
            ToHost::CommandEnded { name, code, output } => Some(format!("{name} {code:?} {}", output.trim())),
            ToHost::SetupTask(SetupTask::Completion) => Some("completion".into()),
            ToHost::SetupEnded(outcome) => Some(format!("{outcome:?}")),
            ToHost::Bye => Some("bye".into()),
            _ => None,
        })
        .collect();
    assert_eq!(
        steps,
        [
            "personalise",
            "10-first 1/3",
            "10-first Some(0) out of 10-first",
            "20-second 2/3",
            "20-second Some(7) out of 20-second",
            "30-third 3/3",
            "30-third Some(0) out of 30-third",
            "completion",
            "Complete",
            "bye"
        ]
    );
    let logs = logs(&said);
    assert_eq!(logs["/var/log/app/large.log"], large.as_bytes());
    assert_eq!(logs["/var/log/app/empty.log"], b"");
    assert_eq!(logs["/var/log/medv/20-second.log"], b"out of 20-second\n");
    assert!(logs.contains_key("/var/log/medv/ftscompletion.log"));
    assert!(!logs.contains_key("/var/log/app/other.txt"));
    assert_eq!(guest.wait(), Some(0));
    let groups = guest.read("etc/group");
    assert!(groups.contains(&format!("sudo:x:27:{USER}\n")), "{groups}");
    assert!(groups.lines().any(|line| line == format!("remotedesktop:x:998:{USER}")), "{groups}");

    guest.boots(2);
    let (_host, hello) = guest.start_greeted();
    assert!(is_ready(&hello));
    assert_eq!(hello.boot, 2);
}

#[test]
fn a_command_that_cannot_be_run_has_not_ended_with_a_signal() {
    let mut guest = Guest::new();
    guest.script("etc/medv/first-time-setup.d/10-killed", "kill -9 $$");
    guest.script("etc/medv/first-time-setup.d/20-odd", "");
    let odd = guest.path("etc/medv/first-time-setup.d/20-odd");
    std::fs::write(odd, "#!/no/such/shell\n").unwrap();
    let (mut host, _) = guest.start_greeted();
    host.run_setup();
    let said = host.hear_all();
    for name in ["10-killed", "20-odd"] {
        let ended = ToHost::CommandEnded { name: name.into(), code: None, output: String::new() };
        assert!(said.contains(&ended), "{said:?}");
    }
    let log = guest.read("var/log/medv/medv-guest.log");
    assert!(log.contains("10-killed has ended with a signal"), "{log}");
    assert!(log.contains("20-odd cannot be run") && !log.contains("20-odd has ended"), "{log}");
}

#[test]
fn killed_after_any_message_setup_goes_on_with_the_first_step_that_has_not_ended() {
    for messages in 0.. {
        let mut guest = with_three_commands();
        let (mut host, _) = guest.start_greeted();
        host.run_setup();
        let heard: Vec<ToHost> = (0..messages).map_while(|_| host.hear()).collect();
        if heard.contains(&ToHost::Bye) {
            return;
        }
        guest.kill();
        drop(host);
        let ended = heard.iter().filter(|message| matches!(message, ToHost::CommandEnded { .. })).count();

        let (mut host, hello) = guest.start_greeted();
        let mut said = Vec::new();
        if !is_ready(&hello) {
            host.run_setup();
            said = host.hear_all();
            assert!(said.contains(&ToHost::SetupEnded(SetupOutcome::Complete)), "{messages}: {said:?}");
            let told = said.iter().filter(|message| matches!(message, ToHost::CommandEnded { .. })).count();
            assert_eq!(told, 3, "{messages}: what had ended is told again");
        }
        let ran = guest.read("ran");
        let mut ran: Vec<&str> = ran.lines().collect();
        assert!(ran.len() <= 4, "{messages}: at most the one that was cut short runs again: {ran:?}");
        ran.dedup();
        assert_eq!(ran, ["10-first", "20-second", "30-third"], "{messages}, {ended} had ended: {said:?}");
    }
}

#[test]
fn a_host_that_goes_and_comes_back_hears_all_that_it_has_missed() {
    let mut guest = with_three_commands();
    guest.script(
        "etc/medv/first-time-setup.d/15-waits",
        &format!("until [ -e {} ]; do sleep 0.1; done", guest.path("go").display()),
    );
    guest.write("var/log/app/a.log", "a");
    let (mut host, _) = guest.start_greeted();
    host.run_setup();
    host.wait_for(|said| {
        matches!(said, ToHost::SetupTask(SetupTask::Command { number: 2, .. })).then_some(())
    });
    drop(host);
    guest.write("go", "");
    let mut host = guest.host();
    host.greet();
    host.run_setup();
    let said = host.hear_all();
    let mut ended: Vec<&str> =
        said.iter()
            .filter_map(|message| {
                if let ToHost::CommandEnded { name, .. } = message { Some(name.as_str()) } else { None }
            })
            .collect();
    ended.sort_unstable();
    ended.dedup();
    assert_eq!(ended, ["10-first", "15-waits", "20-second", "30-third"]);
    assert_eq!(logs(&said)["/var/log/app/a.log"], b"a");
    assert!(said.contains(&ToHost::SetupEnded(SetupOutcome::Complete)));
    assert_eq!(guest.read("ran").lines().count(), 3);
}

#[test]
fn garbage_between_messages_harms_nothing() {
    let mut guest = with_three_commands();
    let mut host = guest.start();
    host.say_bytes(b"\xff\xfe\0nonsense\n\n{\"type\":\"later\"}\n{}\n[[[[");
    host.say_bytes(&vec![b'x'; 200_000]);
    host.say_bytes(b"\n");
    host.greet();
    host.run_setup();
    assert!(host.hear_all().contains(&ToHost::SetupEnded(SetupOutcome::Complete)));
}

#[test]
fn a_host_that_says_nothing_but_garbage_is_hung_up_on_and_the_next_one_heard() {
    let mut guest = with_three_commands();
    let mut host = guest.start();
    host.say_bytes(&b"?\n".repeat(64));
    host.hear_all();
    let mut host = guest.host();
    host.greet();
    host.run_setup();
    assert!(host.hear_all().contains(&ToHost::SetupEnded(SetupOutcome::Complete)));
}

#[test]
fn a_user_who_cannot_get_his_groups_fails_setup_and_a_later_try_may_succeed() {
    let mut guest = with_three_commands();
    let groups = guest.read("etc/group").replace("sudo", "nobody");
    guest.write("etc/group", &groups);
    let (mut host, _) = guest.start_greeted();
    host.run_setup();
    // Why it has failed is in the logs, which come first: the machine will be deleted.
    let log = |said| if let ToHost::Log(part) = said { Some(part.path) } else { None };
    assert_eq!(host.wait_for(log), "/var/log/medv/10-first.log");
    let outcome = |said| if let ToHost::SetupEnded(outcome) = said { Some(outcome) } else { None };
    let failed = host.wait_for(outcome);
    assert!(matches!(&failed, SetupOutcome::Failed { reason } if reason.contains("wheel")), "{failed:?}");
    guest.write("etc/group", &groups.replace("nobody", "wheel"));
    host.run_setup();
    assert_eq!(host.wait_for(outcome), SetupOutcome::Complete);
    assert_eq!(guest.read("ran").lines().count(), 3, "no command ran twice");
}

#[test]
fn ftscompletion_may_be_called_by_the_guest_itself_before_its_time_and_is_last_nevertheless() {
    let mut guest = with_three_commands();
    let mut own = guest.command("ftscompletion").spawn().unwrap();
    let (mut host, _) = guest.start_greeted();
    host.run_setup();
    assert!(host.hear_all().contains(&ToHost::SetupEnded(SetupOutcome::Complete)));
    assert!(own.wait().unwrap().success());
    assert_eq!(guest.read("var/log/medv/ftscompletion.log").matches("Complete").count(), 1);
}

#[test]
fn a_user_that_the_guest_has_not_is_made() {
    let mut guest = Guest::new();
    let (mut host, _) = guest.start_greeted();
    host.say(&run_setup("berta"));
    assert!(host.hear_all().contains(&ToHost::SetupEnded(SetupOutcome::Complete)));
    assert!(guest.read("etc/passwd").contains("berta:x:"));
    assert!(guest.read("etc/shadow").contains("berta:!:"));
    assert!(guest.path("home/berta").is_dir());
}
