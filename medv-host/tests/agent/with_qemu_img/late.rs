//! What was asked for comes when it is not wanted any more.

use medv_host::control::Request;
use medv_host::fts::Stage;
use medv_host::hypervisor::pretend::Call;
use medv_protocol::ToGuest;

use super::willing;
use crate::desk::Safe;
use crate::guest::{Guest, PASSWORD};
use crate::laboratory::Laboratory;

#[test]
fn a_vault_that_answers_too_late_does_not_answer_for_the_next_look() {
    let laboratory = Laboratory::new("[UserExperience]\nCredentialCacheEnabled = 1\n");
    let (first, second) = (laboratory.safe.late(), laboratory.safe.late());
    let machines = Guest::new().machines(|_| None);
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_stage(Stage::Credentials);
    agent.ask(Request::Reset).unwrap();
    laboratory.wait_until(Safe::is_looked_into);
    first.send("another-horse-7q").unwrap();
    second.send(PASSWORD).unwrap();
    agent.wait_for_stage(Stage::Ready);
    agent.end();
    let calls = machines.calls();
    let given = calls.iter().filter_map(|call| match call {
        Call::Send(ToGuest::LogOn { password, .. }) => Some(password.reveal()),
        _ => None,
    });
    assert_eq!(given.collect::<Vec<_>>(), [PASSWORD]);
}
