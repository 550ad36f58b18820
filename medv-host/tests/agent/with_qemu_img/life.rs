//! The life of a machine that is ready.

use std::fs;
use std::sync::Arc;

use medv_codec::{Error, Result};
use medv_host::control::{Request, StopHow};
use medv_host::desktop::{Answer, Question};
use medv_host::hypervisor::pretend::{Call, Pretend};
use medv_host::hypervisor::{End, Hypervisor, Machine, MachineEvent, MachineSpec, Report};
use medv_host::layer;
use medv_host::life::Power;
use medv_host::wakeup::Hindrance;
use medv_protocol::{ToGuest, ToHost};

use super::applications::{open, started};
use super::{ready, set_up, starts, willing};
use crate::desk::{Desk, password};
use crate::guest::{Guest, PASSWORD, said};
use crate::laboratory::Laboratory;

const WHEN_NEEDED: &str = "[UserExperience]\nLogonStartEnabled = 0\n";

/// Whether a call closes the machine.
type IsClosing = fn(&Call) -> bool;

#[test]
fn the_end_of_the_session_closes_the_machine_as_the_settings_say() {
    let cases: [(&'static str, IsClosing); 3] = [
        ("[VM]\nCloseAction = \"HIBERNATE\"\n", |call| matches!(call, Call::Save(_))),
        ("[VM]\nCloseAction = \"SHUTDOWN\"\n", |call| *call == Call::Send(ToGuest::ShutDown)),
        ("[VM]\nCloseAction = \"TURN-OFF\"\n", |call| *call == Call::TurnOff),
    ];
    for (settings, is_closing) in cases {
        let laboratory = Laboratory::new(settings);
        let machines = Guest::new().machines(|_| None);
        ready(&laboratory, &machines).end();
        assert!(machines.calls().last().is_some_and(is_closing), "{settings}: {:?}", machines.calls().last());
    }
}

#[test]
fn a_machine_that_cannot_be_saved_is_shut_down() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|call| match call {
        Call::Save(_) => Some(vec![MachineEvent::NotSaved("the disk is full".to_owned())]),
        _ => None,
    });
    let agent = ready(&laboratory, &machines);
    agent.ask(Request::Stop { how: Some(StopHow::Save) }).unwrap();
    agent.wait_for_power(Power::Off);
    assert_eq!(laboratory.diary.numbers(), [4022]);
    agent.end();
}

#[test]
fn a_machine_that_dies_is_started_again_three_times() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|_| None);
    let desk = willing();
    let agent = laboratory.start(machines.clone(), &desk);
    agent.wait_for_power(Power::Running);
    for _ in 0..3 {
        assert!(!desk.was_told("cannot be started"));
        machines.report(MachineEvent::Ended(End::Died("out of memory".to_owned())));
        agent.wait_for_power(Power::Running);
    }
    machines.report(MachineEvent::Ended(End::Died("out of memory".to_owned())));
    agent.wait_for_power(Power::Off);
    assert!(desk.was_told("cannot be started"));
    // Two of them were first time setup's.
    assert_eq!(starts(&machines).len(), 2 + 3);
    agent.end();
}

#[test]
fn a_restart_waits_for_the_user_only_while_an_application_runs() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|_| None);
    let desk = Desk::new(|question| match question {
        Question::Password { .. } => Some(password(PASSWORD, false)),
        Question::Restart { .. } => None,
        _ => Some(Answer::Yes),
    });
    let agent = laboratory.start(machines.clone(), &desk);
    agent.wait_for_power(Power::Running);
    let wanted = || said(ToHost::RestartRequired { reason: "an update".to_owned() });
    let runs_again = |machines: &Pretend, count| {
        agent.wait_for_power(Power::Running);
        assert_eq!(starts(machines).len(), count);
    };
    machines.report(wanted());
    runs_again(&machines, 3);

    agent.ask(open("writer")).unwrap();
    machines.report(wanted());
    agent.wait_for("the question", |status| status.question.is_some());
    assert_eq!(desk.questions().last(), Some(&"restart"));
    agent.ask(Request::Answer { yes: false }).unwrap();
    assert_eq!(starts(&machines).len(), 3);
    // The user was done before he was asked again.
    machines.report(said(ToHost::AppEnded { request: started(&machines)[0] }));
    runs_again(&machines, 4);

    agent.ask(open("writer")).unwrap();
    machines.report(wanted());
    agent.wait_for("the question", |status| status.question.is_some());
    agent.ask(Request::Answer { yes: true }).unwrap();
    runs_again(&machines, 5);
    agent.end();
}

#[test]
fn a_machine_is_woken_up_for_updates_unless_something_is_in_the_way() {
    let mut laboratory = Laboratory::new(WHEN_NEEDED);
    let guest = set_up(&laboratory);
    for (hindrance, noted, woken) in [
        (Some(Hindrance::OnBattery), &[11003][..], 0),
        (Some(Hindrance::NoNetwork), &[11002], 0),
        (None, &[], 1),
    ] {
        laboratory.hindrance = hindrance;
        laboratory.diary.0.lock().unwrap().clear();
        let (machines, desk) = (guest.machines(|_| None), willing());
        let agent = laboratory.start(machines.clone(), &desk);
        agent.wait_for_power(Power::Off);
        assert_eq!(agent.ask(Request::WakeUp { minutes: 0 }).is_ok(), hindrance.is_none());
        agent.wait_for_power(Power::Off);
        assert_eq!((starts(&machines).len(), desk.questions()), (woken, Vec::new()), "nobody is logged on");
        assert_eq!(laboratory.diary.numbers(), noted);
        agent.end();
    }
}

/// Machines that cannot be woken up.
struct Forgetful(Pretend);

impl Hypervisor for Forgetful {
    fn describe(&self) -> String {
        self.0.describe()
    }

    fn start(&self, spec: &MachineSpec, report: Report) -> Result<Box<dyn Machine>> {
        match spec.saved {
            Some(_) => Err(Error::usage("the state is of another version")),
            None => self.0.start(spec, report),
        }
    }
}

#[test]
fn a_state_that_cannot_be_used_is_never_used_later() {
    let laboratory = Laboratory::new("");
    let guest = Guest::new();
    ready(&laboratory, &guest.machines(|_| None)).end();
    let saved = layer::saved_state(&laboratory.layer());
    assert!(saved.exists());
    let agent = laboratory.start(Forgetful(guest.machines(|_| None)), &willing());
    agent.wait_for_power(Power::Running);
    assert!(!saved.exists(), "its disk changes from now on");
    agent.end();
}

/// A host on which nothing starts.
struct Broken;

impl Hypervisor for Broken {
    fn describe(&self) -> String {
        "broken".to_owned()
    }

    fn start(&self, _: &MachineSpec, _: Report) -> Result<Box<dyn Machine>> {
        Err(Error::usage("there is no bridge"))
    }
}

#[test]
fn a_state_stays_where_nothing_can_be_started() {
    let laboratory = Laboratory::new("");
    let guest = Guest::new();
    ready(&laboratory, &guest.machines(|_| None)).end();
    let saved = layer::saved_state(&laboratory.layer());
    let state = fs::read(&saved).unwrap();
    let agent = laboratory.start(Broken, &willing());
    agent.wait_for("an attempt", |_| laboratory.diary.text().contains("there is no bridge"));
    agent.wait_for_power(Power::Saved);
    agent.end();
    assert_eq!(fs::read(&saved).unwrap(), state);
}

#[test]
fn a_state_that_a_killed_agent_has_set_aside_never_comes_back() {
    let laboratory = Laboratory::new("");
    drop(set_up(&laboratory));
    let aside = laboratory.layer().with_extension("saved.unused");
    fs::write(&aside, "of another time").unwrap();
    let agent = laboratory.start(Broken, &willing());
    agent.wait_for("an attempt", |_| laboratory.diary.text().contains("there is no bridge"));
    agent.wait_for_power(Power::Off);
    agent.end();
    assert!(!aside.exists() && !layer::saved_state(&laboratory.layer()).exists());
}

#[test]
fn a_kept_password_is_forgotten_when_the_guest_refuses_it() {
    let laboratory =
        Laboratory::new("[UserExperience]\nCredentialCacheEnabled = 1\n[VM]\nCloseAction = \"SHUTDOWN\"\n");
    let guest = Guest::new();
    ready(&laboratory, &guest.machines(|_| None)).end();
    laboratory.wait_for_vault(Some(PASSWORD));
    let desk = Desk::new(|_| None);
    let agent = laboratory.start(guest.machines(|_| None), &desk);
    agent.wait_for_power(Power::Running);
    assert!(desk.questions().is_empty());
    agent.end();

    guest.system.lock().unwrap().password = "another-horse-7q".to_owned();
    let agent = laboratory.start(guest.machines(|_| None), &desk);
    agent.wait_for("the question", |status| status.question.is_some());
    laboratory.wait_for_vault(None);
    assert_eq!(desk.questions(), ["password again"]);
    agent.end();
    assert!(!laboratory.diary.text().contains("horse") && !laboratory.has_anywhere("horse"));
}

#[test]
fn a_kept_password_stays_when_the_guest_refuses_the_user_for_another_reason() {
    let laboratory = Laboratory::new("[UserExperience]\nCredentialCacheEnabled = 1\n");
    let guest = Guest::new();
    ready(&laboratory, &guest.machines(|_| None)).end();
    laboratory.wait_for_vault(Some(PASSWORD));
    let locked = |call: &Call| match call {
        Call::Send(ToGuest::LogOn { request, .. }) => {
            let error = Some("the account is locked".to_owned());
            Some(vec![said(ToHost::Done { request: *request, error, wrong_password: false })])
        }
        _ => None,
    };
    let desk = Desk::new(|_| None);
    let agent = laboratory.start(guest.machines(locked), &desk);
    agent.wait_for("the question", |status| status.question.is_some());
    assert_eq!(desk.questions(), ["password"]);
    assert!(desk.was_told("does not log you on"));
    agent.end();
    laboratory.wait_for_vault(Some(PASSWORD));
}

#[test]
fn several_watchers_hear_of_every_change() {
    let laboratory = Laboratory::new("");
    let agent = ready(&laboratory, &Guest::new().machines(|_| None));
    let watchers: Vec<_> = (0..3).map(|_| agent.request(Request::Status { watch: true })).collect();
    // One that goes does the others no harm.
    drop(agent.request(Request::Status { watch: true }));
    agent.ask(Request::Stop { how: Some(StopHow::TurnOff) }).unwrap();
    agent.wait_for_power(Power::Off);
    let heard: Vec<Vec<_>> = watchers.iter().map(|watcher| watcher.try_iter().collect()).collect();
    assert!(heard[0].len() > 1 && heard.iter().all(|replies| *replies == heard[0]), "{heard:#?}");
    agent.end();
}

#[test]
fn a_machine_that_is_not_ready_any_more_is_set_up_anew() {
    let laboratory = Laboratory::new("");
    let guest = Guest::new();
    let system = Arc::clone(&guest.system);
    ready(&laboratory, &guest.machines(|_| None)).end();
    fs::remove_file(layer::saved_state(&laboratory.layer())).unwrap();
    system.lock().unwrap().is_set_up = false;
    let agent = laboratory.start(guest.machines(|_| None), &willing());
    agent.wait_for("a new setup", |status| status.published == 2 && system.lock().unwrap().is_set_up);
    assert_eq!(laboratory.diary.numbers(), [3084]);
    agent.end();
}
