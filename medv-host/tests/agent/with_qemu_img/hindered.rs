//! What is in a machine's way for a while costs nobody his machine.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use medv_host::control::{Request, Status};
use medv_host::desktop::{Answer, Question};
use medv_host::fts::Stage;
use medv_host::hypervisor::MachineEvent;
use medv_host::hypervisor::pretend::Call;
use medv_host::life::Power;
use medv_protocol::{Phase, ToGuest, ToHost};

use super::{ready, set_up, starts, willing};
use crate::desk::{Desk, password};
use crate::guest::{Guest, PASSWORD, app, hello, said};
use crate::laboratory::Laboratory;

fn is_kept_out(status: &Status) -> bool {
    status.workspace.is_none() && status.kept_out.is_some()
}

#[test]
fn a_disk_that_is_not_there_yet_is_waited_for() {
    let laboratory = Laboratory::new("");
    let guest = set_up(&laboratory);
    let layer = fs::read(laboratory.layer()).unwrap();
    let entries = laboratory.menu();
    assert!(entries > 0);
    let (master, away) = (laboratory.path("master.img"), laboratory.path("not-mounted.img"));
    fs::rename(&master, &away).unwrap();
    let machines = guest.machines(|_| None);
    let agent = laboratory.start(machines.clone(), &willing());
    let status = agent.wait_for("no machine", is_kept_out);
    assert!(status.kept_out.unwrap().contains("master.img"));
    // Nothing is made in its place, and nothing taken away.
    assert!(starts(&machines).is_empty());
    assert_eq!(fs::read(laboratory.layer()).unwrap(), layer);
    assert_eq!(laboratory.menu(), entries);
    fs::rename(&away, &master).unwrap();
    agent.ask(Request::Refresh).unwrap();
    agent.wait_for_power(Power::Running);
    agent.end();
}

#[test]
fn what_is_known_of_a_machine_and_cannot_be_read_is_no_reason_for_a_new_one() {
    let laboratory = Laboratory::new("");
    let guest = set_up(&laboratory);
    let layer = fs::read(laboratory.layer()).unwrap();
    let (progress, away) = (laboratory.places().progress("office", false), laboratory.path("progress"));
    fs::rename(&progress, &away).unwrap();
    // Reading a folder fails, also for root.
    fs::create_dir(&progress).unwrap();
    let machines = guest.machines(|_| None);
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for("no machine", is_kept_out);
    assert!(starts(&machines).is_empty());
    assert_eq!(fs::read(laboratory.layer()).unwrap(), layer);
    fs::remove_dir(&progress).unwrap();
    fs::rename(&away, &progress).unwrap();
    agent.ask(Request::Refresh).unwrap();
    agent.wait_for_power(Power::Running);
    agent.end();
}

#[test]
fn settings_that_cannot_be_read_change_nothing() {
    let laboratory = Laboratory::new("[Fts]\nMaxRetryCount = 7\n");
    let agent = ready(&laboratory, &Guest::new().machines(|_| None));
    let attempts = |status: &Status| status.first_time_setup.as_ref().unwrap().attempts;
    laboratory.set("[Fts]\nMaxRetryCount = \n");
    agent.ask(Request::Refresh).unwrap();
    assert_eq!(agent.wait_for("a status", |_| true).first_time_setup.unwrap().attempts, 8);
    assert_eq!(laboratory.diary.text().matches("settings.toml").count(), 1);
    laboratory.set("[Fts]\nMaxRetryCount = 2\n");
    agent.ask(Request::Refresh).unwrap();
    agent.wait_for("the new settings", |status| attempts(status) == 3);
    agent.end();
}

#[test]
fn a_machine_without_room_waits_and_goes_on() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|call| match call {
        // The guest stands still.
        Call::Send(ToGuest::StartApp { .. }) => Some(vec![MachineEvent::DiskFull]),
        Call::GoOn => Some(Vec::new()),
        _ => None,
    });
    let agent = ready(&laboratory, &machines);
    laboratory.set("[VM]\nTaskTimeout = 8\n");
    let before = starts(&machines).len();
    let opened = agent.request(super::applications::open("writer"));
    let waits = |status: &Status| {
        status.machine.as_ref().is_some_and(|machine| machine.meaning.contains("room on the host's disk"))
    };
    agent.wait_for("a machine that waits", waits);
    // It is tried again; and as it stands still no more, all is well.
    agent.wait_for("a machine that goes on", |status| !waits(status));
    assert_eq!(machines.calls().iter().filter(|call| matches!(call, Call::GoOn)).count(), 1);
    assert!(opened.try_recv().is_err(), "for so long nothing was due");
    assert_eq!(starts(&machines).len(), before);
    assert!(laboratory.diary.numbers().is_empty());
    agent.end();
}

#[test]
fn deadlines_go_with_the_clock_when_it_is_set() {
    let laboratory = Laboratory::new("");
    let guest = set_up(&laboratory);
    let is_silent = AtomicBool::new(true);
    let machines = guest.machines(move |call| match call {
        Call::Start(_) if is_silent.swap(false, Ordering::SeqCst) => Some(vec![MachineEvent::Running]),
        _ => None,
    });
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_power(Power::Starting);
    // The clock is set back by an hour: what was to happen within ten minutes would happen in seventy.
    laboratory.awake_ahead.store(3600, Ordering::SeqCst);
    agent.ask(Request::Refresh).unwrap();
    agent.wait_for_power(Power::Running);
    assert_eq!((starts(&machines).len(), laboratory.diary.numbers()), (2, vec![4040]));
    // And the guest is told the time.
    let told = || {
        let is_told = |call: &Call| matches!(call, Call::Send(ToGuest::Adjust { .. }));
        machines.calls().iter().filter(|call| is_told(call)).count()
    };
    let before = told();
    laboratory.awake_ahead.store(0, Ordering::SeqCst);
    agent.ask(Request::Refresh).unwrap();
    agent.wait_for("a status", |_| true);
    assert_eq!(told(), before + 1);
    agent.end();
}

#[test]
fn a_guest_hears_of_another_level_of_its_log() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|_| None);
    let agent = ready(&laboratory, &machines);
    laboratory.set("[Diagnostics]\nEventLogLevel = 4\n");
    agent.ask(Request::Refresh).unwrap();
    let is_told = || {
        let told = |call: &Call| matches!(call, Call::Send(ToGuest::Adjust { log_level: 4, .. }));
        machines.calls().iter().any(told)
    };
    assert!(is_told());
    agent.end();
}

#[test]
fn what_runs_in_a_machine_that_was_saved_is_known_to_the_next_agent() {
    let laboratory = Laboratory::new("");
    let guest = set_up(&laboratory);
    let machines = guest.machines(|call| match call {
        Call::Send(ToGuest::Welcome { .. }) => Some(vec![
            hello(Phase::Ready),
            said(ToHost::StillRuns { requests: vec![7, 8] }),
            said(ToHost::Apps { apps: vec![app("writer")], more: false }),
            said(ToHost::LoggedOn { user: "alice".to_owned() }),
            said(ToHost::RestartRequired { reason: "a new kernel".to_owned() }),
        ]),
        _ => None,
    });
    // The user puts off what would cost him his work.
    let desk = Desk::new(|question| match question {
        Question::Password { .. } => Some(password(PASSWORD, true)),
        _ => Some(Answer::Later),
    });
    let agent = laboratory.start(machines.clone(), &desk);
    let runs = |status: &Status| status.machine.as_ref().map_or(0, |machine| machine.apps);
    agent.wait_for("two applications", |status| runs(status) == 2);
    agent.wait_for_power(Power::Running);
    assert_eq!((starts(&machines).len(), desk.questions()), (1, vec!["password", "restart"]));
    machines.report(said(ToHost::AppEnded { request: 7 }));
    agent.wait_for("one application", |status| runs(status) == 1);
    assert_eq!(starts(&machines).len(), 1);
    // With the last one nothing is lost any more.
    machines.report(said(ToHost::AppEnded { request: 8 }));
    agent.wait_for("a restart", |_| starts(&machines).len() == 2);
    agent.end();
}

#[test]
fn a_guest_that_has_forgotten_its_setup_is_set_up_anew_when_the_user_says_so() {
    let laboratory = Laboratory::new("");
    let guest = set_up(&laboratory);
    guest.system.lock().unwrap().is_set_up = false;
    let layer = fs::read(laboratory.layer()).unwrap();
    let desk = Desk::new(|question| match question {
        Question::Password { .. } => Some(password(PASSWORD, true)),
        _ => None,
    });
    let machines = guest.machines(|_| None);
    let agent = laboratory.start(machines.clone(), &desk);
    agent.wait_for("a question", |status| status.question.is_some());
    assert_eq!(fs::read(laboratory.layer()).unwrap(), layer);
    assert_eq!(laboratory.diary.numbers(), [3084]);
    agent.ask(Request::Answer { yes: true }).unwrap();
    // With the answers, and without them.
    agent.wait_for("two more starts", |status| {
        status.first_time_setup.as_ref().unwrap().stage == Stage::Ready && starts(&machines).len() == 3
    });
    agent.end();
}

#[test]
fn settings_that_could_never_be_read_are_waited_for() {
    let laboratory = Laboratory::new("");
    let guest = set_up(&laboratory);
    laboratory.set("[VM]\nMultiUserEnabled = ");
    let machines = guest.machines(|_| None);
    let agent = laboratory.start(machines.clone(), &willing());
    let status = agent.wait_for("no machine", is_kept_out);
    assert!(status.kept_out.unwrap().contains("settings.toml") && starts(&machines).is_empty());
    laboratory.set("");
    agent.ask(Request::Refresh).unwrap();
    agent.wait_for_power(Power::Running);
    agent.end();
}

#[test]
fn a_folder_of_the_users_that_is_mounted_late_is_begun_with() {
    let laboratory = Laboratory::new("");
    let guest = set_up(&laboratory);
    let layer = fs::read(laboratory.layer()).unwrap();
    let (folder, mounted) = (laboratory.layer().parent().unwrap().to_owned(), laboratory.path("mounted"));
    fs::rename(&folder, &mounted).unwrap();
    let desk = Desk::new(|question| match question {
        Question::Password { .. } => Some(password(PASSWORD, true)),
        _ => None,
    });
    let agent = laboratory.start(guest.machines(|_| None), &desk);
    agent.wait_for_stage(Stage::Asking);
    fs::remove_dir_all(&folder).unwrap();
    fs::rename(&mounted, &folder).unwrap();
    agent.ask(Request::Answer { yes: true }).unwrap();
    agent.wait_for_power(Power::Running);
    assert_eq!(fs::read(laboratory.layer()).unwrap(), layer);
    agent.end();
}
