//! Named pipes: QEMU makes them, under names that nobody can guess, and waits until we come.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Write};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Inherited;
use crate::windows::Pipe;

/// How long QEMU may take to make a pipe.
const TIME_OUT: Duration = Duration::from_secs(30);

/// Handles cannot be given to QEMU here.
pub(in super::super) enum Handle<'a> {
    #[expect(dead_code, reason = "there is none")]
    None(std::convert::Infallible, std::marker::PhantomData<&'a ()>),
}

/// Our end of a connection; made when it is first used.
#[derive(Clone)]
pub(in super::super) struct Wire {
    name: String,
    pipe: Arc<OnceLock<Pipe>>,
}

impl Wire {
    /// Has the child make a pipe that it knows as the character device `id`.
    pub(in super::super) fn to_child(command: &mut Command, id: &str, _: Inherited) -> io::Result<Self> {
        let random = || RandomState::new().hash_one(id);
        let name = format!("medv-{id}-{:016x}{:016x}", random(), random());
        command.arg("-chardev").arg(format!("pipe,id={id},path={name}"));
        Ok(Self { name, pipe: Arc::default() })
    }

    pub(in super::super) fn try_clone(&self) -> io::Result<Self> {
        Ok(self.clone())
    }

    /// Writes all bytes.
    pub(in super::super) fn write(&mut self, bytes: &[u8], _: Option<Handle<'_>>) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn pipe(&self) -> io::Result<&Pipe> {
        let begun = Instant::now();
        loop {
            if let Some(pipe) = self.pipe.get() {
                return Ok(pipe);
            }
            match Pipe::open(&self.name) {
                Ok(pipe) => _ = self.pipe.set(pipe),
                Err(error) if begun.elapsed() > TIME_OUT => return Err(error),
                Err(_) => sleep(Duration::from_millis(20)),
            }
        }
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.pipe()?.read(buffer)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pipe()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
