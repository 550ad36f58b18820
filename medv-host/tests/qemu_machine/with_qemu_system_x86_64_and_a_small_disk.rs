//! A machine whose layer has no room to grow, in a file system of the test's own.

use std::env;
use std::fs;
use std::path::Path;

use medv_host::hypervisor::MachineEvent;
use medv_protocol::ToHost;

use crate::laboratory::{Laboratory, Running, bootable, qemu};
use crate::own_namespaces::{call, must_pass};

/// Says that this process has that file system, and which disk boots.
const INSIDE: &str = "MEDV_TEST_INSIDE_A_SMALL_DISK";

/// All temporary files of the test are in it.
const SET_UP: &str = "mount -t tmpfs -o size=64m none /mnt
TMPDIR=/mnt
export TMPDIR
exec \"$@\"";

#[test]
fn a_machine_without_room_stands_still_and_goes_on_when_there_is_some() {
    if let Some(bootable) = env::var_os(INSIDE) {
        return inside(bootable.as_ref());
    }
    must_pass(call(&[], SET_UP, "a_machine_without_room").env(INSIDE, bootable()));
}

fn inside(bootable: &Path) {
    let laboratory = Laboratory::over(bootable);
    let mut spec = laboratory.machine_of("alice");
    spec.medium = Some(laboratory.medium());
    let running = Running::start(&qemu(), &spec);
    running.hello();
    let filler = laboratory.path("filler");
    fs::write(&filler, vec![1; 48 << 20]).unwrap();
    running.tell("dd if=/dev/urandom of=/fill bs=1M count=32 2>/dev/null && sync && echo written");
    running.wait_for(&MachineEvent::DiskFull);
    // Going on is in vain, until there is room.
    running.machine.go_on().unwrap();
    running.wait_for(&MachineEvent::DiskFull);
    fs::remove_file(filler).unwrap();
    running.machine.go_on().unwrap();
    let said = running.wait("the command's end", |event| match event {
        MachineEvent::Said(ToHost::Done { error, .. }) => Some(error.clone().unwrap_or_default()),
        _ => None,
    });
    assert_eq!(said.trim(), "written");
}
