//! QEMU. On Linux it was tried; on Windows it is only known to compile.
//!
//! A machine is a QEMU process (`process`) that a thread of ours holds and that ends with us (`keeper`). It inherits one end
//! each of two connections (`wire`): its monitor (`qmp`) and the guest agent's port (`channel`).
//!
//! Audio and the clipboard are shared. Smart cards and USB devices are not: what QEMU has for them needs SPICE. Printers are shared by
//! the agents, without QEMU.

mod accelerator;
mod adapter;
mod channel;
mod clipboard;
mod command_line;
mod host;
mod installation;
#[cfg(unix)]
mod keeper;
mod machine;
mod names;
mod process;
mod qmp;
mod savable;
mod saver;
mod state;
mod story;
mod viewer;
mod wire;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use accelerator::{Accelerator, Choice};
use command_line::Facts;
use installation::Installation;
#[cfg(unix)]
pub use keeper::{SUBCOMMAND, hold};
use machine::{Launch, QemuMachine};
use medv_codec::{Error, Result};
use savable::Hindrance;
use state::Header;

use super::{End, Hypervisor, Machine, MachineSpec, Network, Report, Sharing};
use crate::layer;

/// A guest on KVM that was not heard of for so long has not booted.
const PATIENCE: Duration = Duration::from_secs(300);

/// QEMU as a hypervisor.
pub struct Qemu {
    installation: Installation,
    #[cfg_attr(windows, expect(dead_code, reason = "a job object does what the keeper does elsewhere"))]
    keeper: PathBuf,
    choice: Arc<Choice>,
}

impl Qemu {
    /// Looks for QEMU in `PATH`. `keeper` is the program `medv-host`, through which QEMU is started so that it ends with us:
    /// `std::env::current_exe()` for the host agent itself.
    ///
    /// # Errors
    /// Unsupported: there is no QEMU.
    pub fn find(keeper: PathBuf) -> Result<Self> {
        Ok(Self { installation: Installation::find()?, keeper, choice: Arc::new(Choice::of_this_host()) })
    }

    fn launch(
        &self,
        spec: &MachineSpec,
        accelerator: Accelerator,
        report: &Arc<Report>,
    ) -> Result<Box<dyn Machine>> {
        let installation = &self.installation;
        let master = layer::master_of(&spec.layer)?;
        let saved = spec.saved.as_deref().map(state::header_of).transpose()?;
        let header = saved.unwrap_or_else(|| Header {
            machine: installation.machine.clone(),
            accelerator,
            memory_mib: spec.memory_mib,
            sound: spec.sharing.audio,
            bridges: (spec.network == Network::Bridged).then(host::bridges),
        });
        let facts = Facts {
            machine: &header.machine,
            accelerator: header.accelerator,
            master: &master,
            window: host::window(&installation.displays),
            audio: host::audio(&installation.audio_drivers),
            bridges: header.bridges.as_deref().unwrap_or_default(),
            host: &host::id(),
        };
        let spec = &MachineSpec {
            memory_mib: header.memory_mib,
            network: if header.bridges.is_some() { Network::Bridged } else { Network::Nat },
            sharing: Sharing { audio: header.sound, ..spec.sharing },
            ..spec.clone()
        };
        let mut command = self.held();
        command.args(command_line::arguments(spec, &facts)?);
        let has_window = spec.visible && facts.window.is_some();
        let choice = Arc::clone(&self.choice);
        let launch = Launch {
            command,
            folder: &spec.folder,
            header: Hindrance::of(master.form, &installation.version).map_or(Ok(header), Err),
            saved: spec.saved.as_deref(),
            has_window,
            clipboard: spec.sharing.clipboard
                && installation.chardevs.iter().any(|known| known == "qemu-vdagent"),
            network: spec.network,
            judge: Box::new(move |heard, ran, end| {
                let has_died = matches!(end, End::Died(_));
                let was_given_up = *end == End::TurnedOff && ran > PATIENCE;
                if !heard && (has_died || was_given_up) {
                    choice.distrust_kvm();
                }
            }),
        };
        Ok(Box::new(QemuMachine::start(launch, report)?))
    }

    /// QEMU, started so that it ends with us.
    fn held(&self) -> Command {
        #[cfg(unix)]
        {
            let mut command = Command::new(&self.keeper);
            command.arg(SUBCOMMAND).arg(std::process::id().to_string()).arg(&self.installation.program);
            command
        }
        // There a job object does what the keeper does elsewhere.
        #[cfg(windows)]
        crate::programs::command(&self.installation.program)
    }
}

impl Hypervisor for Qemu {
    fn describe(&self) -> String {
        format!("QEMU {}, {}", self.installation.version, self.choice.accelerator())
    }

    fn start(&self, spec: &MachineSpec, report: Report) -> Result<Box<dyn Machine>> {
        make_folder(&spec.folder)?;
        let report = Arc::new(report);
        let accelerator = self.choice.accelerator();
        let started = self.launch(spec, accelerator, &report);
        if started.is_ok() || accelerator == Accelerator::Tcg || spec.saved.is_some() {
            return started;
        }
        // It may be KVM's fault; if emulation fails as well, it is not.
        let emulated = self.launch(spec, Accelerator::Tcg, &report);
        if emulated.is_ok() {
            self.choice.distrust_kvm();
        }
        emulated
    }
}

/// Nobody else may reach the machine's screen.
fn make_folder(folder: &Path) -> Result<()> {
    let cannot = |error| Error::io("cannot make the machine's folder", error).in_file(folder);
    fs::create_dir_all(folder).map_err(cannot)?;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(folder, mode).map_err(cannot)?;
    }
    Ok(())
}
