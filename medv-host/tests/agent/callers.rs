//! Callers, when there is no machine yet.

use medv_host::agent::Message;
use medv_host::control::{self, Client, Reply, Request, Status};
use medv_host::fts::Stage;
use medv_host::hypervisor::pretend::Pretend;

use super::desk::Desk;
use super::guest::Guest;
use super::laboratory::Laboratory;

fn machines() -> Pretend {
    Guest::new().machines(|_| None)
}

fn silent() -> Desk {
    Desk::new(|_| None)
}

#[test]
fn the_agent_is_spoken_to_through_its_socket() {
    let laboratory = Laboratory::new("");
    let agent = laboratory.start(machines(), &silent());
    let socket = laboratory.places().socket();
    let send = |request: &Request| Client::send(&socket, request).unwrap();
    assert!(send(&Request::Refresh).is_none(), "nobody listens");
    let outbox = agent.outbox.clone();
    control::serve(&socket, move |request, caller| _ = outbox.send(Message::Request(request, caller)))
        .unwrap();

    let mut watcher = send(&Request::Status { watch: true }).unwrap();
    let mut stage = || match watcher.hear().unwrap() {
        Reply::Status { status } => status.first_time_setup.map(|detail| detail.stage),
        other => panic!("{other:?}"),
    };
    assert_eq!(stage(), Some(Stage::Asking));
    assert_eq!(send(&Request::Answer { yes: false }).unwrap().last(|_| {}).unwrap(), Reply::Done);
    assert_eq!(stage(), Some(Stage::Postponed));
    let error = send(&Request::Restart).unwrap().last(|_| {}).unwrap_err();
    assert!(error.to_string().contains("first time setup is not done"), "{error}");

    // Whoever ends it hears that it has ended.
    assert_eq!(send(&Request::End).unwrap().last(|_| {}).unwrap(), Reply::Done);
    assert!(watcher.hear().is_err() || watcher.hear().is_err());
}

#[test]
fn without_a_workspace_there_is_nothing_to_do() {
    let laboratory = Laboratory::new("");
    laboratory.uninstall();
    let agent = laboratory.start(machines(), &silent());
    let expected = Status { hypervisor: "pretended machines".to_owned(), ..Status::default() };
    assert_eq!(agent.wait_for("nothing", |_| true), expected);
    for request in [Request::Start, Request::Stop { how: None }, Request::Apps, Request::Reset, Request::Show]
    {
        assert!(agent.ask(request.clone()).is_err(), "{request:?}");
    }
    laboratory.install(&"2e".repeat(32));
    agent.ask(Request::Refresh).unwrap();
    agent.wait_for_stage(Stage::Asking);
    agent.end();
}

#[test]
fn a_shared_machine_is_the_first_users_until_he_goes() {
    let laboratory = Laboratory::new("[VM]\nMultiUserEnabled = 1\n");
    let first = laboratory.start_for("alice", machines(), &silent());
    first.wait_for_stage(Stage::Asking);
    let desk = silent();
    let second = laboratory.start_for("bob", machines(), &desk);
    let status = second.wait_for("no workspace", |status| status.workspace.is_none());
    assert!(status.kept_out.is_some_and(|why| why.contains("another user")));
    assert!(desk.was_told("in use") && desk.questions().is_empty());
    let error = second.ask(Request::Start).unwrap_err();
    assert!(error.to_string().contains("another user"), "{error}");
    // It was said.
    second.ask(Request::Refresh).unwrap();
    assert_eq!(desk.told.lock().unwrap().len(), 1);
    first.end();
    laboratory.wait_for_shared_machine();
    second.ask(Request::Refresh).unwrap();
    let status = second.wait_for_stage(Stage::Asking);
    assert_eq!(status.kept_out, None);
    second.end();
}
