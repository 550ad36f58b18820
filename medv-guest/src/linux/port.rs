//! The port: a virtio-serial device, or a Unix socket that plays one.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, sync_channel};
use std::time::Duration;

use medv_protocol::{Lines, MAX_BAD_LINES, PORT_NAME, ToGuest};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::Places;
use crate::agent::Event;
use crate::files::read_text;
use crate::outbox::Out;

/// How long to wait before the next look for a port or a host that is not there.
const PAUSE: Duration = Duration::from_millis(250);

/// How many messages may wait for a host that does not read.
const WAITING: usize = 64;

/// Speaks through the port for ever, in threads of its own.
pub(crate) fn listen(places: &Places, given: Option<&Path>, events: Sender<Event>) {
    let (places, given) = (places.clone(), given.map(Path::to_owned));
    std::thread::spawn(move || {
        loop {
            let path = given.clone().or_else(|| find(&places));
            if let Some(port) = path.and_then(|path| open(&path).ok()) {
                let port = Arc::new(port);
                // A device stays open while hosts come and go; the other end of a socket never comes back.
                while wait_for_host(&port) {
                    if !speak(&port, &events) {
                        return;
                    }
                }
            }
            std::thread::sleep(PAUSE);
        }
    });
}

/// The device appears when its driver is loaded; udev gives it its name, where there is udev.
fn find(places: &Places) -> Option<PathBuf> {
    let named = places.at("/dev/virtio-ports").join(PORT_NAME);
    if named.exists() {
        return Some(named);
    }
    let ports = std::fs::read_dir(places.at("/sys/class/virtio-ports")).ok()?;
    ports.filter_map(Result::ok).find_map(|port| {
        let name = read_text(&port.path().join("name")).ok()??;
        (name.trim() == PORT_NAME).then(|| places.at("/dev").join(port.file_name()))
    })
}

fn open(path: &Path) -> io::Result<OwnedFd> {
    if std::fs::metadata(path)?.file_type().is_socket() {
        let socket = UnixStream::connect(path)?;
        socket.set_nonblocking(true)?;
        return Ok(socket.into());
    }
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}

/// `false` if there will never be one.
fn wait_for_host(port: &OwnedFd) -> bool {
    let is_socket = rustix::net::sockopt::socket_type(port).is_ok();
    loop {
        match ready(port, PollFlags::OUT, Some(Duration::ZERO)) {
            Ok(flags) if !flags.intersects(PollFlags::HUP | PollFlags::ERR) => return true,
            Ok(_) if !is_socket => std::thread::sleep(PAUSE),
            _ => return false,
        }
    }
}

/// Speaks with one host until it goes; `false` if the agent is gone.
fn speak(port: &Arc<OwnedFd>, events: &Sender<Event>) -> bool {
    let (lines, to_write) = sync_channel(WAITING);
    if events.send(Event::Connected(lines)).is_err() {
        return false;
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let writer = {
        let (port, is_over) = (Arc::clone(port), Arc::clone(&is_over));
        std::thread::spawn(move || write(&port, &to_write, &is_over))
    };
    read(port, events);
    is_over.store(true, Ordering::SeqCst);
    let is_there = events.send(Event::Disconnected).is_ok();
    let _ = writer.join();
    is_there
}

/// Hands on what the host says until it goes, or says nothing but nonsense.
fn read(port: &OwnedFd, events: &Sender<Event>) {
    let (mut lines, mut bytes, mut bad) = (Lines::default(), [0; 16 << 10], 0);
    loop {
        let read = match rustix::io::read(port, &mut bytes) {
            Ok(0) => return,
            Ok(read) => read,
            Err(Errno::AGAIN | Errno::INTR) => match ready(port, PollFlags::IN, None) {
                Ok(flags) if flags.contains(PollFlags::IN) => continue,
                _ => return,
            },
            Err(_) => return,
        };
        for line in lines.take::<ToGuest>(bytes.get(..read).unwrap_or_default()) {
            bad = if line.is_err() { bad + 1 } else { 0 };
            if events.send(Event::Line(line)).is_err() || bad == MAX_BAD_LINES {
                return;
            }
        }
    }
}

fn write(port: &OwnedFd, lines: &Receiver<Out>, is_over: &AtomicBool) {
    loop {
        match lines.recv_timeout(PAUSE) {
            Ok(Out::Line(line)) => {
                if write_all(port, &line, is_over).is_err() {
                    return;
                }
            }
            Ok(Out::Flush(done)) => {
                let _ = done.send(());
            }
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) if !is_over.load(Ordering::SeqCst) => {}
            Err(_) => return,
        }
    }
}

fn write_all(port: &OwnedFd, mut bytes: &[u8], is_over: &AtomicBool) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(port, bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            // A host that is there but does not read is waited for.
            Err(Errno::AGAIN) if !is_over.load(Ordering::SeqCst) => {
                let flags = ready(port, PollFlags::OUT, Some(PAUSE))?;
                if flags.contains(PollFlags::HUP) {
                    return Err(Errno::PIPE.into());
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn ready(port: &OwnedFd, wanted: PollFlags, timeout: Option<Duration>) -> io::Result<PollFlags> {
    let mut fds = [PollFd::new(port, wanted)];
    let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
    match poll(&mut fds, timeout.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(fds[0].revents()),
        Err(error) => Err(error.into()),
    }
}
