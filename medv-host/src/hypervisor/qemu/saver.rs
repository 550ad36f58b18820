//! Saves a machine, on a thread of its own.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use medv_codec::Result;
use serde_json::json;

use super::clipboard;
use super::machine::quit;
use super::process::Killer;
use super::qmp::Qmp;
use super::state::{self, Header};
use super::story::{Story, lock};
use crate::hypervisor::{MachineEvent, Report};

/// What is needed for that.
pub(super) struct Saver {
    pub(super) qmp: Arc<Qmp>,
    pub(super) killer: Killer,
    pub(super) story: Arc<Mutex<Story>>,
    pub(super) report: Arc<Report>,
    pub(super) header: Header,
    pub(super) clipboard: bool,
    /// QEMU's own.
    pub(super) folder: PathBuf,
    pub(super) to: PathBuf,
}

impl Saver {
    /// Saves it and ends it; or has it go on, and reports why.
    pub(super) fn run(self) {
        match self.save() {
            Ok(()) => {
                lock(&self.story).saved = true;
                quit(&self.qmp, &self.killer);
            }
            Err(error) => {
                if self.clipboard {
                    // It may still be there.
                    _ = clipboard::plug_in(&self.qmp);
                }
                // If it has ended in the meantime, that is what there is to report.
                if self.qmp.execute("cont", &json!({})).is_ok() {
                    (self.report)(MachineEvent::NotSaved(error.to_string()));
                }
            }
        }
    }

    fn save(&self) -> Result<()> {
        self.qmp.execute("stop", &json!({}))?;
        if self.clipboard {
            clipboard::pull_out(&self.qmp)?;
        }
        state::write(&self.qmp, &self.folder, &self.header, &self.to)
    }
}
