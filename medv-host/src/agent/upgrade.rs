//! The guest agent is kept as new as the host's.

use medv_protocol::{MAX_PIECE, ToGuest, to_base64};

use super::Agent;
use super::opening::Purpose;
use crate::answers::guest_programs;
use crate::event::{Event, Level};

impl Agent {
    /// Sends the guest its agent's next version, if it has another one and no application runs that would be lost sight of.
    pub(super) fn upgrade_guest(&mut self) {
        let Some(hello) = self.guest.clone() else { return };
        if hello.agent == env!("CARGO_PKG_VERSION") || self.life.apps > 0 {
            return;
        }
        let (had, has) = (&hello.agent, env!("CARGO_PKG_VERSION"));
        self.note(&Event::plain(
            Level::Information,
            format!("the guest agent is upgraded from {had} to {has}"),
        ));
        match guest_programs(&hello.system) {
            Ok(mut programs) => {
                // The agent itself comes last: it restarts then.
                programs.sort_by_key(|(name, _)| name.starts_with("medv-guest"));
                for (name, bytes) in programs {
                    self.send_program(name.trim_end_matches(".exe"), &bytes);
                }
            }
            Err(error) => self.note(&Event::of_error(Level::Warning, &error)),
        }
    }

    fn send_program(&mut self, program: &str, bytes: &[u8]) {
        let request = self.new_request(Purpose::Upgrade);
        let pieces = bytes.chunks(MAX_PIECE);
        let last = pieces.len().saturating_sub(1);
        for (number, piece) in pieces.enumerate() {
            self.send(&ToGuest::Upgrade {
                request,
                program: program.to_owned(),
                base64: to_base64(piece),
                last: number == last,
            });
        }
    }

    pub(super) fn upgraded(&mut self, error: Option<String>) {
        if let Some(reason) = error {
            self.note(&Event::plain(
                Level::Warning,
                format!("the guest agent could not be upgraded: {reason}"),
            ));
        }
    }
}
