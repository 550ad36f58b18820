//! Guests that mean no good.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use medv_host::hypervisor::MachineEvent;
use medv_host::hypervisor::pretend::Call;
use medv_host::life::Power;
use medv_protocol::{BadLine, Lines, RequestId, SetupOutcome, SetupTask, ToGuest, ToHost};

use super::{ready, willing};
use crate::guest::{Guest, log_part, said, set_up};
use crate::laboratory::Laboratory;

fn files_below(folder: &Path) -> HashSet<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { HashSet::from([path]) }).collect()
}

#[test]
fn logs_stay_in_their_folder_whatever_the_guest_calls_them() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|_| None);
    let agent = ready(&laboratory, &machines);
    let folder = laboratory.places().guest_logs();
    let before = files_below(&laboratory.path(""));
    for name in [
        "../../x",
        "/etc/medv/settings.toml",
        "",
        "..",
        "C:\\a\\..\\b",
        "a\0b",
        "\u{202e}gol",
        &"n".repeat(9000),
    ] {
        machines.report(log_part(name, "harm"));
    }
    for number in 0..2000 {
        machines.report(log_part(&format!("log {number}"), "harm"));
        if number % 500 == 0 {
            agent.wait_for_power(Power::Running);
        }
    }
    agent.wait_for_power(Power::Running);
    let after = files_below(&laboratory.path(""));
    assert!(after.difference(&before).all(|path| path.starts_with(&folder)), "{after:#?}");
    assert!((200..=256).contains(&fs::read_dir(&folder).unwrap().count()));
    agent.end();
}

/// A line that is no message.
fn nonsense() -> BadLine {
    let mut lines = Lines::default();
    let mut heard: Vec<std::result::Result<ToHost, BadLine>> = lines.take(b"nonsense\n");
    heard.remove(0).unwrap_err()
}

#[test]
fn nonsense_at_the_wrong_time_changes_nothing() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|call| match call {
        Call::Send(ToGuest::RunSetup { .. }) => {
            let mut says = vec![MachineEvent::Babbled(nonsense()); 100];
            says.extend((0..50).map(|request| {
                said(ToHost::Done { request, error: Some("no".to_owned()), wrong_password: true })
            }));
            says.extend((0..50).map(|request| said(ToHost::AppEnded { request })));
            says.push(said(ToHost::Bye));
            says.push(said(ToHost::Unknown));
            Some(says)
        }
        _ => None,
    });
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_stage(medv_host::fts::Stage::Commands);
    machines.report(said(ToHost::RestartRequired { reason: "harm".to_owned() }));
    machines.report(said(ToHost::LoggedOn { user: "mallory".to_owned() }));
    agent.wait_for_stage(medv_host::fts::Stage::Commands);
    agent.end();

    let agent = ready(&laboratory, &Guest::new().machines(|_| None));
    let published = agent.wait_for_power(Power::Running).published;
    assert_eq!(published, 2);
    agent.end();
}

#[test]
fn a_guest_that_is_ready_and_talks_of_setup_does_no_harm() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|_| None);
    let agent = ready(&laboratory, &machines);
    for event in set_up().into_iter().filter(|event| !matches!(event, MachineEvent::Ended(_))) {
        machines.report(event);
    }
    machines.report(said(ToHost::SetupTask(SetupTask::Completion)));
    machines.report(said(ToHost::SetupEnded(SetupOutcome::Failed { reason: "harm".to_owned() })));
    let request = RequestId::MAX;
    machines.report(said(ToHost::AppEnded { request }));
    let status = agent.wait_for_power(Power::Running);
    assert_eq!((status.machine.unwrap().apps, status.published), (0, 2));
    agent.end();
}

#[test]
fn of_a_flood_only_so_much_waits_to_be_heard() {
    let laboratory = Laboratory::new("");
    // All of it is said while the agent is busy with the call.
    let machines = Guest::new().machines(|call| match call {
        Call::Send(ToGuest::SendLog { .. }) => {
            let text = "water".to_owned();
            Some(vec![said(ToHost::Event { level: 3, text }); 100_000])
        }
        _ => None,
    });
    let agent = ready(&laboratory, &machines);
    drop(agent.request(medv_host::control::Request::FetchGuestLog));
    // Once this is answered the flood is in the inbox, and what is asked next comes after it.
    agent.ask(medv_host::control::Request::Apps).unwrap();
    agent.wait_for_power(Power::Running);
    let log = laboratory.diary.text();
    let heard = log.lines().filter(|line| *line == "guest: water").count();
    assert!((1..10_000).contains(&heard), "{heard}");
    assert!(log.contains("more than can be heard"));
    agent.end();
}
