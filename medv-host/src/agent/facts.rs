//! What a guest is told of its host while it runs: the network that it shares, and the printers in it.

use std::sync::Arc;
use std::thread;

use medv_codec::Result;
use medv_protocol::{HostNetwork, MAX_PRINTERS, PRINTERS_IN_A_LINE, Printer, ToGuest};

use super::{Agent, Message};
use crate::event::{Event, EventId, Level};
use crate::hypervisor::Network;

impl Agent {
    pub(super) fn host_network_is(&mut self, network: Result<HostNetwork>) {
        match network {
            Ok(network) => {
                self.host_network = Some(network);
                self.tell_network();
            }
            Err(error) => {
                let detail = Event::of_error(Level::Error, &error).text;
                self.note(&Event::numbered(EventId::NetworkNotCollected, detail));
            }
        }
    }

    /// A machine that is bridged has a network of its own, and sees for itself when that changes.
    pub(super) fn tell_network(&mut self) {
        let (Some(machine), Some(_)) = (&self.machine, &self.guest) else { return };
        let Some(network) = self.host_network.clone().filter(|_| self.machine_network == Network::Nat) else {
            return;
        };
        if let Err(error) = machine.send(&ToGuest::HostNetwork(network)) {
            let detail = Event::of_error(Level::Error, &error).text;
            self.note(&Event::numbered(EventId::NetworkNotDelivered, detail));
        }
    }

    /// Printers that are not shared are none: those that the guest was given before go.
    pub(super) fn look_for_printers(&mut self) {
        if !self.settings().sharing().printers {
            return self.tell_printers(&[]);
        }
        let (find, outbox, number) =
            (Arc::clone(&self.parts.printers), self.outbox.clone(), self.machine_number);
        thread::spawn(move || _ = outbox.send(Message::Printers(number, find())));
    }

    pub(super) fn printers_found(&mut self, machine: u64, printers: Result<Vec<Printer>>) {
        if machine != self.machine_number {
            return;
        }
        match printers {
            Ok(mut printers) => {
                printers.retain(|printer| printer.check().is_ok());
                printers.truncate(MAX_PRINTERS);
                self.tell_printers(&printers);
            }
            Err(error) => self.note(&Event::of_error(Level::Warning, &error)),
        }
    }

    fn tell_printers(&mut self, printers: &[Printer]) {
        let mut rest = printers;
        loop {
            let (now, later) = rest.split_at(rest.len().min(PRINTERS_IN_A_LINE));
            self.send(&ToGuest::Printers { printers: now.to_vec(), more: !later.is_empty() });
            rest = later;
            if rest.is_empty() {
                return;
            }
        }
    }
}
