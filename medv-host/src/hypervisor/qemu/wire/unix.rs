//! Pairs of sockets, of which QEMU inherits one end: there is no name by which anybody else could connect.

use std::io::{self, IoSlice, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Command;

use rustix::cmsg_space;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

use super::Inherited;

/// A handle that can be given to QEMU.
pub(in super::super) type Handle<'a> = BorrowedFd<'a>;

/// Our end of a connection.
pub(in super::super) struct Wire(UnixStream);

impl Wire {
    /// Makes a connection that the child inherits and knows as the character device `id`.
    pub(in super::super) fn to_child(command: &mut Command, id: &str, place: Inherited) -> io::Result<Self> {
        let (ours, theirs) = Self::pair()?;
        let number = match place {
            Inherited::Input => {
                command.stdin(theirs);
                0
            }
            Inherited::Output => {
                command.stdout(theirs);
                1
            }
        };
        command.arg("-chardev").arg(format!("socket,id={id},fd={number}"));
        Ok(ours)
    }

    /// Makes a connection, whose other end is the second.
    pub(in super::super) fn pair() -> io::Result<(Self, OwnedFd)> {
        let (ours, theirs) = UnixStream::pair()?;
        Ok((Self(ours), theirs.into()))
    }

    pub(in super::super) fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// Writes all bytes; a handle goes along with the first of them.
    pub(in super::super) fn write(&mut self, bytes: &[u8], handle: Option<Handle<'_>>) -> io::Result<()> {
        let Some(handle) = handle else { return self.0.write_all(bytes) };
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let handles = [handle];
        control.push(SendAncillaryMessage::ScmRights(&handles));
        let sent = sendmsg(&self.0, &[IoSlice::new(bytes)], &mut control, SendFlags::NOSIGNAL)?;
        self.0.write_all(&bytes[sent..])
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
