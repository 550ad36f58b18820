//! One file a command.

mod completions;
mod doctor;
mod expand;
mod info;
mod man;
mod pack;
mod salvage;
mod settings;
mod verify;
mod workspace;

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use medv_codec::container::Input;
use medv_codec::source::{HttpOptions, Source};
use medv_codec::{Error, Result};

use crate::args::{Args, Command, Fetching};
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
        Command::Workspace(workspace) => workspace::run(workspace, &args.output, messages),
        Command::Settings(settings) => settings::run(settings, &args.output, messages),
        Command::Completions(completions) => completions::run(completions, args.output.json),
        Command::Man(man) => man::run(man, args.output.json),
    }
}

/// A .medv that is open, and who can be asked about it when the engine has taken it.
struct Opened {
    input: Input,
    /// `None` if it can only be read front to back.
    source: Option<Arc<dyn Source>>,
}

/// Opens a .medv. What goes wrong on the way to a web server and is tried again is told.
fn open_input(place: &str, fetching: &Fetching, messages: &Messages) -> Result<Opened> {
    Ok(match Input::open(place, http_options(fetching, messages)?)? {
        Input::Random(source) => {
            messages.detail(&format!("{}: {} bytes, read anywhere", source.name(), source.len()));
            let source: Arc<dyn Source> = Arc::from(source);
            Opened { input: Input::Random(Box::new(Arc::clone(&source))), source: Some(source) }
        }
        input @ Input::Stream { .. } => {
            messages.detail(&format!("{place}: read front to back"));
            Opened { input, source: None }
        }
    })
}

/// How to talk to a web server: can be interrupted, and what is tried again is told.
fn http_options(fetching: &Fetching, messages: &Messages) -> Result<HttpOptions> {
    let told = messages.clone();
    Ok(HttpOptions {
        authorities: fetching.ca_file.as_deref().map(authorities).transpose()?,
        cancel: Some(interrupt::flag().clone()),
        on_retry: Some(Arc::new(move |what| told.warning(what))),
        ..HttpOptions::default()
    })
}

fn authorities(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file)
        .map_err(|error| Error::io("cannot read the certificate authorities", error).in_file(file))
}

/// How many requests it took.
fn tell_requests(source: Option<&Arc<dyn Source>>, messages: &Messages) {
    if let Some(source) = source.filter(|source| source.requests() > 0) {
        messages.detail(&format!("{}: requests sent: {}", source.name(), source.requests()));
    }
}

/// How many threads will work.
fn tell_threads(threads: NonZeroUsize, messages: &Messages) {
    messages.detail(&format!("threads: {threads}"));
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
