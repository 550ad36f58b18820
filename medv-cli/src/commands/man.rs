//! `medv man`

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use medv_codec::{Error, Result};

use super::no_json;
use crate::args;
use crate::exit::Exit;
use crate::report::Outcome;

pub(crate) fn run(args: &args::Man, json: bool) -> Result<Outcome> {
    no_json(json, "manual pages are for `man`")?;
    let medv = built();
    if let Some(folder) = &args.out {
        return write_all(&medv, folder);
    }
    let mut command = &medv;
    for name in &args.command {
        command = command.find_subcommand(name).ok_or_else(|| {
            let names: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
            let error = Error::usage(format!("there is no command `{name}`"));
            match names.is_empty() {
                true => error,
                false => error.advice(format!("the commands are {}", names.join(", "))),
            }
        })?;
    }
    Ok(Outcome::text(render(command.clone())?))
}

/// The command with what clap adds to it (global options, names such as `medv-pack`).
fn built() -> Command {
    let mut medv = args::Args::command()
        .disable_help_subcommand(true)
        .mut_subcommands(|command| command.disable_help_subcommand(true));
    medv.build();
    medv
}

/// The page as clap has it, but for examples and exit codes, which get the sections that readers look for.
fn render(command: Command) -> Result<String> {
    let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let version = concat!("medv ", env!("CARGO_PKG_VERSION"));
    let has_commands = command.has_subcommands();
    let man = Man::new(command).source(version).manual("medv");
    let mut page = Vec::new();
    sections(&man, has_commands, &mut page)
        .map_err(|error| Error::io("cannot write the manual page", error))?;
    let mut page = String::from_utf8_lossy(&page).into_owned();
    page.push_str(&literal("EXAMPLES", examples.trim_start_matches("Examples:\n")));
    page.push_str(&literal("EXIT STATUS", &Exit::table()));
    Ok(page)
}

fn sections(man: &Man, has_commands: bool, page: &mut Vec<u8>) -> io::Result<()> {
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if has_commands { man.render_subcommands_section(page) } else { Ok(()) }
}

/// A section whose lines stay as they are.
fn literal(title: &str, text: &str) -> String {
    let text = text.replace('\\', r"\e").replace('-', r"\-").replace('\'', r"\(aq");
    let lines = text
        .lines()
        .map(|line| if line.starts_with('.') { format!("\\&{line}\n") } else { format!("{line}\n") });
    format!(".SH {title}\n.nf\n{}.fi\n", lines.collect::<String>())
}

fn write_all(medv: &Command, folder: &Path) -> Result<Outcome> {
    fs::create_dir_all(folder).map_err(|error| Error::io("cannot make the folder", error).in_file(folder))?;
    let mut written = String::new();
    let mut commands = vec![medv];
    while let Some(command) = commands.pop() {
        commands.extend(command.get_subcommands());
        let name = command.get_display_name().unwrap_or(command.get_name());
        let path = folder.join(format!("{name}.1"));
        fs::write(&path, render(command.clone())?)
            .map_err(|error| Error::io("cannot write", error).in_file(&path))?;
        let _ = writeln!(written, "{}", path.display());
    }
    Ok(Outcome::text(written).quietable())
}
