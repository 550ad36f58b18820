//! The guest agent.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use medv_guest::agent::{self, Ending};
use medv_guest::options::{Command, HELP, Options};
use medv_guest::{Result, install, restart_required};

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("medv-guest: {error}; medv-guest --help says what there is");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("medv-guest: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<ExitCode> {
    let done = match &options.command {
        Command::Run => match agent::run(&options.places, options.port.as_deref())? {
            Ending::Stopped => Ok(()),
            Ending::Upgraded(program) => go_on_as(&program, options),
        },
        Command::Install { from } => install::run(&options.places, from),
        Command::RestartRequired { reason } => restart_required::note(&options.places, reason),
        #[cfg(unix)]
        Command::AsUser { user, command } => Err(medv_guest::become_user(&options.places, user, command)),
        #[cfg(unix)]
        Command::Application { command } => return medv_guest::run_application(command),
        #[cfg(unix)]
        Command::Session => Err(medv_guest::become_session(&options.places)),
        #[cfg(unix)]
        Command::WaitForDesktop => medv_guest::wait_for_desktop(),
        #[cfg(not(unix))]
        Command::AsUser { .. } | Command::Application { .. } | Command::Session | Command::WaitForDesktop => {
            Err(medv_guest::Error::new("only Linux knows this command"))
        }
        Command::Version => {
            println!("medv-guest {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        Command::Help => {
            println!("{HELP}");
            Ok(())
        }
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// Becomes the other version; returns only if that cannot be.
#[cfg(unix)]
fn go_on_as(program: &std::path::Path, options: &Options) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let error = std::process::Command::new(program).args(&options.arguments).exec();
    Err(medv_guest::Error::new(format!("{}: {error}", program.display())))
}

/// Starts the other version beside this one, which ends.
#[cfg(windows)]
fn go_on_as(program: &std::path::Path, options: &Options) -> Result<()> {
    match std::process::Command::new(program).args(&options.arguments).spawn() {
        Ok(_) => Ok(()),
        Err(error) => Err(medv_guest::Error::new(format!("{}: {error}", program.display()))),
    }
}
