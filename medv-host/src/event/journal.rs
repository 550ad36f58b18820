//! systemd's journal, by its own protocol: a datagram of fields to its socket.

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;

use medv_codec::{Error, Result};

use super::{Event, Level};

/// What the journal takes in one datagram, with room to spare; longer texts are cut. The whole text is in the agent's own log.
const LONGEST: usize = 32 << 10;

/// The journal behind a socket.
#[derive(Clone, Debug)]
pub struct Journal {
    socket: PathBuf,
}

impl Journal {
    /// The system's journal.
    pub fn of_the_system() -> Self {
        Self::at("/run/systemd/journal/socket")
    }

    /// The journal that listens at `socket`.
    pub fn at(socket: impl Into<PathBuf>) -> Self {
        Self { socket: socket.into() }
    }

    /// Adds an event. Fields: `MESSAGE`, `PRIORITY`, `SYSLOG_IDENTIFIER=medv-host`, and the number in `MEDV_EVENT`.
    ///
    /// # Errors
    /// If no journal listens.
    pub fn add(&self, event: &Event) -> Result<()> {
        let send = || UnixDatagram::unbound()?.send_to(&fields(event), &self.socket);
        send()
            .map(drop)
            .map_err(|error| Error::io("cannot write to the journal", error).in_file(&self.socket))
    }
}

fn fields(event: &Event) -> Vec<u8> {
    let priority = match event.level {
        Level::Error => 3,
        Level::Warning => 4,
        Level::Information => 6,
        Level::Debug => 7,
    };
    let cut = (0..=LONGEST).rev().find(|cut| event.text.is_char_boundary(*cut));
    let text = &event.text[..cut.unwrap_or_default()];
    let mut fields = format!("PRIORITY={priority}\nSYSLOG_IDENTIFIER=medv-host\n").into_bytes();
    if let Some(id) = event.id {
        fields.extend(format!("MEDV_EVENT={}\n", id.number()).bytes());
    }
    // With its length in front, a value may have line feeds.
    fields.extend(b"MESSAGE\n");
    fields.extend((text.len() as u64).to_le_bytes());
    fields.extend(text.bytes());
    fields.push(b'\n');
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventId;

    /// What a journal would get, field by field.
    fn sent(event: &Event) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let socket = UnixDatagram::bind(&path).unwrap();
        Journal::at(path).add(event).unwrap();
        let mut datagram = vec![0; 1 << 20];
        let len = socket.recv(&mut datagram).unwrap();
        datagram.truncate(len);
        datagram
    }

    #[test]
    fn the_journal_gets_text_priority_and_number() {
        let event = Event::numbered(EventId::WakeUpOnBattery, "two\nlines");
        let text = b"not woken up for updates: the host runs on battery: two\nlines";
        let mut expected = b"PRIORITY=4\nSYSLOG_IDENTIFIER=medv-host\nMEDV_EVENT=11003\nMESSAGE\n".to_vec();
        expected.extend((text.len() as u64).to_le_bytes());
        expected.extend(text);
        expected.push(b'\n');
        assert_eq!(sent(&event), expected);
    }

    #[test]
    fn a_text_that_the_journal_cannot_take_is_cut_between_letters() {
        let datagram = sent(&Event::plain(Level::Debug, format!("x{}", "ü".repeat(LONGEST))));
        let text = &datagram[datagram.len() - LONGEST..datagram.len() - 1];
        assert_eq!(str::from_utf8(text).unwrap().chars().last(), Some('ü'));
    }

    #[test]
    fn where_no_journal_listens_the_error_names_the_socket() {
        let error = Journal::at("/nowhere/socket").add(&Event::plain(Level::Error, "x")).unwrap_err();
        assert_eq!(error.to_string(), "/nowhere/socket: cannot write to the journal");
    }
}
