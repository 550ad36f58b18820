//! The guest's applications: in the host's menu, and opened from there.

use std::fs;

use medv_host::agent::Message;
use medv_host::control::{Reply, Request};
use medv_host::hypervisor::MachineEvent;
use medv_host::hypervisor::pretend::{Call, Pretend};
use medv_host::life::Power;
use medv_protocol::{AppId, RequestId, ToGuest, ToHost};

use super::{ready, set_up, starts, willing};
use crate::guest::{Guest, app, said};
use crate::laboratory::{Laboratory, last};

/// The machine starts when it is needed.
const WHEN_NEEDED: &str = "[UserExperience]\nLogonStartEnabled = 0\n";

pub(super) fn open(name: &str) -> Request {
    Request::App { app: name.to_owned() }
}

/// The numbers of the requests that have started applications.
pub(super) fn started(machines: &Pretend) -> Vec<RequestId> {
    let request = |call| match call {
        Call::Send(ToGuest::StartApp { request, .. }) => Some(request),
        _ => None,
    };
    machines.calls().into_iter().filter_map(request).collect()
}

#[test]
fn the_menu_follows_the_guest_until_it_may_not() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|_| None);
    let agent = ready(&laboratory, &machines);
    let has = |count| agent.wait_for("the menu to follow", |status| status.published == count);
    has(2);
    machines.report(said(ToHost::AppAdded { app: app("painter") }));
    has(3);
    machines.report(said(ToHost::AppRemoved { id: AppId("writer".to_owned()) }));
    has(2);
    assert_eq!(laboratory.menu(), 2);
    laboratory.set("[UserExperience]\nAppPublishingEnabled = 0\n");
    agent.ask(Request::Refresh).unwrap();
    assert_eq!((has(0).published, laboratory.menu()), (0, 0));
    laboratory.set("");
    agent.ask(Request::Refresh).unwrap();
    assert_eq!((has(2).published, laboratory.menu()), (2, 2));
    agent.end();
}

#[test]
fn a_workspace_that_is_uninstalled_takes_its_machine_and_its_menu_along() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|call| match call {
        // It never answers.
        Call::Send(ToGuest::StartApp { .. }) => Some(Vec::new()),
        _ => None,
    });
    let agent = ready(&laboratory, &machines);
    let waiting = agent.request(open("writer"));
    laboratory.uninstall();
    agent.ask(Request::Refresh).unwrap();
    assert!(last(&waiting).is_err());
    let status = agent.wait_for("no workspace", |status| status.workspace.is_none());
    assert_eq!((status.published, laboratory.menu(), status.question), (0, 0, None));
    // Its guest was not cut off.
    assert!(matches!(machines.calls().last(), Some(Call::Send(ToGuest::ShutDown))));
    assert!(agent.ask(Request::Start).unwrap_err().to_string().contains("no workspace"));
    agent.end();
}

#[test]
fn a_newer_version_with_the_same_disk_leaves_the_machine_running() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|_| None);
    let agent = ready(&laboratory, &machines);
    let record = laboratory.path("var/lib/medv/workspace.toml");
    let newer = fs::read_to_string(&record).unwrap().replace("\"1.0\"", "\"1.1\"");
    fs::write(&record, newer).unwrap();
    agent.outbox.send(Message::InstalledChanged).unwrap();
    agent.wait_for("the version", |status| status.version.as_deref() == Some("1.1"));
    agent.wait_for_power(Power::Running);
    assert!(!machines.calls().contains(&Call::Drop));
    agent.end();
}

#[test]
fn a_question_goes_with_its_workspace() {
    let laboratory = Laboratory::new("");
    let agent = laboratory.start(Guest::new().machines(|_| None), &crate::desk::Desk::new(|_| None));
    agent.wait_for("the question", |status| status.question.is_some());
    laboratory.uninstall();
    agent.ask(Request::Refresh).unwrap();
    agent.wait_for("no question", |status| status.question.is_none());
    assert!(agent.ask(Request::Answer { yes: true }).is_err());
    agent.end();
}

#[test]
fn a_click_on_a_machine_that_is_off_starts_it_logs_on_and_opens() {
    let laboratory = Laboratory::new(WHEN_NEEDED);
    let machines = set_up(&laboratory).machines(|_| None);
    let desk = willing();
    let agent = laboratory.start(machines.clone(), &desk);
    agent.wait_for_power(Power::Off);
    assert_eq!(agent.ask(open("writer")).unwrap(), Reply::Done);
    let status = agent.wait_for_power(Power::Running);
    assert_eq!((status.machine.unwrap().apps, desk.questions()), (1, vec!["password"]));
    let error = agent.ask(open("solitaire")).unwrap_err();
    assert!(error.to_string().contains("solitaire"), "{error}");

    // After its last application it is kept a while, and then saved.
    machines.report(said(ToHost::AppEnded { request: started(&machines)[0] }));
    agent.wait_for_power(Power::Saved);
    assert!(matches!(machines.calls().last(), Some(Call::Save(_))));

    // The next click wakes it up.
    agent.ask(open("browser")).unwrap();
    assert!(super::starts(&machines)[1].saved.is_some());
    agent.end();
}

#[test]
fn an_application_that_outlives_the_guest_agent_keeps_the_machine_up_until_its_end_is_told() {
    let laboratory = Laboratory::new(WHEN_NEEDED);
    let machines = set_up(&laboratory).machines(|_| None);
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_power(Power::Off);
    agent.ask(open("writer")).unwrap();
    agent.ask(open("browser")).unwrap();
    let [writer, browser] = started(&machines)[..] else { panic!("{:?}", machines.calls()) };
    let ends = |request| machines.report(said(ToHost::AppEnded { request }));
    let runs = |apps| {
        agent.wait_for("the applications that run", |status| {
            status
                .machine
                .as_ref()
                .is_some_and(|machine| (machine.power, machine.apps) == (Power::Running, apps))
        })
    };

    // The guest agent was killed: another one is there, and the host greets it.
    for is_open in [false, true] {
        machines.report(MachineEvent::AgentConnected(is_open));
    }
    runs(2);
    ends(writer);
    runs(1);
    // It is told again, as the agent was killed before it had written that down; and what never ran.
    ends(writer);
    ends(writer + 1000);
    runs(1);
    ends(browser);
    agent.wait_for_power(Power::Saved);
    agent.end();
}

#[test]
fn what_a_host_before_this_one_has_started_is_none_of_its_applications() {
    let laboratory = Laboratory::new(WHEN_NEEDED);
    let machines = set_up(&laboratory).machines(|_| None);
    let open_in_a_session = |name| {
        let agent = laboratory.start(machines.clone(), &willing());
        agent.wait_for("a machine", |status| status.machine.is_some());
        agent.ask(open(name)).unwrap();
        agent
    };
    open_in_a_session("writer").end();
    // The machine was saved and has woken up, and the writer runs on in it.
    let agent = open_in_a_session("browser");
    let [writer, browser] = started(&machines)[..] else { panic!("{:?}", machines.calls()) };
    assert_ne!(writer, browser);
    machines.report(said(ToHost::AppEnded { request: writer }));
    let status = agent.wait_for_power(Power::Running);
    assert_eq!(status.machine.unwrap().apps, 1);
    agent.end();
}

#[test]
fn an_application_that_cannot_be_started_is_an_error_of_the_guest() {
    let laboratory = Laboratory::new("");
    let guest = Guest::new();
    let system = std::sync::Arc::clone(&guest.system);
    let agent = ready(&laboratory, &guest.machines(|_| None));
    system.lock().unwrap().apps.clear();
    let error = agent.ask(open("WRITER")).unwrap_err();
    assert!(error.to_string().contains("there is no such application"), "{error}");
    assert_eq!(agent.wait_for_power(Power::Running).machine.unwrap().apps, 0);
    assert_eq!(laboratory.diary.numbers(), [4038]);
    agent.end();
}

#[test]
fn a_machine_that_ends_while_it_opens_something_leaves_nobody_waiting() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|call| match call {
        Call::Send(ToGuest::StartApp { .. }) => {
            Some(vec![MachineEvent::Ended(medv_host::hypervisor::End::Died("killed".to_owned()))])
        }
        _ => None,
    });
    let agent = ready(&laboratory, &machines);
    assert!(agent.ask(open("writer")).is_err());
    agent.wait_for_power(Power::Running);
    agent.end();
}

#[test]
fn a_new_machine_refuses_what_waits_for_the_old_one() {
    let laboratory = Laboratory::new(WHEN_NEEDED);
    let guest = set_up(&laboratory);
    let machines = guest.machines(|call| match call {
        Call::Start(_) => Some(vec![MachineEvent::Running]),
        _ => None,
    });
    let agent = laboratory.start(machines, &willing());
    agent.wait_for_power(Power::Off);
    let waiting = agent.request(open("writer"));
    agent.ask(Request::Reset).unwrap();
    assert!(last(&waiting).is_err());
    agent.end();
}

#[test]
fn an_address_goes_to_the_side_that_the_list_says() {
    let laboratory = Laboratory::new("[UserExperience]\nRedirectUrls = [\"https://intranet.example\"]\n");
    let to = |url: &str| Request::Open { url: url.to_owned() };
    let machines = Guest::new().machines(|_| None);
    let agent = laboratory.start(machines.clone(), &crate::desk::Desk::new(|_| None));
    assert_eq!(agent.ask(to("https://intranet.example/")).unwrap(), Reply::OpenOnHost, "not ready");
    agent.end();
    let agent = ready(&laboratory, &machines);
    assert_eq!(agent.ask(to("https://intranet.example/a")).unwrap(), Reply::Done);
    assert_eq!(agent.ask(to("https://elsewhere.example/")).unwrap(), Reply::OpenOnHost);
    assert!(agent.ask(to("no address")).is_err());
    let opened = |call: &&Call| matches!(call, Call::Send(ToGuest::OpenUrl { .. }));
    assert_eq!(machines.calls().iter().filter(opened).count(), 1);
    agent.end();
}

#[test]
fn a_log_of_the_guest_is_fetched() {
    let laboratory = Laboratory::new("");
    let agent = ready(&laboratory, &Guest::new().machines(|_| None));
    agent.ask(Request::FetchGuestLog).unwrap();
    let log = laboratory.places().guest_logs().join("var_log_guest.log");
    assert_eq!(fs::read_to_string(log).unwrap(), "all is well");
    agent.end();
}

#[test]
fn until_the_guest_has_run_a_name_is_looked_up_in_the_menu() {
    let laboratory = Laboratory::new(WHEN_NEEDED);
    let guest = set_up(&laboratory);
    let machines = guest.machines(|_| None);
    let agent = laboratory.start(machines.clone(), &willing());
    assert!(agent.ask(open("Chess")).unwrap_err().to_string().contains("no application Chess"));
    agent.ask(open("Writer")).unwrap();
    let opened = machines.calls().into_iter().find_map(|call| match call {
        Call::Send(ToGuest::StartApp { id, .. }) => Some(id),
        _ => None,
    });
    assert_eq!(opened, Some(AppId("writer".to_owned())));
    agent.end();
}

#[test]
fn a_guest_that_does_not_answer_is_started_again() {
    let laboratory = Laboratory::new("");
    let machines = Guest::new().machines(|call| match call {
        Call::Send(ToGuest::StartApp { .. }) => Some(Vec::new()),
        _ => None,
    });
    let agent = ready(&laboratory, &machines);
    laboratory.set("[VM]\nTaskTimeout = 5\n");
    let before = starts(&machines).len();
    let error = agent.ask(open("writer")).unwrap_err();
    assert_eq!(error.to_string(), "the guest agent does not answer");
    agent.wait_for("another start", |_| starts(&machines).len() == before + 1);
    agent.wait_for_power(Power::Running);
    assert_eq!(laboratory.diary.numbers(), [4028, 4040]);
    agent.end();
}
