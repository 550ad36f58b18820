//! What documents show as printed by `medv-host`: the program prints it, of an agent that only says how it is.
#![cfg(unix)]

use std::path::Path;

use medv_host::control::{self, EventDetail, FtsDetail, Reply, Request, Status};
use medv_host::fts::Stage;
use medv_host::moment::Moment;
use medv_host::places::Places;
use medv_host::result::SetupResult;

use crate::own_host::{command, of_the_agent};

/// What `medv-host ARGUMENT` prints on a host in this folder.
fn printed(host: &Path, argument: &str) -> String {
    let done = command(host, argument).output().expect("it can be started");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("text")
}

/// The page shows the command, and this behind it.
fn must_be_shown(page: &str, argument: &str, printed: &str) {
    let path = crate::docs().join(page);
    let page = crate::read(&path);
    let begin = format!("```console\n$ medv-host {argument}\n");
    let (before, rest) = page.split_once(&begin).expect("the command is on the page");
    let (_, after) = rest.split_once("```").expect("the block ends");
    crate::must_hold(&path, &format!("{before}{begin}{printed}```{after}"));
}

#[test]
fn the_status_while_first_time_setup_runs() {
    let host = tempfile::tempdir().expect("a folder");
    let socket = of_the_agent(host.path(), Places::socket);
    let stage = Stage::Commands;
    let status = Status {
        workspace: Some("Office".to_owned()),
        version: Some("1.0.0".to_owned()),
        hypervisor: "QEMU 10.0.2, software emulation".to_owned(),
        first_time_setup: Some(FtsDetail {
            stage,
            meaning: stage.meaning().to_owned(),
            task: Some("20-licence (2 of 2)".to_owned()),
            attempt: 1,
            attempts: 4,
            deadline: None,
            failure: None,
        }),
        last_event: Some(EventDetail {
            time: Moment(0),
            id: None,
            level: 3,
            text: "the command 10-greet of first time setup has ended with exit code 0".to_owned(),
        }),
        ..Status::default()
    };
    let _conversations = control::serve(&socket, move |request, caller| {
        if matches!(request, Request::Status { .. }) {
            caller.hears(Reply::Status { status: Box::new(status.clone()) });
            caller.answer(Reply::Done);
        }
    })
    .expect("a socket");
    must_be_shown("agents.md", "status", &printed(host.path(), "status"));
}

#[test]
fn the_results_of_two_users() {
    let host = tempfile::tempdir().expect("a folder");
    let folder = host.path().join("var/lib/medv/monitoring");
    std::fs::create_dir_all(&folder).expect("a folder");
    for (user, machine, status_code, time) in
        [("alice", "MEDV-4QZ81LTB2A", 0, 1_795_611_917), ("bob", "MEDV-XK2PP0V9SU", 3071, 1_795_617_602)]
    {
        let (user, machine) = (user.to_owned(), machine.to_owned());
        SetupResult { user, machine, status_code, time: Moment(time) }.keep(&folder).expect("a file");
    }
    must_be_shown("first-time-setup.md", "results", &printed(host.path(), "results"));
}
