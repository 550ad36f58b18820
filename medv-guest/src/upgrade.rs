//! The next version of the programs, piece by piece.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use medv_protocol::{RequestId, from_base64};

use crate::files::{Mode, create, put_in_place};
use crate::{Error, Places, Result};

/// Most bytes of a program.
const MAX_PROGRAM: u64 = 64 << 20;

/// How long a program may take to say which one it is, and how much of what it says is looked at, in bytes.
const PATIENCE: Duration = Duration::from_secs(30);
const MAX_WORDS: u64 = 256;

/// A program that arrives.
pub(crate) struct Upgrade {
    request: RequestId,
    program: Program,
    part: PathBuf,
    file: File,
    len: u64,
}

/// What can be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Agent,
    Completion,
}

impl Program {
    fn named(name: &str) -> Result<Self> {
        match name {
            "medv-guest" => Ok(Self::Agent),
            "ftscompletion" => Ok(Self::Completion),
            _ => Err(Error::new(format!("no program {name:?} to replace"))),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Agent => "medv-guest",
            Self::Completion => "ftscompletion",
        }
    }
}

impl Upgrade {
    /// Begins with the first piece of a request, beside the program that it replaces.
    pub(crate) fn begin(places: &Places, request: RequestId, program: &str) -> Result<Self> {
        let program = Program::named(program)?;
        let folder = places.programs();
        std::fs::create_dir_all(&folder).map_err(|error| Error::at(&folder, error))?;
        let part = folder.join(format!("{}.next{}", program.name(), std::env::consts::EXE_SUFFIX));
        let file = create(&part, Mode::Program).map_err(|error| Error::at(&part, error))?;
        Ok(Self { request, program, part, file, len: 0 })
    }

    /// Whether a piece belongs to it.
    pub(crate) fn is_of(&self, request: RequestId, program: &str) -> bool {
        self.request == request && self.program.name() == program
    }

    /// Adds a piece.
    pub(crate) fn add(&mut self, base64: &str) -> Result<()> {
        let bytes = from_base64(base64).map_err(|error| Error::new(error.to_string()))?;
        self.len += bytes.len() as u64;
        if self.len > MAX_PROGRAM {
            return Err(Error::new(format!("a program of more than {MAX_PROGRAM} bytes")));
        }
        self.file.write_all(&bytes).map_err(|error| Error::at(&self.part, error))
    }

    /// Puts it in the other's place, if it is a program that can run here and says that it is the one.
    pub(crate) fn install(self, places: &Places) -> Result<Program> {
        let Self { program, part, file, .. } = self;
        file.sync_all().map_err(|error| Error::at(&part, error))?;
        drop(file);
        let said = ask_for_version(&part, PATIENCE).map_err(|error| Error::at(&part, error))?;
        if !said.starts_with(&format!("{} ", program.name())) {
            return Err(Error::at(&part, format!("is not {}: it says {said:?}", program.name())));
        }
        put_in_place(&part, &places.program(program.name()))?;
        Ok(program)
    }
}

/// What a program says to `--version`. The agent waits for it, so one that does not end is ended.
fn ask_for_version(program: &Path, patience: Duration) -> io::Result<String> {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let (tell, told) = channel();
    let words = child.stdout.take();
    thread::spawn(move || {
        let mut said = Vec::new();
        let _ = words.map(|words| words.take(MAX_WORDS).read_to_end(&mut said));
        let _ = tell.send(said);
    });
    let ends = Instant::now() + patience;
    let status = loop {
        match child.try_wait()? {
            Some(status) => break status,
            None if Instant::now() < ends => thread::sleep(Duration::from_millis(20)),
            None => {
                child.kill()?;
                child.wait()?;
                return Err(io::Error::other(format!("has not ended after {} s", patience.as_secs())));
            }
        }
    };
    // A child of its own may keep its output open.
    let said = told.recv_timeout(patience).unwrap_or_default();
    match status.success() {
        true => Ok(String::from_utf8_lossy(&said).trim().to_owned()),
        false => Err(io::Error::other(format!("does not say its version: {status}"))),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        let mut file = create(&program, Mode::Program).unwrap();
        file.write_all(b"#!/bin/sh\nexec sleep 1000\n").unwrap();
        drop(file);
        let error = ask_for_version(&program, Duration::ZERO).unwrap_err();
        assert!(error.to_string().contains("has not ended"), "{error}");
    }
}
