//! Machines with addresses of their own, on a bridge in a network of the test's own.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::process::Command;
use std::time::Duration;

use medv_host::hypervisor::{MachineEvent, MachineSpec, Network};

use crate::laboratory::{Laboratory, Running, qemu};
use crate::own_namespaces::{call, must_pass};

/// Says that this process is in that network.
const INSIDE: &str = "MEDV_TEST_INSIDE_A_BRIDGED_NETWORK";

/// What an administrator sets up: a bridge, and that users' machines may use it.
const SET_UP: &str = "mount -t sysfs none /sys
mount -t tmpfs none /etc
mkdir /etc/qemu
echo 'allow br0' >/etc/qemu/bridge.conf
ip link add br0 type bridge
ip link set br0 up
exec \"$@\"";

#[test]
fn bridged_machines_are_seen_by_addresses_of_their_own() {
    if env::var_os(INSIDE).is_some() {
        return inside();
    }
    must_pass(call(&["--net"], SET_UP, "bridged_machines_are_seen").env(INSIDE, "1"));
}

fn inside() {
    let (qemu, laboratory) = (qemu(), Laboratory::over_nothing());
    let machines = ["alice", "bob"].map(|user| {
        let spec = MachineSpec { network: Network::Bridged, ..laboratory.machine_of(user) };
        let running = Running::start(&qemu, &spec);
        running.wait_for(&MachineEvent::Running);
        running
    });
    assert_eq!(fs::read_dir("/sys/class/net/br0/brif").unwrap().count(), machines.len());
    // There is nothing to boot from, so they look for it in the network.
    while learned().len() < machines.len() {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(learned().len(), machines.len(), "{:?}", learned());
    drop(machines);
    assert_eq!(fs::read_dir("/sys/class/net/br0/brif").unwrap().count(), 0);
}

/// The addresses from which the bridge has heard something.
fn learned() -> BTreeSet<String> {
    let shown = Command::new("bridge").args(["fdb", "show", "br", "br0"]).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    let lines = shown.lines().filter(|line| !line.contains("permanent"));
    lines.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}
