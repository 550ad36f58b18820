//! The arguments of both programs, by hand: they are few, and the programs go into every guest.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::{Places, system};

/// What `medv-guest` is to do.
#[derive(Debug)]
pub enum Command {
    /// `run`
    Run,
    /// `install`
    Install {
        /// The folder of the programs and of `answers.json`.
        from: PathBuf,
    },
    /// `restart-required REASON`
    RestartRequired {
        /// Why.
        reason: String,
    },
    /// `as-user USER PROGRAM [ARG…]`, which the agent calls for each application.
    AsUser {
        /// Who.
        user: String,
        /// What, with its arguments.
        command: Vec<OsString>,
    },
    /// `application PROGRAM [ARG…]`, which the user becomes for each application.
    Application {
        /// What, with its arguments.
        command: Vec<OsString>,
    },
    /// `session`, which systemd calls for a user who is logged on.
    Session,
    /// `wait-for-desktop`, which the agent calls as the user whose desktop is to come.
    WaitForDesktop,
    /// `--version`
    Version,
    /// `--help`
    Help,
}

/// What, and where.
#[derive(Debug)]
pub struct Options {
    /// What.
    pub command: Command,
    /// The guest, or the folder that plays one.
    pub places: Places,
    /// Another way to the host than the usual port.
    pub port: Option<PathBuf>,
    /// All of it as given, for a later version to begin with.
    pub arguments: Vec<OsString>,
}

/// What `medv-guest --help` says.
pub const HELP: &str = "\
medv's agent inside a machine

usage: medv-guest run [--port PATH]
       medv-guest install [--from FOLDER]
       medv-guest restart-required REASON

  run                the agent: speaks with the host, runs first time setup, starts applications
  install            puts the agent into this guest and applies answers.json; to be called again does no harm
  restart-required   tells the host that something wants a restart of the guest

  --from FOLDER      where the programs and answers.json are (default: where this program is)
  --port PATH        a device or a Unix socket instead of the port org.medv.agent.0
  --root FOLDER      a folder that plays the guest's file system
  --version, --help

exit codes: 0 done, 1 not done, 2 wrong arguments";

impl Options {
    /// Reads the arguments, without the program's name.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let arguments: Vec<OsString> = arguments.collect();
        let mut given = arguments.iter().cloned();
        let (mut root, mut port, mut from) = (PathBuf::from(system::ROOT), None, None);
        let mut words: Vec<OsString> = Vec::new();
        let mut flag = None;
        while let Some(argument) = given.next() {
            // What follows is a program's own.
            let is_foreign = match words.first() {
                Some(word) if word == "application" => true,
                Some(word) if word == "as-user" => words.len() > 1,
                _ => false,
            };
            let mut value = || given.next().ok_or_else(|| format!("{} needs a value", argument.display()));
            match argument.to_str() {
                _ if is_foreign => words.push(argument),
                Some("--root") => root = value()?.into(),
                Some("--port") => port = Some(value()?.into()),
                Some("--from") => from = Some(PathBuf::from(value()?)),
                Some("--version") => flag = flag.or(Some(Command::Version)),
                Some("--help" | "-h") => flag = flag.or(Some(Command::Help)),
                Some(other) if other.starts_with('-') => return Err(format!("no option {other}")),
                _ => words.push(argument),
            }
        }
        let command = match flag {
            Some(flag) => flag,
            None => command(words, from)?,
        };
        Ok(Self { command, places: Places::below(root), port, arguments })
    }
}

fn command(words: Vec<OsString>, from: Option<PathBuf>) -> Result<Command, String> {
    let mut words = words.into_iter();
    let first = words.next().ok_or("nothing to do is given")?;
    let text = |word: Option<OsString>, what: &str| {
        word.and_then(|word| word.into_string().ok()).ok_or_else(|| format!("{what} is missing"))
    };
    let command = match first.to_str() {
        Some("run") => Command::Run,
        Some("session") => Command::Session,
        Some("wait-for-desktop") => Command::WaitForDesktop,
        Some("install") => Command::Install { from: from.map_or_else(own_folder, Ok)? },
        Some("restart-required") => Command::RestartRequired { reason: text(words.next(), "the reason")? },
        Some("as-user") => {
            let user = text(words.next(), "the user")?;
            return Ok(Command::AsUser { user, command: words.collect() });
        }
        Some("application") => return Ok(Command::Application { command: words.collect() }),
        _ => return Err(format!("no command {}", OsStr::display(&first))),
    };
    match words.next() {
        Some(word) => Err(format!("{} is one argument too many", word.display())),
        None => Ok(command),
    }
}

fn own_folder() -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    program.parent().map(PathBuf::from).ok_or_else(|| "this program is in no folder".into())
}

/// What `ftscompletion` is to do.
#[derive(Debug)]
pub enum CompletionOptions {
    /// Complete first time setup.
    Run(Places),
    /// `--version`
    Version,
    /// `--help`
    Help,
}

/// What `ftscompletion --help` says.
pub const COMPLETION_HELP: &str = "\
the last command of first time setup: waits for the administrator's commands to end, and gives the user his groups

usage: ftscompletion [--root FOLDER]

  --root FOLDER      a folder that plays the guest's file system
  --version, --help

exit codes: 0 done, 1 not done, 2 wrong arguments";

impl CompletionOptions {
    /// Reads the arguments, without the program's name.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(mut arguments: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut root = PathBuf::from(system::ROOT);
        while let Some(argument) = arguments.next() {
            match argument.to_str() {
                Some("--root") => root = arguments.next().ok_or("--root needs a value")?.into(),
                Some("--version") => return Ok(Self::Version),
                Some("--help" | "-h") => return Ok(Self::Help),
                _ => return Err(format!("no option {}", argument.display())),
            }
        }
        Ok(Self::Run(Places::below(root)))
    }
}
