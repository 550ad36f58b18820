//! Agents that were killed, and the next one on the same folders.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use medv_host::fts::Stage;
use medv_host::hypervisor::MachineEvent;
use medv_host::hypervisor::pretend::Call;
use medv_protocol::{Phase, SetupOutcome, SetupTask, ToGuest, ToHost};
use serde_json::Value;

use super::{ready, set_up, starts, willing};
use crate::desk::Desk;
use crate::guest::{Guest, hello, said};
use crate::laboratory::{Laboratory, NAME};

fn progress(laboratory: &Laboratory) -> PathBuf {
    laboratory.places().progress(NAME, false)
}

fn kept(laboratory: &Laboratory) -> Value {
    serde_json::from_slice(&fs::read(progress(laboratory)).unwrap()).unwrap()
}

/// Leaves behind what an agent does that is killed in this stage.
fn leave(laboratory: &Laboratory, stage: Stage) -> Value {
    laboratory.start(Guest::new().machines(|_| None), &Desk::new(|_| None)).end();
    let mut kept = kept(laboratory);
    kept["progress"]["stage"] = stage.name().into();
    kept["progress"]["retries"] = 2.into();
    fs::write(progress(laboratory), kept.to_string()).unwrap();
    fs::write(laboratory.layer(), "half a disk").unwrap();
    fs::write(laboratory.places().answers(), "a password").unwrap();
    laboratory.diary.0.lock().unwrap().clear();
    kept
}

#[test]
fn whatever_was_underway_begins_anew_and_leaves_nothing_behind() {
    for stage in Stage::ALL {
        let laboratory = Laboratory::new("");
        let before = leave(&laboratory, stage);
        let agent = laboratory.start(Guest::new().machines(|_| None), &Desk::new(|_| None));
        let status = agent.wait_for_stage(Stage::Asking);
        agent.end();
        assert_eq!(status.first_time_setup.unwrap().attempt, 1, "all retries are there again: {stage}");
        let noted = match stage {
            stage if stage.is_underway() => vec![3080],
            // The layer is none.
            Stage::Ready => vec![3084],
            _ => Vec::new(),
        };
        assert_eq!(laboratory.diary.numbers(), noted, "{stage}");
        let first_asked = |kept: &Value| kept["progress"]["first_asked"].clone();
        assert_eq!(
            first_asked(&kept(&laboratory)),
            first_asked(&before),
            "it is not put off for longer: {stage}"
        );
        assert!(!laboratory.places().answers().exists(), "{stage}");
        assert!(noted.is_empty() || !laboratory.layer().exists(), "{stage}");
    }
}

#[test]
fn who_has_put_it_off_for_too_long_is_not_asked_again() {
    let laboratory = Laboratory::new("");
    let mut kept = leave(&laboratory, Stage::Postponed);
    kept["progress"]["first_asked"] = 1.into();
    fs::write(progress(&laboratory), kept.to_string()).unwrap();
    let desk = Desk::new(|_| None);
    let agent = laboratory.start(Guest::new().machines(|_| None), &desk);
    agent.wait_for_stage(Stage::Credentials);
    agent.end();
    assert!(desk.was_told("is being set up"));
}

#[test]
fn a_file_that_says_nothing_is_no_hindrance() {
    let laboratory = Laboratory::new("[Fts]\nMaxRetryCount = 0\n");
    leave(&laboratory, Stage::Ready);
    fs::write(progress(&laboratory), "{").unwrap();
    ready(&laboratory, &Guest::new().machines(|_| None)).end();
}

#[test]
fn a_session_that_ends_inside_the_guest_is_followed_by_a_whole_setup() {
    let tasks = |tasks: &[ToHost]| tasks.iter().cloned().map(said).collect::<Vec<MachineEvent>>();
    let completion = ToHost::SetupTask(SetupTask::Completion);
    let complete = ToHost::SetupEnded(SetupOutcome::Complete);
    let cases = [
        (Stage::MiniSetup, None),
        (Stage::Commands, Some(tasks(&[ToHost::SetupTask(SetupTask::Personalise)]))),
        (Stage::Completing, Some(tasks(std::slice::from_ref(&completion)))),
        (Stage::Restarting, Some(tasks(&[completion, complete]))),
    ];
    for (stage, says) in cases {
        let laboratory = Laboratory::new("");
        let machines = Guest::new().machines(move |call| match call {
            Call::Start(_) if says.is_none() => Some(vec![MachineEvent::Running]),
            Call::Send(ToGuest::RunSetup { .. }) => says.clone(),
            _ => None,
        });
        let agent = laboratory.start(machines.clone(), &willing());
        agent.wait_for_stage(stage);
        agent.end();
        assert_eq!(machines.calls().last(), Some(&Call::Drop), "no machine is left alone: {stage}");
        ready(&laboratory, &Guest::new().machines(|_| None)).end();
        assert_eq!(laboratory.diary.numbers(), [3080], "{stage}");
    }
}

#[test]
fn a_session_that_ends_while_the_user_is_logged_on_is_followed_by_a_whole_setup() {
    for stage in [Stage::LoggingOn, Stage::Configuring] {
        let laboratory = Laboratory::new("");
        let guest = Guest::new();
        let system = Arc::clone(&guest.system);
        let machines = guest.machines(move |call| match call {
            Call::Send(ToGuest::LogOn { .. }) if stage == Stage::LoggingOn => Some(Vec::new()),
            // Its list of applications does not end.
            Call::Send(ToGuest::Welcome { .. }) if system.lock().unwrap().is_set_up => {
                Some(vec![hello(Phase::Ready), said(ToHost::Apps { apps: Vec::new(), more: true })])
            }
            _ => None,
        });
        let agent = laboratory.start(machines, &willing());
        agent.wait_for_stage(stage);
        agent.end();
        ready(&laboratory, &Guest::new().machines(|_| None)).end();
        assert_eq!(laboratory.diary.numbers(), [3080], "{stage}");
    }
}

#[test]
fn a_machine_that_was_ready_stays_ready() {
    let laboratory = Laboratory::new("");
    let machines = set_up(&laboratory).machines(|_| None);
    let agent = ready(&laboratory, &machines);
    assert!(starts(&machines).iter().all(|spec| spec.medium.is_none()));
    agent.end();
    assert!(!machines.calls().iter().any(|call| matches!(call, Call::Send(ToGuest::RunSetup { .. }))));
    assert!(laboratory.diary.numbers().is_empty(), "{}", laboratory.diary.text());
}

#[test]
fn another_disk_or_no_layer_means_first_time_setup_again() {
    for (number, spoil) in [
        (3084, (|laboratory| laboratory.install(&"2e".repeat(32))) as fn(&Laboratory)),
        (8006, |laboratory| fs::remove_file(laboratory.layer()).unwrap()),
    ] {
        let laboratory = Laboratory::new("");
        set_up(&laboratory);
        spoil(&laboratory);
        let machines = Guest::new().machines(|_| None);
        ready(&laboratory, &machines).end();
        assert_eq!(laboratory.diary.numbers(), [number]);
        assert!(machines.calls().iter().any(|call| matches!(call, Call::Send(ToGuest::RunSetup { .. }))));
    }
}
