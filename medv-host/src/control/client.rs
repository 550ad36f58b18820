//! A caller's end.

use std::io::{self, Read, Write};
use std::path::Path;

use interprocess::local_socket::traits::Stream as _;
use interprocess::local_socket::{GenericFilePath, Name, Stream, ToFsName};
use medv_codec::{Error, Result};
use medv_protocol::{Lines, encode};

use super::{Reply, Request};

/// A conversation with the agent of this session.
#[derive(Debug)]
pub struct Client {
    stream: Stream,
    lines: Lines,
    waiting: std::collections::VecDeque<Reply>,
}

impl Client {
    /// Sends a request to the agent that listens at `socket`; `None` if none does.
    ///
    /// # Errors
    /// I/O.
    pub fn send(socket: &Path, request: &Request) -> Result<Option<Self>> {
        let cannot = |error| Error::io("cannot speak with the host agent", error).in_file(socket);
        let mut stream = match Stream::connect(name_of(socket)?) {
            Ok(stream) => stream,
            Err(error)
                if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(cannot(error)),
        };
        #[cfg(windows)]
        must_be_ours(&stream, socket)?;
        let line = encode(request).map_err(|error| Error::usage(error.to_string()))?;
        stream.write_all(&line).map_err(cannot)?;
        Ok(Some(Self { stream, lines: Lines::default(), waiting: std::collections::VecDeque::new() }))
    }

    /// The next reply.
    ///
    /// # Errors
    /// If the agent has gone, or says something that is no reply.
    pub fn hear(&mut self) -> Result<Reply> {
        let mut buffer = [0; 4096];
        loop {
            if let Some(reply) = self.waiting.pop_front() {
                return Ok(reply);
            }
            let failed = |error| Error::io("cannot hear the host agent", error);
            let len = self.stream.read(&mut buffer).map_err(failed)?;
            if len == 0 {
                return Err(failed(io::ErrorKind::UnexpectedEof.into()));
            }
            for reply in self.lines.take(&buffer[..len]) {
                let reply = reply.map_err(|error| Error::damaged(format!("the host agent sent {error}")))?;
                self.waiting.push_back(reply);
            }
        }
    }

    /// The last reply; what comes before it is handed to `heed`.
    ///
    /// # Errors
    /// As for `hear`; what the agent answers.
    pub fn last(mut self, mut heed: impl FnMut(Reply)) -> Result<Reply> {
        loop {
            let reply = self.hear()?;
            if reply.is_last() {
                return reply.into_result();
            }
            heed(reply);
        }
    }
}

/// Another user of the computer can guess the pipe's name, and make it before the agent does. What he would hear may be a password.
#[cfg(windows)]
fn must_be_ours(stream: &Stream, socket: &Path) -> Result<()> {
    use std::os::windows::io::AsHandle;
    let Stream::NamedPipe(pipe) = stream;
    match crate::windows::owner::is_this_user(pipe.inner().as_handle()) {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(Error::usage("another user listens where your host agent should; he was told nothing")
                .in_file(socket)
                .advice("have an administrator log off the other users"))
        }
        Err(error) => Err(Error::io("cannot tell who listens here", error).in_file(socket)),
    }
}

/// On Windows, pipes have names of their own kind: the path, made one of them.
pub(super) fn name_of(socket: &Path) -> Result<Name<'static>> {
    let name = if cfg!(windows) {
        let plain = socket.display().to_string().replace(['\\', ':', '/'], "-");
        format!(r"\\.\pipe\medv{plain}").to_fs_name::<GenericFilePath>().map(Name::into_owned)
    } else {
        socket.as_os_str().to_fs_name::<GenericFilePath>().map(Name::into_owned)
    };
    name.map_err(|error| Error::io("this cannot be the name of a socket", error).in_file(socket))
}
