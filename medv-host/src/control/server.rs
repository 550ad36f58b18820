//! The agent's end.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use interprocess::local_socket::traits::ListenerExt;
use interprocess::local_socket::{ListenerOptions, Stream};
#[cfg(windows)]
use interprocess::os::windows::local_socket::ListenerOptionsExt;
use medv_codec::{Error, Result};
use medv_protocol::{Lines, encode};

use super::{Reply, Request};
use crate::control::client::name_of;

/// Whoever has sent a request. Dropped without a last reply, it gets one that says so.
#[derive(Debug)]
pub struct Caller {
    replies: Sender<Reply>,
    is_answered: bool,
}

impl Caller {
    /// A caller, and what it hears.
    pub fn new() -> (Self, Receiver<Reply>) {
        let (replies, heard) = mpsc::channel();
        (Self { replies, is_answered: false }, heard)
    }

    /// Sends one of several replies. `false` if the caller has gone.
    pub fn hears(&self, reply: Reply) -> bool {
        self.replies.send(reply).is_ok()
    }

    /// Sends the last reply.
    pub fn answer(mut self, reply: impl Into<Reply>) {
        self.is_answered = true;
        let _ = self.replies.send(reply.into());
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        if !self.is_answered {
            let gone = Error::new(medv_codec::ErrorKind::Cancelled, "the agent has dropped this request");
            let _ = self.replies.send(gone.into());
        }
    }
}

/// The conversations with callers.
#[derive(Clone, Debug, Default)]
pub struct Conversations(Arc<(Mutex<usize>, Condvar)>);

impl Conversations {
    fn begin(&self) {
        *self.count() += 1;
    }

    fn end(&self) {
        *self.count() -= 1;
        self.0.1.notify_all();
    }

    fn count(&self) -> MutexGuard<'_, usize> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until all callers have heard their last reply, but not longer than so: one may not listen.
    pub fn finish(&self, patience: Duration) {
        let _ = self.0.1.wait_timeout_while(self.count(), patience, |count| *count > 0);
    }
}

/// Listens at `socket`, and hands out each request with who sent it. It goes on until the process ends.
///
/// # Errors
/// If nobody can listen there.
pub fn serve(
    socket: &Path,
    take: impl Fn(Request, Caller) + Send + Sync + Clone + 'static,
) -> Result<Conversations> {
    // Who holds the agent's lock is the only one: a socket that is there is left over.
    if cfg!(unix) {
        let _ = std::fs::remove_file(socket);
    }
    let cannot = |error: io::Error| Error::io("cannot listen for callers", error).in_file(socket);
    let options = ListenerOptions::new().name(name_of(socket)?);
    #[cfg(windows)]
    let options = options.security_descriptor(crate::windows::owner::this_user().map_err(cannot)?);
    let listener = options.create_sync().map_err(cannot)?;
    let conversations = Conversations::default();
    let open = conversations.clone();
    let listen = move || {
        for stream in listener.incoming().flatten() {
            let (take, conversation) = (take.clone(), open.clone());
            conversation.begin();
            // A caller that does not hear or speak holds nobody up but its own thread.
            let caller = thread::Builder::new().name("caller".to_owned()).spawn(move || {
                converse(&stream, &take);
                drop(stream);
                conversation.end();
            });
            if caller.is_err() {
                open.end();
            }
        }
    };
    thread::Builder::new().name("control".to_owned()).spawn(listen).map_err(cannot)?;
    Ok(conversations)
}

fn converse(stream: &Stream, take: &impl Fn(Request, Caller)) {
    let Some(request) = read_request(stream) else { return };
    let (caller, replies) = Caller::new();
    match request {
        Ok(request) => take(request, caller),
        Err(message) => caller.answer(Error::usage(message)),
    }
    for reply in replies {
        let is_last = reply.is_last();
        let sent = encode(&reply).map(|line| (&*stream).write_all(&line));
        if is_last || !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

fn read_request(mut stream: &Stream) -> Option<std::result::Result<Request, String>> {
    let mut lines = Lines::default();
    let mut buffer = [0; 4096];
    loop {
        let len = stream.read(&mut buffer).ok().filter(|len| *len > 0)?;
        if let Some(request) = lines.take(&buffer[..len]).into_iter().next() {
            return Some(request.map_err(|error| error.to_string()));
        }
    }
}
