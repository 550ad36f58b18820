//! Folders in which something changes, as Linux tells.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::Errno;

/// What comes of files in some folders.
pub(crate) struct Changes(OwnedFd);

impl Changes {
    /// Of none yet.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self(inotify::init(CreateFlags::CLOEXEC)?))
    }

    /// One more folder. To watch one again changes nothing.
    pub(crate) fn add(&self, folder: &Path) -> io::Result<()> {
        let wanted = WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::MOVED_FROM
            | WatchFlags::MOVED_TO;
        inotify::add_watch(&self.0, folder, wanted | WatchFlags::ONLYDIR)?;
        Ok(())
    }

    /// Waits for a change, and forgets which one it was.
    pub(crate) fn wait(&self) -> io::Result<()> {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(&self.0, &mut buffer);
        loop {
            match reader.next().map(drop) {
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(()) if reader.is_buffer_empty() => return Ok(()),
                Ok(()) => {}
            }
        }
    }
}
