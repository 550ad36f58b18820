//! A machine that all users share: one after the other has it.

use medv_host::control::{Request, StopHow};
use medv_host::hypervisor::pretend::{Call, Pretend};
use medv_host::life::Power;
use medv_protocol::{NewAccount, Phase, ToGuest, ToHost};

use super::{ready, starts, willing};
use crate::desk::{Desk, password};
use crate::guest::{Guest, PASSWORD, hello, said};
use crate::laboratory::{Laboratory, NAME};

const SHARED: &str = "[VM]\nMultiUserEnabled = 1\n";

/// How often first time setup has run in the guest.
pub(super) fn setups(machines: &Pretend) -> usize {
    machines.calls().iter().filter(|call| matches!(call, Call::Send(ToGuest::RunSetup { .. }))).count()
}

/// Who was to be logged on, and what of an account.
fn log_ons(machines: &Pretend) -> Vec<(String, Option<NewAccount>)> {
    let log_on = |call| match call {
        Call::Send(ToGuest::LogOn { user, new_account, .. }) => Some((user, new_account)),
        _ => None,
    };
    machines.calls().into_iter().filter_map(log_on).collect()
}

/// A user with a password of his own.
pub(super) fn with_password(own: &'static str) -> Desk {
    Desk::new(move |_| Some(password(own, false)))
}

#[test]
fn the_next_user_gets_an_account_in_the_machine_that_is_there() {
    let laboratory = Laboratory::new(SHARED);
    let guest = Guest::new();
    let machines = guest.machines(|_| None);
    let alice = ready(&laboratory, &machines);
    alice.wait_for_power(Power::Running);
    alice.end();
    laboratory.wait_for_shared_machine();
    // Saved, her desktop would be on the screen.
    assert_eq!(machines.calls().last(), Some(&Call::Send(ToGuest::ShutDown)));

    let (machines, desk) = (guest.machines(|_| None), with_password("battery-staple"));
    let bob = laboratory.start_for("bob", machines.clone(), &desk);
    bob.wait_for_power(Power::Running);
    bob.end();
    laboratory.wait_for_shared_machine();
    assert_eq!((setups(&machines), desk.questions()), (0, vec!["password"]));
    let layer = laboratory.places().layer(NAME, true);
    assert_eq!(starts(&machines).iter().map(|spec| &spec.layer).collect::<Vec<_>>(), [&layer]);
    assert_eq!(log_ons(&machines), [("bob".to_owned(), Some(NewAccount { administrator: false }))]);
    let accounts = guest.system.lock().unwrap().accounts.clone();
    assert_eq!(accounts, [("bob".to_owned(), "battery-staple".to_owned())]);

    // It is hers as it was, and nobody else's password opens it.
    let (machines, desk) = (guest.machines(|_| None), willing());
    let alice = laboratory.start(machines.clone(), &desk);
    alice.wait_for_power(Power::Running);
    alice.end();
    laboratory.wait_for_shared_machine();
    assert_eq!((setups(&machines), desk.questions()), (0, vec!["password"]));
    assert!(laboratory.diary.numbers().is_empty(), "{}", laboratory.diary.text());
}

#[test]
fn who_was_logged_on_when_the_machine_was_saved_is_not_the_next_user() {
    let laboratory = Laboratory::new("[VM]\nMultiUserEnabled = 1\n[Fts]\nAddUserToAdminGroupEnabled = 1\n");
    let guest = Guest::new();
    let alice = ready(&laboratory, &guest.machines(|_| None));
    alice.wait_for_power(Power::Running);
    alice.ask(Request::Stop { how: Some(StopHow::Save) }).unwrap();
    alice.wait_for_power(Power::Saved);
    alice.end();
    laboratory.wait_for_shared_machine();

    let machines = guest.machines(|call| match call {
        Call::Send(ToGuest::Welcome { .. }) => {
            Some(vec![hello(Phase::Ready), said(ToHost::LoggedOn { user: "alice".to_owned() })])
        }
        _ => None,
    });
    let bob = laboratory.start_for("bob", machines.clone(), &Desk::new(|_| None));
    bob.wait_for("the question", |status| status.question.is_some());
    let status = bob.wait_for_power(Power::LoggingOn);
    assert_eq!(status.machine.unwrap().apps, 0);
    assert!(log_ons(&machines).is_empty());
    let own = medv_protocol::Secret::new("battery-staple".to_owned());
    bob.ask(Request::Password { password: own, keep: false }).unwrap();
    bob.wait_for_power(Power::Running);
    assert_eq!(log_ons(&machines), [("bob".to_owned(), Some(NewAccount { administrator: true }))]);
    bob.end();
    laboratory.wait_for_shared_machine();
}

#[test]
fn without_sharing_no_account_is_made() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|_| None);
    let alice = ready(&laboratory, &machines);
    alice.wait_for_power(Power::Running);
    alice.end();
    laboratory.wait_for_shared_machine();
    assert!(!log_ons(&machines).is_empty());
    assert!(log_ons(&machines).iter().all(|(_, new_account)| new_account.is_none()));
}

#[test]
fn a_link_in_the_shared_folder_is_not_followed() {
    let laboratory = Laboratory::new(SHARED);
    let precious = laboratory.path("precious");
    std::fs::write(&precious, PASSWORD).unwrap();
    let (layer, progress) = (laboratory.places().layer(NAME, true), laboratory.places().progress(NAME, true));
    for planted in [&layer, &progress] {
        std::os::unix::fs::symlink(&precious, planted).unwrap();
        let desk = willing();
        let alice = laboratory.start(Guest::new().machines(|_| None), &desk);
        let status = alice.wait_for("no workspace", |status| status.workspace.is_none());
        let why = status.kept_out.unwrap();
        assert!(why.contains(planted.to_str().unwrap()), "{why}");
        assert!(desk.was_told("cannot be used") && desk.questions().is_empty());
        alice.end();
        laboratory.wait_for_shared_machine();
        std::fs::remove_file(planted).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&precious).unwrap(), PASSWORD);
}

#[test]
fn a_machine_that_becomes_one_for_all_is_another_one() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|_| None);
    let agent = ready(&laboratory, &machines);
    agent.wait_for_power(Power::Running);
    laboratory.set(SHARED);
    agent.ask(Request::Refresh).unwrap();
    let is_second = |call: &Call| matches!(call, Call::Start(spec) if spec.layer == laboratory.places().layer(NAME, true));
    agent.wait_for("the machine for all", |_| machines.calls().iter().any(is_second));
    agent.wait_for_power(Power::Running);
    // Its own one was shut down first, and is there still.
    let ended = machines.calls().iter().position(|call| *call == Call::Send(ToGuest::ShutDown));
    assert!(ended < machines.calls().iter().position(is_second));
    assert!(laboratory.layer().exists());
    agent.end();
    laboratory.wait_for_shared_machine();
}
