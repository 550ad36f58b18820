//! An agent that is killed, and the next one: what becomes of the applications that it had started.

use std::fs;
use std::time::Duration;

use medv_protocol::{AppId, ToGuest, ToHost};
use serde_json::Value;

use crate::guest::{Guest, Host, PASSWORD};

/// What the next agent reads.
const RUNNING: &str = "var/lib/medv-guest/running.json";

const NONE: [u64; 0] = [];

/// A guest with an application that runs until it may end, or its folder has gone.
fn guest() -> Guest {
    let guest = Guest::new();
    guest.is_set_up();
    let (pid, end) = (guest.path("pid"), guest.path("end"));
    let script = format!(
        "echo $$ >{0}.part; mv {0}.part {0}; until [ -e {1} ] || [ ! -e {0} ]; do sleep 0.02; done",
        pid.display(),
        end.display()
    );
    guest.script("opt/app", &script);
    guest.app("app.desktop", "App", &guest.path("opt/app").display().to_string());
    guest
}

/// An agent that has started the application, by request 7.
fn started() -> (Guest, Host) {
    let mut guest = guest();
    let (mut host, _) = guest.start_greeted();
    start(&mut host, 7);
    until(|| guest.path("pid").exists());
    (guest, host)
}

fn start(host: &mut Host, request: u64) {
    assert_eq!(host.log_on(request - 1, PASSWORD), None);
    host.say(&ToGuest::StartApp { request, id: AppId("app.desktop".into()) });
    assert_eq!(host.answer(request), None);
}

/// The application ends. It is nobody's child whom the test knows, and may be a zombie for a while.
fn end(guest: &Guest) {
    let stat = format!("/proc/{}/stat", guest.read("pid").trim());
    guest.write("end", "");
    until(|| fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z ")));
}

fn until(holds: impl Fn() -> bool) {
    while !holds() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The requests whose applications have ended, among all that is said up to the answer of this request.
fn ended_before(host: &mut Host, request: u64) -> Vec<u64> {
    host.say(&ToGuest::SendLog { request });
    let mut ended = Vec::new();
    host.wait_for(|said| match said {
        ToHost::AppEnded { request } => {
            ended.push(request);
            None
        }
        ToHost::Done { request: answered, .. } => (answered == request).then_some(()),
        _ => None,
    });
    ended
}

fn ended(host: &mut Host) -> u64 {
    host.wait_for(|said| if let ToHost::AppEnded { request } = said { Some(request) } else { None })
}

fn programs(guest: &Guest) -> usize {
    let running: Value = serde_json::from_str(&guest.read(RUNNING)).unwrap();
    running["programs"].as_array().unwrap().len()
}

#[test]
fn the_next_agent_tells_the_end_of_what_runs() {
    let (mut guest, _) = started();
    // However often it is killed.
    for _ in 0..2 {
        guest.kill();
        let (mut host, _) = guest.start_greeted();
        let runs = |said| if let ToHost::StillRuns { requests } = said { Some(requests) } else { None };
        assert_eq!(host.wait_for(runs), [7]);
        assert_eq!(ended_before(&mut host, 1), NONE);
    }
    guest.kill();
    let (mut host, _) = guest.start_greeted();
    end(&guest);
    assert_eq!(ended(&mut host), 7);
    until(|| programs(&guest) == 0);
    // Once is enough.
    guest.kill();
    let (mut host, _) = guest.start_greeted();
    assert_eq!(ended_before(&mut host, 1), NONE);
}

#[test]
fn the_next_agent_tells_the_end_that_nobody_has_seen() {
    let (mut guest, _) = started();
    guest.kill();
    end(&guest);
    let (mut host, _) = guest.start_greeted();
    assert_eq!(ended(&mut host), 7);
}

#[test]
fn the_next_agent_tells_the_end_that_no_host_has_heard_of() {
    let (mut guest, host) = started();
    drop(host);
    // It has seen it, perhaps, but there was nobody to tell.
    let silent = guest.host();
    end(&guest);
    guest.kill();
    drop(silent);
    let (mut host, _) = guest.start_greeted();
    assert_eq!(ended(&mut host), 7);
}

#[test]
fn in_another_boot_nothing_runs_and_nothing_is_told() {
    let (mut guest, _) = started();
    guest.kill();
    guest.boots(2);
    let (mut host, _) = guest.start_greeted();
    end(&guest);
    assert_eq!(ended_before(&mut host, 1), NONE);
}

#[test]
fn a_process_that_has_got_the_number_of_an_application_is_none() {
    let (mut guest, _) = started();
    guest.kill();
    let mut running: Value = serde_json::from_str(&guest.read(RUNNING)).unwrap();
    let began = &mut running["programs"][0]["began"];
    *began = (began.as_u64().unwrap() - 1).into();
    guest.write(RUNNING, &running.to_string());
    let (mut host, _) = guest.start_greeted();
    assert_eq!(ended(&mut host), 7);
    end(&guest);
}

#[test]
fn a_faulty_list_of_what_runs_is_no_hindrance() {
    let mut guest = guest();
    guest.write(RUNNING, r#"{"boot":1,"programs":[{"request":7}]}"#);
    let (mut host, _) = guest.start_greeted();
    start(&mut host, 3);
    until(|| guest.path("pid").exists());
    assert_eq!(programs(&guest), 1);
    end(&guest);
    assert_eq!(ended(&mut host), 3);
    assert!(guest.read("var/log/medv/medv-guest.log").contains(" warning which programs run"));
}
