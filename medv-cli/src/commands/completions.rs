//! `medv completions`

use clap::CommandFactory;
use medv_codec::Result;

use super::no_json;
use crate::args::{Args, Completions};
use crate::report::Outcome;

pub(crate) fn run(args: &Completions, json: bool) -> Result<Outcome> {
    no_json(json, "completions are for a shell")?;
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "medv", &mut script);
    Ok(Outcome::text(String::from_utf8_lossy(&script).into_owned()))
}
