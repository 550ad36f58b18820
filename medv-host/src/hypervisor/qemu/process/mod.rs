//! QEMU's process, and a thread that holds it.

use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::thread::JoinHandle;

use medv_codec::{Error, Result};

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::Killer;
#[cfg(windows)]
pub(super) use windows::Killer;

/// How much of what QEMU prints is remembered, in bytes.
const LAST_WORDS: usize = 4 << 10;

/// A process that was started.
pub(super) struct Process {
    killer: Killer,
    holder: JoinHandle<Exit>,
}

/// How a process ended.
pub(super) struct Exit {
    /// Its exit code or signal.
    pub(super) status: String,
    /// The end of what it printed.
    pub(super) last_words: String,
}

impl Process {
    /// Starts it, on a thread that lives as long as it does: the kernel ties the process to that thread.
    pub(super) fn start(mut command: Command) -> Result<Self> {
        command.stderr(Stdio::piped());
        let program = command.get_program().to_owned();
        let cannot = |error| Error::io("cannot start", error).in_file(&program);
        let (sender, started) = channel();
        let holder = std::thread::Builder::new().name("machine".into()).spawn(move || {
            let child = command.spawn().and_then(|child| Ok((Killer::of(&child)?, child)));
            // Among others, it holds the other ends of the connections, whose end is to be noticed.
            drop(command);
            match child {
                Ok((killer, mut child)) => {
                    // `start` waits for it.
                    _ = sender.send(Ok(killer));
                    let last_words = child.stderr.take().map(last_words).unwrap_or_default();
                    Exit { status: describe(child.wait()), last_words }
                }
                Err(error) => {
                    _ = sender.send(Err(error));
                    Exit { status: String::new(), last_words: String::new() }
                }
            }
        });
        let holder = holder.map_err(cannot)?;
        let killer = started.recv().map_err(std::io::Error::other).and_then(|started| started);
        Ok(Self { killer: killer.map_err(cannot)?, holder })
    }

    /// What can end it from any thread.
    pub(super) fn killer(&self) -> Killer {
        self.killer.clone()
    }

    /// Waits for its end.
    pub(super) fn wait(self) -> Exit {
        let lost = |_| Exit { status: "not known".into(), last_words: String::new() };
        self.holder.join().unwrap_or_else(lost)
    }
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.last_words.is_empty() {
            true => write!(f, "QEMU ended ({})", self.status),
            false => write!(f, "QEMU ended ({}): {}", self.status, self.last_words),
        }
    }
}

fn describe(status: std::io::Result<ExitStatus>) -> String {
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}

/// Reads up to the end, and returns the last lines.
fn last_words(mut from: impl Read) -> String {
    let mut words = Vec::new();
    let mut buffer = [0; 1 << 10];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        words.extend_from_slice(&buffer[..read]);
        words.drain(..words.len().saturating_sub(LAST_WORDS));
    }
    String::from_utf8_lossy(&words).trim().to_owned()
}
