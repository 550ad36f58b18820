//! The guest agent's port: its bytes are messages to the host agent, and messages to it wait in a queue.

use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use medv_codec::{Error, ErrorKind, Result};
use medv_protocol::{Lines, ToGuest, encode};

use super::wire::Wire;
use crate::hypervisor::MachineEvent;

/// How many messages, each at most [`medv_protocol::MAX_LINE`] long, or rows of messages wait for the guest agent.
const QUEUE: usize = 256;

/// Lines that are made when it is their turn.
type Waiting = Box<dyn Iterator<Item = Vec<u8>> + Send>;

/// The host's end of the port.
pub(super) struct Channel {
    queue: SyncSender<Waiting>,
}

impl Channel {
    /// Takes the connection over. The reading thread that is returned ends with the connection; the writing one as well, or when
    /// the channel is dropped.
    pub(super) fn start(
        wire: Wire,
        report: impl Fn(MachineEvent) + Send + 'static,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let reader = wire.try_clone()?;
        let (queue, messages) = sync_channel(QUEUE);
        std::thread::Builder::new().name("to guest".into()).spawn(move || write(wire, &messages))?;
        let thread =
            std::thread::Builder::new().name("from guest".into()).spawn(move || read(reader, report))?;
        Ok((Self { queue }, thread))
    }

    /// Puts a message into the queue.
    pub(super) fn send(&self, message: &ToGuest) -> Result<()> {
        let line = encode(message).map_err(|too_long| Error::new(ErrorKind::Limit, too_long.to_string()))?;
        self.queue(Box::new(std::iter::once(line)))
    }

    /// Puts messages into the queue, in one place of it.
    pub(super) fn send_all(&self, messages: Box<dyn Iterator<Item = ToGuest> + Send>) -> Result<()> {
        self.queue(Box::new(messages.map_while(|message| encode(&message).ok())))
    }

    fn queue(&self, lines: Waiting) -> Result<()> {
        self.queue.try_send(lines).map_err(|error| match error {
            TrySendError::Full(_) => {
                Error::new(ErrorKind::Limit, format!("{QUEUE} messages wait for the guest agent already"))
                    .advice("wait until it has opened its port, or restart the guest")
            }
            TrySendError::Disconnected(_) => Error::new(ErrorKind::Io, "the machine has ended"),
        })
    }
}

fn write(mut wire: Wire, messages: &Receiver<Waiting>) {
    for line in messages.iter().flatten() {
        if wire.write(&line, None).is_err() {
            return;
        }
    }
}

fn read(mut wire: Wire, report: impl Fn(MachineEvent)) {
    let mut lines = Lines::default();
    let mut buffer = [0; 8 << 10];
    while let Ok(read @ 1..) = wire.read(&mut buffer) {
        for line in lines.take(&buffer[..read]) {
            report(match line {
                Ok(message) => MachineEvent::Said(message),
                Err(bad) => MachineEvent::Babbled(bad),
            });
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc::channel;

    use medv_protocol::ToHost;

    use super::*;

    fn connected() -> (Channel, Receiver<MachineEvent>, UnixStream) {
        let (wire, theirs) = Wire::pair().unwrap();
        let (sender, events) = channel();
        let (channel, _) = Channel::start(wire, move |event| sender.send(event).unwrap_or_default()).unwrap();
        (channel, events, theirs.into())
    }

    #[test]
    fn messages_go_both_ways_and_garbage_is_reported() {
        let (channel, events, mut guest) = connected();
        channel.send(&ToGuest::ShutDown).unwrap();
        let mut line = String::new();
        BufReader::new(&guest).read_line(&mut line).unwrap();
        assert_eq!(line, "{\"type\":\"shut_down\"}\n");
        guest.write_all(b"\xff\x00{\n{\"type\":\"bye\"}\n").unwrap();
        assert!(matches!(events.recv().unwrap(), MachineEvent::Babbled(_)));
        assert_eq!(events.recv().unwrap(), MachineEvent::Said(ToHost::Bye));
    }

    #[test]
    fn a_guest_that_does_not_read_fills_the_queue_and_then_sending_fails() {
        let (channel, _events, _guest) = connected();
        let message = ToGuest::OpenUrl { request: 1, url: "u".repeat(60_000) };
        // Some are in the socket's own buffer.
        let error = (0..10 * QUEUE).find_map(|_| channel.send(&message).err()).unwrap();
        assert_eq!(error.kind(), ErrorKind::Limit);
    }

    #[test]
    fn a_long_row_of_messages_takes_one_place_and_arrives_in_order() {
        let (channel, _events, guest) = connected();
        let url = |request| ToGuest::OpenUrl { request, url: "u".repeat(40_000) };
        let count = 4 * QUEUE as u64;
        // Nobody reads yet: nothing of this waits.
        channel.send_all(Box::new((0..count).map(url))).unwrap();
        channel.send(&ToGuest::ShutDown).unwrap();
        let mut said: Vec<ToGuest> = Vec::new();
        for line in BufReader::new(guest).split(b'\n').map(|line| line.unwrap()) {
            said.push(serde_json::from_slice(&line).unwrap());
            if said.last() == Some(&ToGuest::ShutDown) {
                break;
            }
        }
        assert!(said.iter().take(4 * QUEUE).cloned().eq((0..count).map(url)));
        assert_eq!(said.len(), 4 * QUEUE + 1);
    }

    #[test]
    fn a_message_that_is_no_line_is_refused() {
        let (channel, _events, _guest) = connected();
        let message = ToGuest::OpenUrl { request: 1, url: "u".repeat(medv_protocol::MAX_LINE) };
        assert_eq!(channel.send(&message).unwrap_err().kind(), ErrorKind::Limit);
    }
}
