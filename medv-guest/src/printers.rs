//! The printers of the host's network, in the guest. To add one takes as long as the printer takes to answer, so a thread does it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use medv_protocol::{MAX_PRINTERS, Printer, ToHost};

use crate::log::{Level, Log};
use crate::outbox::Outbox;
use crate::{Places, system};

/// Takes what the host says of its printers.
pub(crate) struct Printers {
    /// Those of a list that has not ended.
    arriving: Vec<Printer>,
    lists: Sender<Vec<Printer>>,
}

impl Printers {
    pub(crate) fn new(places: Places, outbox: Arc<Outbox>, log: Arc<Log>) -> Self {
        let (lists, said) = channel();
        std::thread::spawn(move || synchronise(&places, &outbox, &log, &said));
        Self { arriving: Vec::new(), lists }
    }

    /// The host has greeted: what another one has half said is void.
    pub(crate) fn begin_anew(&mut self) {
        self.arriving.clear();
    }

    /// The host has said this; `more` follows.
    pub(crate) fn take(&mut self, printers: Vec<Printer>, more: bool) {
        let room = MAX_PRINTERS.saturating_sub(self.arriving.len());
        let good = printers.into_iter().filter(|printer| printer.check().is_ok());
        self.arriving.extend(good.take(room));
        if !more {
            // The thread lives as long as this.
            let _ = self.lists.send(std::mem::take(&mut self.arriving));
        }
    }
}

/// Makes the guest's printers what the host has said last, each time.
fn synchronise(places: &Places, outbox: &Outbox, log: &Log, said: &Receiver<Vec<Printer>>) {
    while let Ok(list) = said.recv() {
        let newest = said.try_iter().last().unwrap_or(list);
        system::printers::synchronise(places, &newest, &mut |level, text| {
            log.note(level, &text);
            if level == Level::Warning {
                outbox.say_or_keep(ToHost::Event { level: level as u8, text });
            }
        });
    }
}
