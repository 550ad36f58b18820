//! The `medv` command.
//!
//! Read on in [`args`] for what can be typed, in [`commands`] for what is done then. A command answers with an
//! [`report::Outcome`] or an error; only `main` prints either, and only it ends the program.

mod args;
mod commands;
mod exit;
mod human;
mod interrupt;
mod journal_place;
mod json;
mod map;
mod messages;
mod pace;
mod progress;
mod reading;
mod report;
mod settings_error;
mod size;
mod utc;

use std::io;
use std::process::ExitCode;

use clap::Parser;
use medv_codec::Error;

use args::Args;
use exit::Exit;
use json::ErrorDocument;
use messages::Messages;
use report::Outcome;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return refused(&error),
    };
    let messages = Messages::new(&args.output);
    let outcome = interrupt::watch().and_then(|()| commands::run(&args, &messages));
    let outcome = outcome.unwrap_or_else(|error| {
        messages.error(&error);
        failed(&error)
    });
    match outcome.print(args.output.json, args.output.quiet) {
        Ok(()) => ExitCode::from(outcome.exit.code()),
        Err(error) => unheard(&messages, error, outcome.exit),
    }
}

/// The error is told already; what is left is the exit code and the document for programs.
fn failed(error: &Error) -> Outcome {
    Outcome::report(error.kind().into(), String::new(), &ErrorDocument::new(error))
}

/// What was typed is not a command, or asks for help.
fn refused(error: &clap::Error) -> ExitCode {
    let help = error.exit_code() == 0;
    // Without valid arguments there is no telling whether --json is an option or a value; either way it was typed.
    if !help && std::env::args_os().any(|arg| arg == "--json") {
        let text = error.render().to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        let usage = Error::usage(message).advice("see `medv --help`");
        let _ = failed(&usage).print(true, false);
    }
    match error.print() {
        Ok(()) if help => ExitCode::SUCCESS,
        Err(error) if help && error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) if help => ExitCode::from(Exit::Io.code()),
        _ => ExitCode::from(Exit::Usage.code()),
    }
}

/// The report could not be written. A reader that has seen enough (`medv info … | head`) changes nothing.
fn unheard(messages: &Messages, error: io::Error, exit: Exit) -> ExitCode {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return ExitCode::from(exit.code());
    }
    messages.error(&Error::io("cannot write to standard output", error));
    ExitCode::from(Exit::Io.code())
}
