//! The network is changed by `ip`.

use std::env;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use medv_host::host_facts::network;
use medv_protocol::{HostNetwork, InterfaceAddress, InterfaceKind};

use crate::own_namespaces::{call, must_pass};

/// Says that this process has a network of its own.
const INSIDE: &str = "MEDV_TEST_INSIDE_A_NETWORK";

#[test]
fn each_change_of_the_network_is_told_and_nothing_else_is() {
    if env::var_os(INSIDE).is_some() {
        return inside();
    }
    let script = "mount -t sysfs none /sys && exec \"$@\"";
    must_pass(call(&["--net"], script, "each_change_of_the_network").env(INSIDE, "1"));
}

fn inside() {
    let (tell, told) = channel();
    network::watch(move |network| tell.send(network.unwrap()).is_ok()).unwrap();
    assert_eq!(next(&told).interfaces, [], "the loopback is none");

    ip("link add cable type veth peer name plug");
    ip("address add 192.0.2.7/24 dev cable");
    ip("link set plug up");
    ip("link set cable up");
    ip("route add default via 192.0.2.1");
    let network = wait_for(&told, |network| network.connected);
    let cable = &network.interfaces[0];
    assert_eq!((cable.name.as_str(), cable.kind, cable.up), ("cable", InterfaceKind::Other, true));
    let address = InterfaceAddress { address: "192.0.2.7".parse().unwrap(), prefix: 24 };
    assert!(cable.addresses.contains(&address), "{cable:?}");
    assert_eq!(cable.gateways, ["192.0.2.1".parse::<std::net::IpAddr>().unwrap()]);

    ip("link set plug down");
    wait_for(&told, |network| !network.connected && network.interfaces.iter().all(|interface| !interface.up));
    ip("link delete cable");
    wait_for(&told, |network| network.interfaces.is_empty());
}

/// What is told next.
fn next(told: &Receiver<HostNetwork>) -> HostNetwork {
    told.recv_timeout(Duration::from_secs(60)).expect("something is told")
}

/// Each is another one than the one before, until it is as it should be.
fn wait_for(told: &Receiver<HostNetwork>, is_so: impl Fn(&HostNetwork) -> bool) -> HostNetwork {
    let mut before = None;
    loop {
        let network = next(told);
        assert_ne!(before.as_ref(), Some(&network));
        if is_so(&network) {
            return network;
        }
        before = Some(network);
    }
}

fn ip(arguments: &str) {
    assert!(Command::new("ip").args(arguments.split(' ')).status().unwrap().success(), "ip {arguments}");
}
