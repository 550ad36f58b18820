//! First time setup that goes well.

use medv_host::control::Request;
use medv_host::desktop::{Answer, Question};
use medv_host::fts::Stage;
use medv_host::hypervisor::pretend::Call;
use medv_host::result::SetupResult;
use medv_protocol::{Secret, ToGuest};

use super::{starts, willing};
use crate::desk::{Desk, password};
use crate::guest::{Guest, PASSWORD};
use crate::laboratory::Laboratory;

#[test]
fn each_mode_asks_what_it_has_to_and_ends_with_a_machine_that_is_ready() {
    for (mode, questions, visible) in [
        ("[Fts]\nMode = \"Silent\"\n", &["password"][..], false),
        ("[Fts]\nMode = \"Unattended\"\n", &["start", "password"], false),
        ("[Fts]\nMode = \"Attended\"\n", &["start", "password"], true),
    ] {
        let laboratory = Laboratory::new(mode);
        let (desk, machines) = (willing(), Guest::new().machines(|_| None));
        let agent = laboratory.start(machines.clone(), &desk);
        let status = agent.wait_for_stage(Stage::Ready);
        assert_eq!((desk.questions().as_slice(), status.published), (questions, 2), "{mode}");
        assert_eq!(starts(&machines).iter().map(|spec| spec.visible).collect::<Vec<_>>(), [visible, false]);
        agent.end();
        assert!(desk.was_told("is ready"));
        let results = SetupResult::all(&laboratory.places().monitoring()).unwrap();
        assert_eq!((results.len(), results[0].status_code, results[0].machine.as_str()), (1, 0, "MEDV-1"));
        assert!(!laboratory.has_anywhere(PASSWORD) && !laboratory.diary.text().contains(PASSWORD));
    }
}

#[test]
fn what_was_put_off_starts_when_a_command_says_yes() {
    let laboratory = Laboratory::new("");
    let desk = Desk::new(|question| match question {
        Question::Start { .. } => Some(Answer::Later),
        _ => None,
    });
    let agent = laboratory.start(Guest::new().machines(|_| None), &desk);
    agent.wait_for_stage(Stage::Postponed);
    agent.ask(Request::Answer { yes: true }).unwrap();
    agent.wait_for_stage(Stage::Credentials);
    let wrong_answer = agent.ask(Request::Answer { yes: true }).unwrap_err();
    assert!(wrong_answer.to_string().contains("password"), "{wrong_answer}");
    agent.ask(Request::Password { password: Secret::new(PASSWORD.to_owned()), keep: false }).unwrap();
    agent.wait_for_stage(Stage::Ready);
    agent.end();
}

#[test]
fn a_wrong_password_is_asked_for_again_and_only_one_that_the_guest_took_is_kept() {
    let laboratory =
        Laboratory::new("[Fts]\nMode = \"Silent\"\n[UserExperience]\nCredentialCacheEnabled = 1\n");
    let desk = Desk::new(|question| match question {
        Question::Password { again: false, .. } => Some(password("wrong-horse-3x", true)),
        _ => None,
    });
    let agent = laboratory.start(Guest::new().machines(|_| None), &desk);
    agent.wait_for("another question", |status| {
        status.first_time_setup.as_ref().unwrap().stage == Stage::LoggingOn && status.question.is_some()
    });
    assert_eq!(desk.questions(), ["password", "password again"]);
    assert_eq!(*laboratory.safe.history.lock().unwrap(), [""; 0]);
    agent.ask(Request::Password { password: Secret::new(PASSWORD.to_owned()), keep: true }).unwrap();
    agent.wait_for_stage(Stage::Ready);
    agent.end();
    laboratory.wait_for_vault(Some(PASSWORD));
    assert_eq!(*laboratory.safe.history.lock().unwrap(), [PASSWORD]);
    let log = laboratory.diary.text();
    assert!(!log.contains("horse") && !laboratory.has_anywhere("horse"), "{log}");
}

#[test]
fn a_password_is_forgotten_when_the_user_wants_it_even_if_none_may_be_kept_any_more() {
    let laboratory = Laboratory::new("[UserExperience]\nCredentialCacheEnabled = 0\n");
    *laboratory.safe.kept.lock().unwrap() = Some(PASSWORD.to_owned());
    let agent = laboratory.start(Guest::new().machines(|_| None), &Desk::new(|_| None));
    agent.ask(Request::ForgetPassword).unwrap();
    laboratory.wait_for_vault(None);
    agent.end();
}

#[test]
fn the_guest_is_told_of_groups_and_logs() {
    let laboratory = Laboratory::new(
        "[Fts]\nMode = \"Silent\"\nAddUserToAdminGroupEnabled = 1\nLogFilePaths = [\"/var/log/a\", \"/b\"]\n",
    );
    let machines = Guest::new().machines(|_| None);
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_stage(Stage::Ready);
    agent.end();
    let is_told = |call: &Call| {
        matches!(call, Call::Send(ToGuest::RunSetup { user, administrator: true, log_paths, .. })
            if user == "alice" && *log_paths == ["/var/log/a", "/b"])
    };
    assert!(machines.calls().iter().any(is_told));
}
