//! What the agent and the host speak through: whichever system it is, one thread reads and another writes, so that a host that
//! does not read keeps nobody from hearing it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, sync_channel};
use std::time::Duration;

use medv_protocol::{Lines, MAX_BAD_LINES, ToGuest};

use crate::Places;
use crate::agent::Event;
use crate::outbox::Out;
use crate::system::port::{Port, find};

/// How long to wait before the next look for a port or a host that is not there.
pub(crate) const PAUSE: Duration = Duration::from_millis(250);

/// How many messages may wait for a host that does not read.
const WAITING: usize = 64;

/// Speaks through the port for ever, in threads of its own, as soon as `wait` has returned.
pub(crate) fn listen(
    places: &Places,
    given: Option<&Path>,
    events: Sender<Event>,
    wait: impl FnOnce(&Places) + Send + 'static,
) {
    let (places, given) = (places.clone(), given.map(Path::to_owned));
    std::thread::spawn(move || {
        wait(&places);
        loop {
            let path = given.clone().or_else(|| find(&places));
            if let Some(port) = path.and_then(|path| Port::open(&path).ok()) {
                let port = Arc::new(port);
                // A device stays open while hosts come and go; the other end of a socket never comes back.
                while port.wait_for_host() {
                    match speak(&port, &events) {
                        Over::HostGone => {}
                        Over::Nonsense => break,
                        Over::AgentGone => return,
                    }
                }
            }
            std::thread::sleep(PAUSE);
        }
    });
}

/// Why nobody speaks any more.
enum Over {
    HostGone,
    /// The host says nothing that is a message.
    Nonsense,
    AgentGone,
}

/// Speaks with one host until it goes.
fn speak(port: &Arc<Port>, events: &Sender<Event>) -> Over {
    let (lines, to_write) = sync_channel(WAITING);
    if events.send(Event::Connected(lines)).is_err() {
        return Over::AgentGone;
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let writer = {
        let (port, is_over) = (Arc::clone(port), Arc::clone(&is_over));
        std::thread::spawn(move || write(&port, &to_write, &is_over))
    };
    let why = read(port, events);
    is_over.store(true, Ordering::SeqCst);
    let is_there = events.send(Event::Disconnected).is_ok();
    let _ = writer.join();
    if is_there { why } else { Over::AgentGone }
}

/// Hands on what the host says until it goes, or says nothing but nonsense.
fn read(port: &Port, events: &Sender<Event>) -> Over {
    let (mut lines, mut bytes, mut bad) = (Lines::default(), [0; 16 << 10], 0);
    loop {
        let read = match port.read(&mut bytes) {
            Ok(0) | Err(_) => return Over::HostGone,
            Ok(read) => read,
        };
        for line in lines.take::<ToGuest>(bytes.get(..read).unwrap_or_default()) {
            bad = if line.is_err() { bad + 1 } else { 0 };
            if events.send(Event::Line(line)).is_err() {
                return Over::AgentGone;
            }
            if bad == MAX_BAD_LINES {
                return Over::Nonsense;
            }
        }
    }
}

fn write(port: &Port, lines: &Receiver<Out>, is_over: &AtomicBool) {
    loop {
        match lines.recv_timeout(PAUSE) {
            Ok(Out::Line(line)) => {
                if port.write_all(&line, is_over).is_err() {
                    return;
                }
            }
            Ok(Out::Flush(done)) => {
                let _ = done.send(());
            }
            Err(RecvTimeoutError::Timeout) if !is_over.load(Ordering::SeqCst) => {}
            Err(_) => return,
        }
    }
}
