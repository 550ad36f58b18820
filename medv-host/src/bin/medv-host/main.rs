//! The `medv-host` command: the host agent of a session, and what it is spoken to with.
//!
//! Read on in [`args`] for what can be typed; each command is a file. Only this program knows a terminal.
// Started at logon, without a console window.
#![cfg_attr(windows, windows_subsystem = "windows")]

mod agent;
mod apps;
mod args;
mod calls;
mod exit;
mod guest_log;
mod logs;
mod machine;
#[cfg(unix)]
mod notice;
mod noting;
mod original;
mod password;
mod results;
mod settings;
mod status;
mod toolkit;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use medv_codec::Result;
#[cfg(unix)]
use medv_host::hypervisor::qemu;

use args::{Args, Command};
use exit::{Caller, Exit, not_run, report};

fn main() -> ExitCode {
    #[cfg(windows)]
    medv_host::console::attach();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    // Not for users: the hypervisor calls it.
    #[cfg(unix)]
    if arguments.get(1).is_some_and(|first| first == qemu::SUBCOMMAND) {
        let Err(error) = qemu::hold(arguments.into_iter().skip(2));
        return report(&error, Caller::Other).into();
    }
    let arguments = match original::translated(arguments) {
        Ok(arguments) => arguments,
        Err(exit) => return exit.into(),
    };
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => return not_run(&error).into(),
    };
    match run(&args) {
        Ok(()) => Exit::Done.into(),
        Err(error) => report(&error, caller_of(&args.command)).into(),
    }
}

fn caller_of(command: &Command) -> Caller {
    match command {
        // The task scheduler calls at night.
        Command::Run | Command::WakeUp(_) => Caller::Session,
        Command::App(_) | Command::Open { .. } => Caller::Desktop,
        _ => Caller::Other,
    }
}

fn run(args: &Args) -> Result<()> {
    let root = args.root.as_deref();
    match &args.command {
        Command::Run => agent::run(root),
        Command::Status(options) => status::run(root, options),
        Command::Start(options) => machine::start(root, options),
        Command::Stop(options) => machine::stop(root, options),
        Command::Restart(options) => machine::restart(root, options),
        Command::Reset(options) => machine::reset(root, options),
        Command::Apps(options) => apps::list(root, options),
        Command::App(options) => apps::start(root, options),
        Command::Open { url } => apps::open(root, url),
        Command::Handler { change } => apps::handler(*change),
        Command::Answer { answer } => password::answer(root, *answer),
        Command::Password(options) => password::give(root, options),
        Command::Logs(options) => logs::run(root, options),
        Command::Results(options) => results::run(root, options),
        Command::Screenshot { name, file } => machine::screenshot(root, name, file),
        Command::Show { name } => machine::show(root, name),
        Command::WakeUp(options) => machine::wake_up(root, options),
        Command::Settings { arguments } => settings::run(root, arguments),
        Command::Toolkit => toolkit::run(root),
        Command::Refresh => calls::last(root, &medv_host::control::Request::Refresh).map(drop),
        Command::Quit => calls::last(root, &medv_host::control::Request::End).map(drop),
    }
}
