//! Sleeps until the kernel tells of a change: of interfaces, addresses and routes through a netlink socket, of files with name
//! servers through inotify. A host on which nothing changes costs nothing.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with};

use super::linux::RESOLVERS;

/// An interface that comes up has its addresses, routes and name servers one after the other: it is looked at when it was quiet for
/// so long,
const QUIET: Duration = Duration::from_secs(1);

/// but after so long even if it never is.
const LONGEST: Duration = Duration::from_secs(5);

// Groups of messages of `NETLINK_ROUTE`.
const LINK: u32 = 0x1;
const ADDRESSES: u32 = 0x10 | 0x100;
const ROUTES: u32 = 0x40 | 0x400;

fn subscribe() -> rustix::io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
    bind(&socket, &SocketAddrNetlink::new(0, LINK | ADDRESSES | ROUTES))?;
    Ok(socket)
}

/// Such files are replaced, so their folders are watched. One that is not there belongs to a program that is not there.
fn watch_files() -> rustix::io::Result<OwnedFd> {
    let files = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
    let wanted = WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO | WatchFlags::ONLYDIR;
    for folder in RESOLVERS.iter().filter_map(|file| Path::new("/").join(file).parent().map(Path::to_owned)) {
        let _ = inotify::add_watch(&files, folder, wanted);
    }
    Ok(files)
}

/// Changes from now on.
pub(super) struct Changes {
    kernel: OwnedFd,
    files: OwnedFd,
}

impl Changes {
    pub(super) fn watch() -> io::Result<Self> {
        Ok(Self { kernel: subscribe()?, files: watch_files()? })
    }

    /// Returns when something has changed, and then nothing for a while.
    pub(super) fn wait(&self) -> io::Result<()> {
        self.happens(None)?;
        let last = Instant::now() + LONGEST;
        while Instant::now() < last && self.happens(Some(QUIET))? {}
        Ok(())
    }

    /// Whether something has happened before the time is up. What it was is forgotten.
    fn happens(&self, timeout: Option<Duration>) -> io::Result<bool> {
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        let mut ready =
            [&self.kernel, &self.files].map(|fd| PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN));
        match poll(&mut ready, timeout.as_ref()) {
            Ok(0) => return Ok(false),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        forget(&self.kernel)?;
        forget(&self.files)?;
        Ok(true)
    }
}

/// Reads all there is.
fn forget(from: &OwnedFd) -> io::Result<()> {
    let mut bytes = [MaybeUninit::uninit(); 8192];
    loop {
        match rustix::io::read(from, &mut bytes) {
            Err(Errno::AGAIN) => return Ok(()),
            // More than the kernel could keep has changed.
            Ok(_) | Err(Errno::INTR | Errno::NOBUFS) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
