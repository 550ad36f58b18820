//! The port: a virtio-serial device, or a Unix socket that plays one.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use medv_protocol::PORT_NAME;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::Places;
use crate::files::read_text;
use crate::port::PAUSE;

/// An open port. Nothing that is done with it blocks but by its own will.
pub(crate) struct Port {
    fd: OwnedFd,
    is_socket: bool,
}

/// The device appears when its driver is loaded; udev gives it its name, where there is udev.
pub(crate) fn find(places: &Places) -> Option<PathBuf> {
    let named = places.at("/dev/virtio-ports").join(PORT_NAME);
    if named.exists() {
        return Some(named);
    }
    let ports = std::fs::read_dir(places.at("/sys/class/virtio-ports")).ok()?;
    ports.flatten().find_map(|port| {
        let name = read_text(&port.path().join("name")).ok()??;
        (name.trim() == PORT_NAME).then(|| places.at("/dev").join(port.file_name()))
    })
}

impl Port {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        if std::fs::metadata(path)?.file_type().is_socket() {
            let socket = UnixStream::connect(path)?;
            socket.set_nonblocking(true)?;
            return Ok(Self { fd: socket.into(), is_socket: true });
        }
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        Ok(Self { fd: rustix::fs::open(path, flags, Mode::empty())?, is_socket: false })
    }

    /// `false` if there will never be one.
    pub(crate) fn wait_for_host(&self) -> bool {
        loop {
            match self.ready(PollFlags::OUT, Some(Duration::ZERO)) {
                Ok(flags) if !flags.intersects(PollFlags::HUP | PollFlags::ERR) => return true,
                Ok(_) if !self.is_socket => std::thread::sleep(PAUSE),
                _ => return false,
            }
        }
    }

    /// Waits for bytes; 0 if the host is gone.
    pub(crate) fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            match rustix::io::read(&self.fd, &mut *bytes) {
                Err(Errno::AGAIN | Errno::INTR) => {
                    if !self.ready(PollFlags::IN, None)?.contains(PollFlags::IN) {
                        return Ok(0);
                    }
                }
                read => return Ok(read?),
            }
        }
    }

    /// Writes all, unless it is over meanwhile. A host that is there but does not read is waited for.
    pub(crate) fn write_all(&self, mut bytes: &[u8], is_over: &AtomicBool) -> io::Result<()> {
        while !bytes.is_empty() {
            match rustix::io::write(&self.fd, bytes) {
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) if !is_over.load(Ordering::SeqCst) => {
                    if self.ready(PollFlags::OUT, Some(PAUSE))?.contains(PollFlags::HUP) {
                        return Err(Errno::PIPE.into());
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn ready(&self, wanted: PollFlags, timeout: Option<Duration>) -> io::Result<PollFlags> {
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        let mut fds = [PollFd::new(&self.fd, wanted)];
        loop {
            match poll(&mut fds, timeout.as_ref()) {
                Err(Errno::INTR) => {}
                outcome => return outcome.map(|_| fds[0].revents()).map_err(io::Error::from),
            }
        }
    }
}
