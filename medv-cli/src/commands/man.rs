//! `medv man`

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use medv_codec::{Error, Result};

use super::no_json;
use crate::args;
use crate::report::Outcome;

pub(crate) fn run(args: &args::Man, json: bool) -> Result<Outcome> {
    no_json(json, "manual pages are for `man`")?;
    let medv = built();
    if let Some(folder) = &args.out {
        return write_all(&medv, folder);
    }
    let page = match &args.command {
        None => medv,
        Some(name) => medv.find_subcommand(name).cloned().ok_or_else(|| {
            let names: Vec<_> = medv.get_subcommands().map(Command::get_name).collect();
            Error::usage(format!("there is no command `{name}`"))
                .advice(format!("the commands are {}", names.join(", ")))
        })?,
    };
    Ok(Outcome::text(render(page)?))
}

/// The command with what clap adds to it (global options, names such as `medv-pack`).
fn built() -> Command {
    let mut medv = args::Args::command().disable_help_subcommand(true);
    medv.build();
    medv
}

fn render(command: Command) -> Result<String> {
    let mut page = Vec::new();
    let rendered = Man::new(command).render(&mut page);
    rendered.map_err(|error| Error::io("cannot write the manual page", error))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn write_all(medv: &Command, folder: &Path) -> Result<Outcome> {
    fs::create_dir_all(folder).map_err(|error| Error::io("cannot make the folder", error).in_file(folder))?;
    let mut written = String::new();
    for command in std::iter::once(medv).chain(medv.get_subcommands()) {
        let name = command.get_display_name().unwrap_or(command.get_name());
        let path = folder.join(format!("{name}.1"));
        fs::write(&path, render(command.clone())?)
            .map_err(|error| Error::io("cannot write", error).in_file(&path))?;
        written.push_str(&format!("{}\n", path.display()));
    }
    Ok(Outcome::text(written).quietable())
}
