//! QEMU's monitor: commands as lines of JSON, answers that carry the command's number, and events.
//!
//! What is not known is passed over: other versions of QEMU say other things.

use std::collections::HashMap;
use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use medv_codec::{Error, ErrorKind, Result};
use medv_protocol::Lines;
use serde_json::{Value, json};

use super::wire::{Handle, Wire};

/// How long QEMU may take to answer. It answers at once, unless the host is very busy.
const TIME_OUT: Duration = Duration::from_secs(60);

/// A connection to the monitor.
pub(super) struct Qmp {
    wire: Mutex<Wire>,
    waiting: Arc<Waiting>,
    next: AtomicU64,
}

type Waiting = Mutex<HashMap<u64, Sender<Value>>>;

impl Qmp {
    /// Takes the connection over. `event` is called from a thread, with an event's name and data; the thread ends with the
    /// connection.
    pub(super) fn start(
        wire: Wire,
        event: impl Fn(&str, &Value) + Send + 'static,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let reader = wire.try_clone()?;
        let waiting = Arc::new(Waiting::default());
        let answers = Arc::clone(&waiting);
        let thread = std::thread::Builder::new().name("monitor".into()).spawn(move || {
            read(reader, &answers, event);
            // Whoever waits learns that there will be no answer.
            answers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        })?;
        Ok((Self { wire: Mutex::new(wire), waiting, next: AtomicU64::new(1) }, thread))
    }

    /// Has a command executed and returns the answer.
    pub(super) fn execute(&self, command: &str, arguments: &Value) -> Result<Value> {
        self.converse(command, arguments, None, TIME_OUT)
    }

    /// The same, for a QEMU that is not trusted to answer in time.
    pub(super) fn execute_within(&self, time: Duration, command: &str, arguments: &Value) -> Result<Value> {
        self.converse(command, arguments, None, time)
    }

    /// The same, and gives QEMU a handle along with it.
    #[cfg(unix)]
    pub(super) fn execute_with(&self, handle: Handle<'_>, command: &str, arguments: &Value) -> Result<Value> {
        self.converse(command, arguments, Some(handle), TIME_OUT)
    }

    fn converse(
        &self,
        command: &str,
        arguments: &Value,
        handle: Option<Handle<'_>>,
        time: Duration,
    ) -> Result<Value> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id, sender);
        let line = format!("{}\n", json!({"execute": command, "arguments": arguments, "id": id}));
        let written = self.wire.lock().unwrap_or_else(PoisonError::into_inner).write(line.as_bytes(), handle);
        let answer = match written {
            Ok(()) => receiver.recv_timeout(time),
            Err(_) => Err(RecvTimeoutError::Disconnected),
        };
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        match answer {
            Ok(mut answer) => match answer.get("error") {
                None => Ok(answer["return"].take()),
                Some(error) => {
                    let why = error["desc"].as_str().unwrap_or("no reason given");
                    Err(Error::new(ErrorKind::Io, format!("QEMU refuses {command}: {why}")))
                }
            },
            Err(RecvTimeoutError::Timeout) => Err(Error::new(
                ErrorKind::Io,
                format!("QEMU does not answer {command} within {} seconds", time.as_secs()),
            )
            .advice("if the host is not busy, turn the machine off")),
            Err(RecvTimeoutError::Disconnected) => {
                Err(Error::new(ErrorKind::Io, format!("QEMU has ended before it answered {command}")))
            }
        }
    }
}

fn read(mut wire: Wire, answers: &Waiting, event: impl Fn(&str, &Value)) {
    let mut lines = Lines::default();
    let mut buffer = [0; 8 << 10];
    while let Ok(read @ 1..) = wire.read(&mut buffer) {
        for line in lines.take::<Value>(&buffer[..read]).into_iter().flatten() {
            if let Some(name) = line["event"].as_str() {
                event(name, &line["data"]);
            } else if let Some(id) = line["id"].as_u64() {
                let sender = answers.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
                // Nobody waits any more for what came too late.
                _ = sender.map(|sender| sender.send(line));
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc::Receiver;

    use super::*;

    /// A client, the events that it was told of, and the end that QEMU would have.
    fn connected() -> (Qmp, Receiver<String>, UnixStream) {
        let (wire, theirs) = Wire::pair().unwrap();
        let (sender, events) = channel();
        let event = move |name: &str, _: &Value| sender.send(name.to_owned()).unwrap_or_default();
        let (qmp, _) = Qmp::start(wire, event).unwrap();
        (qmp, events, theirs.into())
    }

    #[test]
    fn answers_find_their_command_among_events_and_what_is_not_known() {
        let (qmp, events, mut qemu) = connected();
        let answered = std::thread::spawn(move || qmp.execute("query-status", &json!({})).unwrap());
        let mut command = String::new();
        BufReader::new(&qemu).read_line(&mut command).unwrap();
        let command: Value = serde_json::from_str(&command).unwrap();
        assert_eq!(command["execute"], "query-status");
        let id = command["id"].as_u64().unwrap();
        for line in [
            json!({"QMP": {"version": {}, "capabilities": []}}),
            json!({"event": "NEW_IN_QEMU_20", "data": {"x": 1}}),
            json!([1, 2]),
            json!({"return": "another's", "id": id + 1}),
            json!({"return": {"status": "paused"}, "id": id, "more": true}),
        ] {
            writeln!(qemu, "{line}\r").unwrap();
        }
        assert_eq!(answered.join().unwrap()["status"], "paused");
        assert_eq!(events.recv().unwrap(), "NEW_IN_QEMU_20");
    }

    #[test]
    fn a_refusal_is_an_error_with_qemus_words() {
        let (qmp, _events, mut qemu) = connected();
        writeln!(qemu, "no JSON").unwrap();
        let refused = std::thread::spawn(move || qmp.execute("stop", &json!({})).unwrap_err());
        let mut command = String::new();
        BufReader::new(&qemu).read_line(&mut command).unwrap();
        writeln!(qemu, "{}", json!({"error": {"class": "GenericError", "desc": "not now"}, "id": 1}))
            .unwrap();
        assert_eq!(refused.join().unwrap().to_string(), "QEMU refuses stop: not now");
    }

    #[test]
    fn a_qemu_that_is_gone_answers_at_once() {
        let (qmp, _events, qemu) = connected();
        drop(qemu);
        assert!(qmp.execute("cont", &json!({})).unwrap_err().to_string().contains("has ended"));
    }
}
