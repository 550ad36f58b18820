//! One file a command.

mod completions;
mod doctor;
mod expand;
mod info;
mod man;
mod pack;
mod verify;

use std::path::Path;
use std::sync::Arc;

use medv_codec::container::Input;
use medv_codec::source::HttpOptions;
use medv_codec::{Error, Result};

use crate::args::{Args, Command};
use crate::interrupt;
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

/// Opens a .medv. What goes wrong on the way to a web server and is tried again is told.
fn open_input(source: &str, messages: &Messages) -> Result<Input> {
    let told = messages.clone();
    let http = HttpOptions {
        cancel: Some(interrupt::flag().clone()),
        on_retry: Some(Arc::new(move |what| told.warning(what))),
        ..HttpOptions::default()
    };
    let input = Input::open(source, http)?;
    let access = match &input {
        Input::Random(file) => format!("{} bytes, read anywhere", file.len()),
        Input::Stream { .. } => "read front to back".to_owned(),
    };
    messages.detail(&format!("{source}: {access}"));
    Ok(input)
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
