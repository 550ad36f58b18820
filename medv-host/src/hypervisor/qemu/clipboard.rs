//! The shared clipboard: a port for SPICE's agent in the guest, which speaks with QEMU itself.
//!
//! QEMU before 10.1 cannot save a machine that has one, so it is plugged in after the start and pulled out before saving.

use std::time::{Duration, Instant};

use medv_codec::Result;
use serde_json::json;

use super::command_line::PORTS;
use super::qmp::Qmp;

const PORT: &str = "clipboard";
const BACKEND: &str = "clipboard-backend";

/// On a busy host.
const LETS_GO: Duration = Duration::from_secs(10);

pub(super) fn plug_in(qmp: &Qmp) -> Result<()> {
    let backend = json!({"type": "qemu-vdagent", "data": {"clipboard": true}});
    qmp.execute("chardev-add", &json!({"id": BACKEND, "backend": backend}))?;
    let port = json!({"driver": "virtserialport", "id": PORT, "bus": PORTS, "chardev": BACKEND,
        "name": "com.redhat.spice.0"});
    qmp.execute("device_add", &port).map(drop)
}

pub(super) fn pull_out(qmp: &Qmp) -> Result<()> {
    qmp.execute("device_del", &json!({"id": PORT}))?;
    // The port lets go of the backend a moment after the answer.
    let begun = Instant::now();
    loop {
        match qmp.execute("chardev-remove", &json!({"id": BACKEND})) {
            Err(_) if begun.elapsed() < LETS_GO => std::thread::sleep(Duration::from_millis(10)),
            removed => return removed.map(drop),
        }
    }
}
