//! The last command of first time setup.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use medv_guest::options::{COMPLETION_HELP, CompletionOptions};

fn main() -> ExitCode {
    let outcome = match CompletionOptions::parse(std::env::args_os().skip(1)) {
        Ok(CompletionOptions::Run(places)) => medv_guest::completion::run(&places),
        Ok(CompletionOptions::Version) => {
            println!("ftscompletion {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        Ok(CompletionOptions::Help) => {
            println!("{COMPLETION_HELP}");
            Ok(())
        }
        Err(error) => {
            eprintln!("ftscompletion: {error}; ftscompletion --help says what there is");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ftscompletion: {error}");
            ExitCode::FAILURE
        }
    }
}
