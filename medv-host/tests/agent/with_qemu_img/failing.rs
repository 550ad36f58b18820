//! First time setup that fails.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use medv_host::desktop::{Answer, Question};
use medv_host::fts::Stage;
use medv_host::hypervisor::pretend::Call;
use medv_host::hypervisor::{End, MachineEvent};
use medv_host::result::SetupResult;
use medv_protocol::{SetupOutcome, ToGuest, ToHost};

use super::{starts, willing};
use crate::desk::{Desk, password};
use crate::guest::{Guest, PASSWORD, said};
use crate::laboratory::Laboratory;

const NO_TIME: &str = "[Fts]\nMaxRetryCount = 1\nNonInteractiveTimeout = 0\nNonInteractiveRetryTimeoutInc = 0\n\
                       TaskCancelTimeout = 0\n";
const ENOUGH_TIME: &str = "[Fts]\nMaxRetryCount = 1\n";

fn result_of(laboratory: &Laboratory) -> u32 {
    let results = SetupResult::all(&laboratory.places().monitoring()).unwrap();
    assert_eq!(results.len(), 1, "{results:?}");
    results[0].status_code
}

#[test]
fn a_guest_that_fails_is_tried_again_and_then_given_up() {
    let failed = || said(ToHost::SetupEnded(SetupOutcome::Failed { reason: "no disk space".to_owned() }));
    let cases: [(&str, Vec<MachineEvent>); 3] = [
        ("crashed", vec![MachineEvent::Panicked]),
        (
            "the machine ended: out of memory",
            vec![MachineEvent::Ended(End::Died("out of memory".to_owned()))],
        ),
        ("no disk space", vec![failed()]),
    ];
    for (reason, reports) in cases {
        let laboratory = Laboratory::new(ENOUGH_TIME);
        let machines = Guest::new().machines(move |call| match call {
            Call::Send(ToGuest::RunSetup { .. }) => Some(reports.clone()),
            _ => None,
        });
        let desk = willing();
        let agent = laboratory.start(machines.clone(), &desk);
        let status = agent.wait_for_stage(Stage::GivenUp);
        assert_eq!(status.first_time_setup.unwrap().failure, Some(3071));
        agent.end();
        assert_eq!(desk.questions(), ["start", "password", "retry"], "{reason}");
        assert_eq!((starts(&machines).len(), result_of(&laboratory)), (2, 3071), "{reason}");
        assert_eq!(laboratory.diary.numbers(), [3071, 3079, 3071], "{reason}");
        assert!(desk.was_told("could not be set up") && laboratory.diary.text().contains(reason), "{reason}");
        assert!(!laboratory.layer().exists(), "what was made is deleted");
    }
}

#[test]
fn a_guest_that_never_speaks_is_not_waited_for_longer_than_allowed() {
    let laboratory = Laboratory::new(NO_TIME);
    // It does not even shut down.
    let machines = Guest::new().machines(|call| match call {
        Call::Start(_) => Some(vec![MachineEvent::Running]),
        Call::Send(_) => Some(Vec::new()),
        _ => None,
    });
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_stage(Stage::GivenUp);
    agent.end();
    let turned_off = machines.calls().iter().filter(|call| **call == Call::TurnOff).count();
    assert_eq!((turned_off, result_of(&laboratory)), (2, 3071));
}

#[test]
fn a_guest_that_hangs_is_tried_again_with_more_time() {
    let laboratory = Laboratory::new(
        "[Fts]\nMaxRetryCount = 1\nNonInteractiveTimeout = 0\nNonInteractiveRetryTimeoutInc = 60\n\
         TaskCancelTimeout = 0\n",
    );
    let attempts = AtomicUsize::new(0);
    let machines = Guest::new().machines(move |call| {
        if matches!(call, Call::Start(_)) {
            attempts.fetch_add(1, Ordering::SeqCst);
        }
        match (attempts.load(Ordering::SeqCst), call) {
            (1, Call::Start(_)) => Some(vec![MachineEvent::Running]),
            (1, Call::Send(_)) => Some(Vec::new()),
            _ => None,
        }
    });
    let desk = willing();
    let agent = laboratory.start(machines.clone(), &desk);
    agent.wait_for_stage(Stage::Ready);
    agent.end();
    assert_eq!(desk.questions(), ["start", "password", "retry"]);
    assert_eq!((starts(&machines).len(), result_of(&laboratory)), (3, 0));
    assert_eq!(laboratory.diary.numbers(), [3071, 3079]);
    assert!(laboratory.diary.text().contains("it took too long: the guest sets itself up"));
}

#[test]
fn a_user_who_does_not_want_another_try_gets_none_before_the_next_session() {
    let laboratory = Laboratory::new(ENOUGH_TIME);
    let machines = Guest::new().machines(|call| match call {
        Call::Send(ToGuest::RunSetup { .. }) => Some(vec![MachineEvent::Panicked]),
        _ => None,
    });
    let desk = Desk::new(|question| match question {
        Question::Password { .. } => Some(password(PASSWORD, false)),
        Question::Retry { .. } => Some(Answer::Later),
        _ => Some(Answer::Yes),
    });
    let agent = laboratory.start(machines, &desk);
    agent.wait_for_stage(Stage::GivenUp);
    agent.end();
    let agent = laboratory.start(Guest::new().machines(|_| None), &willing());
    agent.wait_for_stage(Stage::Ready);
    agent.end();
    assert_eq!(result_of(&laboratory), 0);
}

#[test]
fn a_machine_that_cannot_be_started_has_a_number_of_its_own() {
    let laboratory = Laboratory::new("[Fts]\nMaxRetryCount = 0\n");
    let machines = Guest::new().machines(|_| None);
    machines.fail("start");
    let agent = laboratory.start(machines, &willing());
    agent.wait_for_stage(Stage::GivenUp);
    agent.end();
    assert_eq!(result_of(&laboratory), 3099);
}

#[test]
fn a_disk_that_cannot_be_made_has_a_number_of_its_own() {
    let laboratory = Laboratory::new("[Fts]\nMaxRetryCount = 0\n");
    fs::remove_file(laboratory.path("master.img")).unwrap();
    let agent = laboratory.start(Guest::new().machines(|_| None), &willing());
    agent.wait_for_stage(Stage::GivenUp);
    agent.end();
    assert_eq!(result_of(&laboratory), 3078);
}
