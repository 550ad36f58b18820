//! `medv-guest install`: once in a guest's life, from the medium with answers. To be called again does no harm; when it is
//! interrupted, what was done is whole, and the next call does the rest.

use std::path::Path;

use medv_protocol::Answers;

use crate::files::{Mode, write_whole};
use crate::log::{Level, Log};
use crate::{Error, Places, Result, system};

/// Copies the programs, applies the answers, registers the agent, and starts it.
///
/// # Errors
/// If a program cannot be copied, or the agent cannot be registered or started; except on Windows if an answer could not be
/// applied, after everything else was done.
pub fn run(places: &Places, from: &Path) -> Result<()> {
    let log = Log::open(places.log());
    log.note(Level::Information, &format!("installed from {}", from.display()));
    for name in system::PROGRAMS {
        let program = from.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let bytes = std::fs::read(&program).map_err(|error| Error::at(&program, error))?;
        write_whole(&places.program(name), &bytes, Mode::Program)?;
    }
    let failed = match answers(from)? {
        Some(answers) => system::personalise::apply(places, &answers),
        None => Vec::new(),
    };
    for error in &failed {
        log.note(Level::Error, &error.to_string());
    }
    system::service::register(places)?;
    system::service::start(places)?;
    match failed.into_iter().next() {
        // Windows' own setup, which has called this, may stop at a command that fails.
        Some(error) if cfg!(unix) => Err(error),
        _ => Ok(()),
    }
}

fn answers(from: &Path) -> Result<Option<Answers>> {
    let path = from.join("answers.json");
    match std::fs::read(&path) {
        Ok(json) => Answers::from_json(&json).map(Some).map_err(|error| Error::at(&path, error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::at(&path, error)),
    }
}
