//! Starting machines, and what they report.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use medv_codec::Result;
use medv_protocol::{ToGuest, VERSION};

use super::asking::Asked;
use super::setup::guest_of;
use super::{Agent, Message};
use crate::event::{Event, Level};
use crate::fts;
use crate::hypervisor::{End, MachineEvent, MachineSpec, Medium};
use crate::life;
use crate::moment::Moment;

/// So many of a machine's reports may wait to be heard, 64 KiB each at most. What the guest says beyond that is lost.
const MAX_UNHEARD: usize = 1024;

impl Agent {
    /// Starts a machine. Whatever an older one reports does not count from now on.
    pub(super) fn start_machine(
        &mut self,
        medium: Option<Medium>,
        saved: Option<PathBuf>,
        visible: bool,
    ) -> Result<()> {
        let workspace = self.workspace_or_error()?;
        let settings = self.settings();
        let spec = MachineSpec {
            name: workspace.name.clone(),
            layer: workspace.layer(&self.places),
            guest: guest_of(&workspace.master)?,
            memory_mib: settings.guest_memory()?,
            network: settings.network(),
            sharing: settings.sharing(),
            medium,
            visible,
            saved,
            folder: self.places.machine_folder(),
        };
        self.machine = None;
        self.guest = None;
        self.are_apps_known = false;
        self.is_woken = spec.saved.is_some();
        self.machine_number += 1;
        let (number, outbox, unheard) = (self.machine_number, self.outbox.clone(), Arc::clone(&self.unheard));
        let report = move |event| {
            let is_guests = matches!(event, MachineEvent::Said(_) | MachineEvent::Babbled(_));
            // A report must not wait, and a guest can go on for ever.
            if is_guests && unheard.load(Ordering::Relaxed) >= MAX_UNHEARD {
                return;
            }
            unheard.fetch_add(1, Ordering::Relaxed);
            let _ = outbox.send(Message::Machine(number, event));
        };
        let machine = self.parts.hypervisor.start(&spec, Box::new(report))?;
        // A user who is to work with a screen that nobody sees would wait for ever.
        let seen = if spec.visible { machine.show() } else { Ok(()) };
        self.machine_network = machine.network();
        self.machine = Some(machine);
        if let Err(error) = seen {
            self.note(&Event::of_error(Level::Warning, &error));
        }
        Ok(())
    }

    /// A report came out of the inbox: there is room for another one.
    pub(super) fn heard_a_report(&mut self) {
        if self.unheard.fetch_sub(1, Ordering::Relaxed) >= MAX_UNHEARD {
            self.guest_babbles("more than can be heard");
        }
    }

    pub(super) fn machine_reports(&mut self, event: MachineEvent) {
        match event {
            MachineEvent::AgentConnected(true) => self.greet(),
            // A guest that has woken up has its port open already.
            MachineEvent::Running if self.is_woken && self.guest.is_none() => self.greet(),
            MachineEvent::Running => {}
            MachineEvent::AgentConnected(false) => {
                self.note(&Event::plain(Level::Debug, "the guest agent has closed its port"));
                self.fail_requests("the guest agent has ended");
            }
            MachineEvent::Said(message) => self.guest_says(message),
            MachineEvent::Babbled(line) => self.guest_babbles(&line.to_string()),
            MachineEvent::Panicked => {
                self.step_fts(&fts::Input::Panicked);
                if self.is_ready() {
                    self.step_life(&life::Input::Panicked);
                }
            }
            MachineEvent::DiskFull => self.disk_is_full(),
            MachineEvent::NotSaved(reason) => self.step_life(&life::Input::NotSaved(reason)),
            MachineEvent::Ended(end) => self.machine_ended(end),
        }
    }

    /// Ends the machine if it runs. What it still reports does not count.
    pub(super) fn end_machine(&mut self, reason: &str) {
        self.machine = None;
        self.machine_number += 1;
        self.guest = None;
        self.no_room = None;
        self.arriving.clear();
        self.upgrade.end();
        self.fail_requests(reason);
        self.requests.clear();
    }

    pub(super) fn machine_ended(&mut self, end: End) {
        self.end_machine("the machine has ended");
        match self.is_ready() {
            true => {
                // There is nothing left to restart, or to log on to.
                if !matches!(self.asked, Some((_, Asked::Anew))) {
                    self.withdraw_question();
                }
                self.step_life(&life::Input::MachineEnded(end));
            }
            false => self.step_fts(&fts::Input::MachineEnded(end)),
        }
    }

    /// The first words of every connection; the guest answers them.
    pub(super) fn greet(&mut self) {
        let log_level = self.log_level();
        self.log_level_told = log_level;
        let agent = env!("CARGO_PKG_VERSION").to_owned();
        self.send(&ToGuest::Welcome { protocol: VERSION, agent, now: Moment::now().0, log_level });
    }

    fn log_level(&self) -> u8 {
        u8::try_from(self.settings().number("DiagEventLogLevel")).unwrap_or(3)
    }

    /// A guest that was told another level hears of it.
    pub(super) fn tell_log_level(&mut self) {
        if self.log_level() != self.log_level_told {
            self.adjust();
        }
    }

    /// Tells the guest the time, and the level of its log.
    pub(super) fn adjust(&mut self) {
        if self.guest.is_some() {
            self.log_level_told = self.log_level();
            self.send(&ToGuest::Adjust { now: Moment::now().0, log_level: self.log_level_told });
        }
    }

    /// What cannot be said to a guest that is not there shows itself in time.
    pub(super) fn send(&mut self, message: &ToGuest) {
        let sent = self.machine.as_ref().map(|machine| machine.send(message));
        if let Some(Err(error)) = sent {
            self.note(&Event::of_error(Level::Warning, &error));
        }
    }
}
