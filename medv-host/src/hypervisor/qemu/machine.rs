//! A machine that QEMU runs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use medv_codec::{Error, Result};
use medv_protocol::ToGuest;
use serde_json::{Value, json};

use super::channel::Channel;
use super::command_line::{AGENT_PORT, SCREEN};
use super::process::{Exit, Killer, Process};
use super::qmp::Qmp;
use super::savable::Hindrance;
use super::saver::Saver;
use super::state::{self, Header};
use super::story::{Story, lock};
use super::wire::{Inherited, Wire};
use super::{clipboard, viewer};
use crate::hypervisor::{End, Machine, MachineEvent, Network, Report};

/// How long QEMU may take to end when it is told to.
const QUIT: Duration = Duration::from_secs(5);

/// Called at the end: whether the guest was ever heard, how long the machine ran, and what came of it.
pub(super) type Judge = Box<dyn Fn(bool, Duration, &End) + Send>;

/// How a machine is started.
pub(super) struct Launch<'a> {
    /// QEMU, without the arguments for its connections.
    pub(super) command: Command,
    /// The machine's folder.
    pub(super) folder: &'a Path,
    /// What a state must be saved with, or why it cannot be saved.
    pub(super) header: std::result::Result<Header, Hindrance>,
    /// A state to go on from.
    pub(super) saved: Option<&'a Path>,
    /// Whether QEMU opens a window of its own.
    pub(super) has_window: bool,
    /// Whether the clipboard is shared.
    pub(super) clipboard: bool,
    pub(super) network: Network,
    pub(super) judge: Judge,
}

pub(super) struct QemuMachine {
    qmp: Arc<Qmp>,
    channel: Channel,
    killer: Killer,
    story: Arc<Mutex<Story>>,
    report: Arc<Report>,
    header: std::result::Result<Header, Hindrance>,
    has_window: bool,
    clipboard: bool,
    network: Network,
    folder: PathBuf,
    end: Option<JoinHandle<()>>,
    ended: Receiver<()>,
}

impl QemuMachine {
    /// Starts QEMU, and the guest.
    pub(super) fn start(launch: Launch<'_>, report: &Arc<Report>) -> Result<Self> {
        let Launch { mut command, folder, header, saved, has_window, clipboard, network, judge } = launch;
        let no_connection = |error| Error::io("cannot make a connection for QEMU", error);
        let monitor = Wire::to_child(&mut command, "monitor", Inherited::Input).map_err(no_connection)?;
        let agent = Wire::to_child(&mut command, "agent", Inherited::Output).map_err(no_connection)?;
        command.args(["-mon", "chardev=monitor,mode=control"]).current_dir(folder);
        let process = Process::start(command)?;
        let killer = process.killer();
        let begun = Instant::now();
        let story = Arc::new(Mutex::new(Story::default()));
        let started = (|| {
            let (told, teller) = (Arc::clone(&story), Arc::clone(report));
            let (qmp, monitor_thread) =
                Qmp::start(monitor, move |name, data| note(name, data, &told, &**teller))
                    .map_err(no_connection)?;
            let teller = Arc::clone(report);
            let (channel, agent_thread) =
                Channel::start(agent, move |event| teller(event)).map_err(no_connection)?;
            qmp.execute("qmp_capabilities", &json!({}))?;
            if let Some(saved) = saved {
                state::read(&qmp, folder, saved)?;
            }
            if clipboard {
                clipboard::plug_in(&qmp)?;
            }
            qmp.execute("cont", &json!({}))?;
            Ok((qmp, channel, [monitor_thread, agent_thread]))
        })();
        let (qmp, channel, threads) = match started {
            Ok(started) => started,
            Err(error) => {
                killer.kill();
                return Err(explained(error, &process.wait()));
            }
        };
        let (hold, ended) = mpsc::channel::<()>();
        let (told, teller) = (Arc::clone(&story), Arc::clone(report));
        let end = std::thread::spawn(move || {
            let exit = process.wait();
            let saving = lock(&told).saving.take();
            for thread in threads.into_iter().chain(saving) {
                // Nothing may follow the end.
                _ = thread.join();
            }
            let (end, heard) = {
                let story = lock(&told);
                (story.end(&exit), story.heard)
            };
            judge(heard, begun.elapsed(), &end);
            teller(MachineEvent::Ended(end));
            drop(hold);
        });
        Ok(Self {
            qmp: Arc::new(qmp),
            channel,
            killer,
            story,
            report: Arc::clone(report),
            header,
            has_window,
            clipboard,
            network,
            folder: folder.to_owned(),
            end: Some(end),
            ended,
        })
    }
}

/// Ends QEMU, as hard as it must be.
pub(super) fn quit(qmp: &Qmp, killer: &Killer) {
    if qmp.execute_within(QUIT, "quit", &json!({})).is_err() {
        killer.kill();
    }
}

/// An event of QEMU's.
fn note(name: &str, data: &Value, story: &Mutex<Story>, report: &dyn Fn(MachineEvent)) {
    match name {
        "RESUME" => report(MachineEvent::Running),
        "VSERPORT_CHANGE" if data["id"] == AGENT_PORT => {
            let open = data["open"].as_bool().unwrap_or_default();
            lock(story).heard |= open;
            report(MachineEvent::AgentConnected(open));
        }
        "BLOCK_IO_ERROR" if data["nospace"] == true && data["action"] == "stop" => {
            report(MachineEvent::DiskFull);
        }
        "GUEST_PANICKED" => report(MachineEvent::Panicked),
        "SHUTDOWN" => lock(story).shutdown = data["reason"].as_str().map(str::to_owned),
        _ => {}
    }
}

/// What QEMU printed tells more than that it is gone.
fn explained(error: Error, exit: &Exit) -> Error {
    let words = &exit.last_words;
    if words.contains("Failed to get \"write\" lock") || words.contains("Failed to get shared \"write\" lock")
    {
        return Error::usage("the machine's disk is in use by another program")
            .advice("end the other machine that uses it, or log off the other user")
            .caused_by(words.clone());
    }
    if words.is_empty() { error } else { error.caused_by(words.clone()) }
}

impl Machine for QemuMachine {
    fn network(&self) -> Network {
        self.network
    }

    fn send(&self, message: &ToGuest) -> Result<()> {
        self.channel.send(message)
    }

    fn send_all(&self, messages: Box<dyn Iterator<Item = ToGuest> + Send>) -> Result<()> {
        self.channel.send_all(messages)
    }

    fn pause(&self) -> Result<()> {
        self.qmp.execute("stop", &json!({})).map(drop)
    }

    fn go_on(&self) -> Result<()> {
        self.qmp.execute("cont", &json!({})).map(drop)
    }

    fn press_power_button(&self) -> Result<()> {
        self.qmp.execute("system_powerdown", &json!({})).map(drop)
    }

    fn turn_off(&self) -> Result<()> {
        lock(&self.story).turned_off = true;
        quit(&self.qmp, &self.killer);
        Ok(())
    }

    fn save(&self, to: &Path) -> Result<()> {
        let header = self.header.clone().map_err(Hindrance::error)?;
        let mut story = lock(&self.story);
        if story.saving.as_ref().is_some_and(|saving| !saving.is_finished()) {
            return Err(Error::usage("the machine is being saved already"));
        }
        let saver = Saver {
            qmp: Arc::clone(&self.qmp),
            killer: self.killer.clone(),
            story: Arc::clone(&self.story),
            report: Arc::clone(&self.report),
            header,
            clipboard: self.clipboard,
            folder: self.folder.clone(),
            to: to.to_owned(),
        };
        let thread = std::thread::Builder::new().name("save".into()).spawn(move || saver.run());
        story.saving = Some(thread.map_err(|error| Error::io("cannot start a thread", error))?);
        Ok(())
    }

    fn screenshot(&self, to: &Path) -> Result<()> {
        let to = std::path::absolute(to).map_err(|error| Error::io("cannot name", error).in_file(to))?;
        self.qmp
            .execute("screendump", &json!({"filename": to, "format": "png"}))
            .map(drop)
            .map_err(|error| error.in_file(to))
    }

    fn show(&self) -> Result<()> {
        if self.has_window { Ok(()) } else { viewer::open(&self.folder.join(SCREEN)) }
    }
}

impl Drop for QemuMachine {
    fn drop(&mut self) {
        lock(&self.story).turned_off = true;
        quit(&self.qmp, &self.killer);
        // It hangs up when the machine has ended.
        if self.ended.recv_timeout(QUIT) == Err(mpsc::RecvTimeoutError::Timeout) {
            self.killer.kill();
        }
        _ = self.end.take().map(JoinHandle::join);
    }
}
