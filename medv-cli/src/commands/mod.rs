//! One file a command.

mod completions;
mod doctor;
mod expand;
mod info;
mod man;
mod pack;
mod verify;

use std::path::Path;

use medv_codec::{Error, Result};

use crate::args::{Args, Command};
use crate::messages::Messages;
use crate::report::Outcome;

pub(crate) fn run(args: &Args, messages: &Messages) -> Result<Outcome> {
    match &args.command {
        Command::Pack(pack) => pack::run(pack, &args.output, messages),
        Command::Expand(expand) => expand::run(expand, &args.output, messages),
        Command::Verify(verify) => verify::run(verify, &args.output, messages),
        Command::Info(info) => info::run(info, messages),
        Command::Doctor(doctor) => doctor::run(doctor),
        Command::Completions(completions) => completions::run(completions, args.output.json),
        Command::Man(man) => man::run(man, args.output.json),
    }
}

/// The path that stands for standard input or output.
const STANDARD: &str = "-";

fn is_standard(path: &Path) -> bool {
    path.as_os_str() == STANDARD
}

/// Programs that want a document would have to tell it from the data.
fn no_json(json: bool, why: &str) -> Result<()> {
    if json { Err(Error::usage(format!("--json is of no use here: {why}"))) } else { Ok(()) }
}
