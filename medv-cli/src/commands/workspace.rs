//! `medv workspace …`

mod build;
mod check;
#[cfg(unix)]
mod installing;
mod names;
mod new;
mod questions;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use medv_codec::disk::open;
use medv_codec::disk::{Disk, OpenOptions};
use medv_codec::{Error, Result};
use medv_packager::definition::Definition;
use medv_packager::problem::{Problem, Severity};
use medv_packager::sealed::{Sealed, sealed};
use serde::Serialize;

use crate::args::{Output, Sealing, Workspace, WorkspaceCommand};
use crate::messages::Messages;
use crate::report::Outcome;

pub(crate) fn run(args: &Workspace, output: &Output, messages: &Messages) -> Result<Outcome> {
    match &args.command {
        WorkspaceCommand::New(new) => new::run(new, messages),
        WorkspaceCommand::Check(check) => check::run(check),
        WorkspaceCommand::Build(build) => build::run(build, output, messages),
        #[cfg(unix)]
        WorkspaceCommand::Install(install) => installing::install(install, output, messages),
        #[cfg(unix)]
        WorkspaceCommand::Uninstall(uninstall) => installing::uninstall(uninstall),
        #[cfg(unix)]
        WorkspaceCommand::List(list) => installing::list(list),
    }
}

/// A problem as JSON shows it.
#[derive(Serialize)]
struct ProblemDetail {
    severity: String,
    line: Option<usize>,
    message: String,
    advice: String,
}

impl ProblemDetail {
    fn new(problem: &Problem) -> Self {
        let Problem { severity, line, message, advice } = problem.clone();
        Self { severity: severity.to_string(), line, message, advice }
    }
}

/// A definition that was looked at, and all that is wrong with it.
struct Looked {
    definition: Option<Definition>,
    problems: Vec<Problem>,
    sealed: Option<Sealed>,
}

impl Looked {
    fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// Reads the definition at `path`, and looks at its disk.
fn look(path: &Path, sealing: Sealing) -> Result<Looked> {
    let text = fs::read_to_string(path).map_err(|error| {
        Error::io("cannot read", error)
            .in_file(path)
            .advice("`medv workspace new` writes such a file; it is text in UTF-8")
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    look_at(&text, folder, sealing)
}

/// [`look`] at a definition that is at hand.
fn look_at(text: &str, folder: &Path, sealing: Sealing) -> Result<Looked> {
    let (definition, mut problems) = Definition::read(text, folder);
    let sealed = match &definition {
        Some(definition) => {
            let opened = open(&definition.image, &OpenOptions::default())?;
            let disk: Arc<dyn Disk> = Arc::from(opened.disk);
            Some(sealed(&disk)?)
        }
        None => None,
    };
    if let Some(sealed) = &sealed {
        problems.extend(problem_of(sealed, sealing));
    }
    Ok(Looked { definition, problems, sealed })
}

/// What is wrong with a disk that is not sealed, or that will ask questions.
fn problem_of(sealed: &Sealed, sealing: Sealing) -> Option<Problem> {
    let severity = if sealing.require_sealed { Severity::Error } else { Severity::Warning };
    let (severity, message, advice) = match sealed {
        Sealed::Yes { caution: None, .. } => return None,
        Sealed::Yes { caution: Some(caution), .. } => (
            Severity::Warning,
            format!("the disk is sealed, but {}", caution.message),
            caution.advice.clone(),
        ),
        Sealed::No { reason, advice } => {
            (severity, format!("the disk is not sealed: {reason}"), advice.clone())
        }
        Sealed::Unknown { reason } => (
            severity,
            format!("whether the disk is sealed cannot be seen: {reason}"),
            "make sure that it is, or every computer will be the same machine".to_owned(),
        ),
    };
    Some(Problem { severity, line: None, message, advice })
}

/// `FILE:LINE: message`, with the advice below.
fn tell(file: &Path, problem: &Problem) -> String {
    let place = match problem.line {
        Some(line) => format!("{}:{line}", file.display()),
        None => file.display().to_string(),
    };
    format!("{place}: {}: {}\n  help: {}", problem.severity, problem.message, problem.advice)
}

/// Where is remembered what was packed before.
fn cache() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else {
        set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))
    };
    Some(folder?.join("medv").join("packed"))
}
