//! What a guest is told of its host while it runs.

use medv_codec::Error;
use medv_host::agent::Message;
use medv_host::control::Request;
use medv_host::fts::Stage;
use medv_host::hypervisor::pretend::{Call, Pretend};
use medv_host::life::Power;
use medv_protocol::{HostNetwork, MAX_PRINTERS, Phase, Printer, ToGuest};

use super::{ready, set_up, willing};
use crate::guest::{Guest, hello};
use crate::laboratory::{Laboratory, Running};

fn network(server: &str) -> HostNetwork {
    HostNetwork { connected: true, dns_servers: vec![server.parse().unwrap()], ..HostNetwork::default() }
}

fn tell(agent: &Running, network: HostNetwork) {
    agent.outbox.send(Message::HostNetwork(Ok(network))).unwrap();
}

/// What the guest was told so far, when everything before is done.
fn told<T>(agent: &Running, machines: &Pretend, what: impl Fn(ToGuest) -> Option<T>) -> Vec<T> {
    agent.ask(Request::Apps).unwrap();
    let message = |call| if let Call::Send(message) = call { Some(message) } else { None };
    machines.calls().into_iter().filter_map(message).filter_map(what).collect()
}

fn networks(agent: &Running, machines: &Pretend) -> Vec<HostNetwork> {
    told(agent, machines, |message| match message {
        ToGuest::HostNetwork(network) => Some(network),
        _ => None,
    })
}

fn printer(name: &str) -> Printer {
    let uri = format!("ipp://{name}.example/ipp/print");
    Printer { name: name.to_owned(), uri, description: String::new(), default: false }
}

/// The lists of printers that the guest was told, once there are as many: they are looked for in a thread.
fn printers(agent: &Running, machines: &Pretend, lists: usize) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for _ in 0..6000 {
        found = vec![Vec::new()];
        for (printers, more) in told(agent, machines, |message| match message {
            ToGuest::Printers { printers, more } => Some((printers, more)),
            _ => None,
        }) {
            found.last_mut().unwrap().extend(printers.into_iter().map(|printer| printer.name));
            if !more {
                found.push(Vec::new());
            }
        }
        if found.len() > lists {
            found.pop();
            return found;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{lists} lists are not told, but {found:?}")
}

#[test]
fn a_guest_that_shares_the_network_is_told_it_after_each_greeting_and_with_each_change() {
    let laboratory = Laboratory::new("");
    let machines = set_up(&laboratory).machines(|_| None);
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_power(Power::Running);
    assert_eq!(networks(&agent, &machines), [], "it is not known yet");
    let [first, second] = ["192.0.2.1", "192.0.2.2"].map(network);
    tell(&agent, first.clone());
    tell(&agent, second.clone());
    assert_eq!(networks(&agent, &machines), [first.clone(), second.clone()]);
    machines.report(hello(Phase::Ready));
    assert_eq!(networks(&agent, &machines), [first, second.clone(), second]);
    agent.end();
}

#[test]
fn a_bridged_guest_is_told_nothing() {
    let laboratory = Laboratory::new("[VM]\nNetworkingMode = \"Bridged\"\n");
    let machines = set_up(&laboratory).machines(|_| None);
    let agent = laboratory.start(machines.clone(), &willing());
    tell(&agent, network("192.0.2.1"));
    agent.wait_for_power(Power::Running);
    // The machine stays as it was started.
    laboratory.set("");
    tell(&agent, network("192.0.2.2"));
    assert_eq!(networks(&agent, &machines), []);
    agent.end();
}

#[test]
fn a_network_that_cannot_be_found_out_or_told_is_an_event() {
    let laboratory = Laboratory::new("");
    let machines = set_up(&laboratory).machines(|_| None);
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_power(Power::Running);
    agent.outbox.send(Message::HostNetwork(Err(Error::usage("no routes")))).unwrap();
    machines.fail("send");
    tell(&agent, network("192.0.2.1"));
    agent.ask(Request::Apps).unwrap();
    assert_eq!(laboratory.diary.numbers(), [8008, 8010]);
    agent.end();
}

#[test]
fn printers_are_told_when_first_time_setup_ends_and_with_every_start() {
    let laboratory = Laboratory::new("");
    *laboratory.printers.lock().unwrap() =
        vec![printer("office"), Printer { uri: "usb://x".into(), ..printer("desk") }];
    let machines = Guest::new().machines(|_| None);
    let agent = ready(&laboratory, &machines);
    assert_eq!(printers(&agent, &machines, 1), [["office"]]);
    *laboratory.printers.lock().unwrap() = (0..300).map(|number| printer(&number.to_string())).collect();
    agent.ask(Request::Restart).unwrap();
    let lists = printers(&agent, &machines, 2);
    assert_eq!((lists[1].len(), lists[1][255].as_str()), (MAX_PRINTERS, "255"));
    agent.end();
}

#[test]
fn printers_that_are_not_shared_are_none() {
    let laboratory = Laboratory::new("[UserExperience]\nPrinterSharingEnabled = 0\n");
    *laboratory.printers.lock().unwrap() = vec![printer("office")];
    let machines = Guest::new().machines(|_| None);
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_stage(Stage::Ready);
    assert_eq!(printers(&agent, &machines, 1), [[""; 0]]);
    agent.end();
}
