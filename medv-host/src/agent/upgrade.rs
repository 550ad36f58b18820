//! The guest agent is kept as new as the host's.

use std::fs;

use medv_protocol::{ToGuest, base64};

use super::Agent;
use super::opening::Purpose;
use crate::answers::guest_program;
use crate::event::{Event, Level};

/// Bytes of a program in one message.
const PIECE: usize = 32 << 10;

/// The programs of the guest agent, the agent itself last: it restarts then.
const PROGRAMS: [&str; 2] = ["ftscompletion", "medv-guest"];

impl Agent {
    /// Sends the guest its agent's next version, if it has another one and no application runs that would be lost sight of.
    pub(super) fn upgrade_guest(&mut self) {
        let Some(hello) = self.guest.clone() else { return };
        if hello.agent == env!("CARGO_PKG_VERSION") || self.life.apps > 0 {
            return;
        }
        let (had, has) = (&hello.agent, env!("CARGO_PKG_VERSION"));
        self.note(&Event::plain(Level::Information, format!("the guest agent is upgraded from {had} to {has}")));
        for program in PROGRAMS {
            let bytes = guest_program(&hello.system, program)
                .and_then(|path| fs::read(&path).map_err(|error| medv_codec::Error::io("cannot read", error).in_file(path)));
            match bytes {
                Ok(bytes) => self.send_program(program, &bytes),
                Err(error) => return self.note(&Event::of_error(Level::Warning, &error)),
            }
        }
    }

    fn send_program(&mut self, program: &str, bytes: &[u8]) {
        let request = self.new_request(Purpose::Upgrade);
        let pieces = bytes.chunks(PIECE);
        let last = pieces.len().saturating_sub(1);
        for (number, piece) in pieces.enumerate() {
            self.send(&ToGuest::Upgrade {
                request,
                program: program.to_owned(),
                base64: base64::encode(piece),
                last: number == last,
            });
        }
    }

    pub(super) fn upgraded(&mut self, error: Option<String>) {
        if let Some(reason) = error {
            self.note(&Event::plain(Level::Warning, format!("the guest agent could not be upgraded: {reason}")));
        }
    }
}
