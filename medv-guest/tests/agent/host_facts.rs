//! What the guest is told of its host: the network, and the printers.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use medv_protocol::{HostNetwork, Interface, InterfaceAddress, InterfaceKind, Printer, ToGuest};
use serde_json::{Value, json};

use crate::guest::{Guest, Host};

const FILE: &str = "var/lib/medv-guest/host-network.json";

fn ready() -> (Guest, Host) {
    let mut guest = Guest::new();
    guest.is_set_up();
    let (host, _) = guest.start_greeted();
    (guest, host)
}

fn network() -> HostNetwork {
    let address = InterfaceAddress { address: "192.0.2.17".parse().unwrap(), prefix: 24 };
    let interface = Interface {
        name: "wlan0".into(),
        kind: InterfaceKind::Wifi,
        up: true,
        addresses: vec![address],
        gateways: vec!["192.0.2.1".parse().unwrap()],
    };
    HostNetwork {
        connected: true,
        interfaces: vec![interface],
        dns_servers: vec!["2001:db8::53".parse().unwrap()],
        search_domains: vec!["example.org".into()],
    }
}

/// Everything that was said before has been done.
fn is_done(host: &mut Host, request: u64) {
    host.say(&ToGuest::SendLog { request });
    assert_eq!(host.answer(request), None);
}

fn noted(guest: &Guest) -> Value {
    serde_json::from_str(&guest.read(FILE)).unwrap()
}

#[test]
fn the_hosts_network_is_in_a_file_for_everybody() {
    let (guest, mut host) = ready();
    host.say(&ToGuest::HostNetwork(network()));
    is_done(&mut host, 1);
    let expected = json!({
        "connected": true,
        "interfaces": [{
            "name": "wlan0",
            "kind": "wifi",
            "up": true,
            "addresses": [{ "address": "192.0.2.17", "prefix": 24 }],
            "gateways": ["192.0.2.1"],
        }],
        "dns_servers": ["2001:db8::53"],
        "search_domains": ["example.org"],
    });
    assert_eq!(noted(&guest), expected);
    assert_eq!(fs::metadata(guest.path(FILE)).unwrap().permissions().mode() & 0o777, 0o644);
}

#[test]
fn only_a_change_makes_another_file() {
    let (guest, mut host) = ready();
    let file = || fs::File::open(guest.path(FILE)).unwrap();
    host.say(&ToGuest::HostNetwork(network()));
    is_done(&mut host, 1);
    // As long as it is open, its number is nobody else's.
    let first = file();
    host.say(&ToGuest::HostNetwork(network()));
    is_done(&mut host, 2);
    let is_first = || file().metadata().unwrap().ino() == first.metadata().unwrap().ino();
    assert!(is_first());
    host.say(&ToGuest::HostNetwork(HostNetwork { connected: false, ..network() }));
    is_done(&mut host, 3);
    assert!(!is_first());
    assert_eq!(noted(&guest)["connected"], json!(false));
}

#[test]
fn what_cannot_be_is_not_noted_and_harms_nothing() {
    let (guest, mut host) = ready();
    host.say(&ToGuest::HostNetwork(network()));
    for line in [
        r#"{"type":"host_network"}"#,
        r#"{"type":"host_network","connected":1}"#,
        r#"{"type":"host_network","connected":true,"dns_servers":["../../etc/passwd"]}"#,
        r#"{"type":"host_network","connected":true,"interfaces":[{"name":"a","kind":"wifi","up":true,"addresses":[{"address":"1.2.3.4","prefix":-1}]}]}"#,
    ] {
        host.say_bytes(format!("{line}\n").as_bytes());
    }
    is_done(&mut host, 1);
    assert_eq!(noted(&guest)["search_domains"], json!(["example.org"]));
    let mut odd = network();
    odd.interfaces[0].name = "a\"; rm -rf $HOME `b`".into();
    odd.interfaces[0].addresses[0].prefix = 200;
    odd.search_domains.push("b\u{1b}[2J".into());
    host.say(&ToGuest::HostNetwork(odd));
    is_done(&mut host, 2);
    assert_eq!(noted(&guest)["interfaces"][0]["name"], json!("a\"; rm -rf $HOME `b`"));
    assert_eq!(noted(&guest)["interfaces"][0]["addresses"], json!([]));
    assert_eq!(noted(&guest)["search_domains"], json!(["example.org"]));
}

#[test]
fn what_was_known_before_a_boot_is_forgotten() {
    let (mut guest, mut host) = ready();
    host.say(&ToGuest::HostNetwork(network()));
    is_done(&mut host, 1);
    guest.kill();
    let mut host = guest.start();
    host.greet();
    assert!(guest.path(FILE).exists(), "the agent has only begun anew");
    guest.kill();
    guest.boots(2);
    guest.start().greet();
    assert!(!guest.path(FILE).exists());
}

#[test]
fn printers_are_a_note_where_there_is_no_cups() {
    let (guest, mut host) = ready();
    let [name, description] = ["office", ""].map(String::from);
    let uri = "ipp://printer.example.org/ipp/print".into();
    let printers = vec![Printer { name, uri, description, default: true }];
    host.say(&ToGuest::Printers { printers: printers.clone(), more: true });
    host.say(&ToGuest::Printers { printers, more: false });
    let mut request = 0;
    let log = std::iter::repeat_with(|| {
        request += 1;
        is_done(&mut host, request);
        guest.read("var/log/medv/medv-guest.log")
    });
    let log = log.take(6000).find(|log| log.contains("CUPS")).expect("a note");
    assert_eq!(log.matches("CUPS").count(), 1);
    assert!(!guest.path("var/lib/medv-guest/printers.json").exists());
}
