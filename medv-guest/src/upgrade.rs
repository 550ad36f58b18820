//! The next version of the programs, piece by piece.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use medv_protocol::{RequestId, from_base64};

use crate::files::{Mode, create, put_in_place};
use crate::{Error, Places, Result};

/// Most bytes of a program.
const MAX_PROGRAM: u64 = 64 << 20;

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
        let output = std::process::Command::new(&part).arg("--version").output();
        let output = output.map_err(|error| Error::at(&part, error))?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if !output.status.success() || !said.starts_with(&format!("{} ", program.name())) {
            return Err(Error::at(&part, format!("is not {}: it says {said:?}", program.name())));
        }
        put_in_place(&part, &places.program(program.name()))?;
        Ok(program)
    }
}
