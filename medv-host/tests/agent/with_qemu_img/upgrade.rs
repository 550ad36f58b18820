//! Guest agents of another version, and guest agents that begin anew.

use medv_host::control::{Reply, Request, StopHow};
use medv_host::hypervisor::MachineEvent;
use medv_host::hypervisor::pretend::{Call, Pretend};
use medv_host::life::Power;
use medv_protocol::{ToGuest, ToHost, from_base64};

use super::applications::open;
use super::{ready, set_up, willing};
use crate::guest::{Guest, VERSION, said};
use crate::laboratory::{Laboratory, last};

/// A guest that is set up, and off, with an agent of an older version.
fn older(laboratory: &Laboratory) -> Guest {
    let guest = set_up(laboratory);
    guest.system.lock().unwrap().agent = "0.0.1";
    guest
}

/// The programs that were sent, and how often the user was logged on before the last piece of them.
fn sent(machines: &Pretend) -> (Vec<(String, Vec<u8>)>, usize) {
    let (mut programs, mut logged_on, mut before): (Vec<(String, Vec<u8>)>, _, _) = (Vec::new(), 0, 0);
    let mut request = None;
    for call in machines.calls() {
        match call {
            Call::Send(ToGuest::Upgrade { request: number, program, base64, last }) => {
                if request != Some(number) {
                    programs.push((program, Vec::new()));
                }
                request = (!last).then_some(number);
                programs.last_mut().unwrap().1.extend(from_base64(&base64).unwrap());
                before = logged_on;
            }
            Call::Send(ToGuest::LogOn { .. }) => logged_on += 1,
            _ => {}
        }
    }
    (programs, before)
}

#[test]
fn an_older_agent_is_replaced_before_the_user_is_logged_on() {
    let laboratory = Laboratory::new("");
    let programs = laboratory.has_guest_programs().map(|(name, bytes)| (name.to_owned(), bytes));
    let machines = older(&laboratory).machines(|_| None);
    let agent = laboratory.start(machines.clone(), &willing());
    let status = agent.wait_for_power(Power::Running);
    assert_eq!((sent(&machines), status.published), ((programs.to_vec(), 0), 2));
    assert_eq!(agent.ask(open("writer")).unwrap(), Reply::Done);
    agent.end();
    assert!(laboratory.diary.text().contains(&format!("upgraded from 0.0.1 to {VERSION}")));
}

/// Runs a machine that answers to the pieces of its agent's next version in this way, and starts it a second time. The user can
/// work with it, and the programs were sent once.
fn is_tried_once(settings: &'static str, answer: fn(u64) -> Vec<MachineEvent>) -> String {
    let laboratory = Laboratory::new(settings);
    laboratory.has_guest_programs();
    let machines = older(&laboratory).machines(move |call| match call {
        Call::Send(ToGuest::Upgrade { request, program, last: true, .. }) if program == "medv-guest" => {
            Some(answer(*request))
        }
        _ => None,
    });
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_power(Power::Running);
    assert_eq!(agent.ask(open("writer")).unwrap(), Reply::Done);
    agent.ask(Request::Stop { how: Some(StopHow::ShutDown) }).unwrap();
    agent.wait_for_power(Power::Off);
    agent.ask(Request::Start).unwrap();
    agent.wait_for_power(Power::Running);
    agent.end();
    assert_eq!(sent(&machines).0.len(), 2, "{:?}", sent(&machines).0);
    laboratory.diary.text()
}

#[test]
fn an_upgrade_that_fails_is_not_tried_at_each_hello() {
    let log = is_tried_once("", |request| {
        vec![said(ToHost::Done {
            request,
            error: Some("the disk is full".to_owned()),
            wrong_password: false,
        })]
    });
    assert!(log.contains("could not be upgraded: the disk is full"), "{log}");
}

#[test]
fn an_upgrade_that_changes_nothing_is_not_tried_at_each_hello() {
    // What the host has is of another version than the host.
    let log = is_tried_once("", |request| {
        let done = said(ToHost::Done { request, error: None, wrong_password: false });
        vec![done, MachineEvent::AgentConnected(false), MachineEvent::AgentConnected(true)]
    });
    assert!(log.contains("is of version 0.0.1 still"), "{log}");
}

#[test]
fn an_upgrade_that_takes_too_long_is_given_up() {
    let log = is_tried_once("[Fts]\nUpgradeTimeout = 0\n", |_| Vec::new());
    assert!(log.contains("took longer than 0 s (UpgradeTimeout)"), "{log}");
}

#[test]
fn a_host_without_the_programs_works_with_the_agent_that_is_there() {
    let laboratory = Laboratory::new("");
    let machines = older(&laboratory).machines(|_| None);
    let agent = laboratory.start(machines, &willing());
    agent.wait_for_power(Power::Running);
    agent.end();
    assert!(laboratory.diary.text().contains("cannot read a program of the guest agent"));
}

#[test]
fn an_agent_that_begins_anew_has_the_user_logged_on_again() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|call| match call {
        // It ends before it answers.
        Call::Send(ToGuest::OpenUrl { .. }) => Some([false, true].map(MachineEvent::AgentConnected).to_vec()),
        _ => None,
    });
    laboratory.set("[UserExperience]\nRedirectUrls = [\"https://intranet.example\"]\n");
    let agent = ready(&laboratory, &machines);
    let waiting = agent.request(Request::Open { url: "https://intranet.example/".to_owned() });
    let error = last(&waiting).unwrap_err();
    assert!(error.to_string().contains("has ended"), "{error}");
    let logged_on = |call: &&Call| matches!(call, Call::Send(ToGuest::LogOn { .. }));
    agent.wait_for("another logon", |_| machines.calls().iter().filter(logged_on).count() == 2);
    assert_eq!(agent.ask(open("writer")).unwrap(), Reply::Done);
    assert_eq!(agent.wait_for_power(Power::Running).published, 2);
    agent.end();
}
