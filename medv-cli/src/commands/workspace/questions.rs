//! The questions of the original wizard, on a terminal, page by page.

use std::io::{self, BufRead, Write};
use std::path::Path;

use medv_packager::definition::{Definition, KEYS, Key, Reads, quoted, template};
use medv_packager::problem::{Problem, Severity};
use medv_settings::computer_name::Mask;
use medv_settings::{Kind, find};

use super::names;

/// An answer: a key, and its value in TOML.
pub(super) type Answer = (&'static Key, String);

/// A page of the wizard, and the tables whose keys it asks for.
const PAGES: &[(&str, &[&str])] = &[
    ("Package information", &[""]),
    ("First time setup", &["first-time-setup"]),
    ("Messages", &["messages"]),
    ("Naming computers", &["computer-name"]),
    ("Copy settings from the host", &["copy-from-host"]),
    ("Startup and networking", &["start", "network", "credentials"]),
    ("Web redirection", &["web-redirection"]),
];

/// Asks for all that `answers` do not have yet. An empty line takes what is in brackets; the end of the input takes it for
/// all that is left.
///
/// # Errors
/// If the terminal cannot be written to.
pub(super) fn ask(
    answers: &mut Vec<Answer>,
    folder: &Path,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (title, tables) in PAGES {
        if *title == "Messages" && is(answers, "first-time-setup", "mode", "\"silent\"") {
            continue;
        }
        writeln!(out, "\n{title}")?;
        for key in KEYS.iter().filter(|key| tables.contains(&key.table) && !is_advanced(key)) {
            let is_answered = answers.iter().any(|(answered, _)| std::ptr::eq(*answered, key));
            let has_domain = is(answers, "copy-from-host", "domain", "true");
            if is_answered || (key.name == "organizational-unit" && !has_domain) {
                continue;
            }
            if let Some(value) = ask_for(key, answers, folder, input, out)? {
                answers.push((key, value));
            }
        }
    }
    Ok(())
}

/// Files to import are for those who write the file by hand.
fn is_advanced(key: &Key) -> bool {
    matches!(key.reads, Reads::Import | Reads::RegFile)
}

fn is(answers: &[Answer], table: &str, name: &str, value: &str) -> bool {
    answers.iter().any(|(key, answer)| key.table == table && key.name == name && answer == value)
}

/// Asks until the answer is one; `None` for what is so anyway.
fn ask_for(
    key: &'static Key,
    answers: &[Answer],
    folder: &Path,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
) -> io::Result<Option<String>> {
    loop {
        write!(out, "  {}{}: ", key.meaning, hint(key))?;
        out.flush()?;
        let mut line = String::new();
        let is_over = input.read_line(&mut line)? == 0;
        let typed = line.trim();
        if is_over {
            writeln!(out)?;
        }
        if typed.is_empty() && (is_over || !is_needed(key)) {
            return Ok(None);
        }
        let value = to_toml(key, typed);
        match complaint(key, &value, answers, folder) {
            None => {
                show_names(key, typed, out)?;
                return Ok(Some(value));
            }
            Some(complaint) => writeln!(out, "    {complaint}")?,
        }
    }
}

fn is_needed(key: &Key) -> bool {
    key.table.is_empty() && matches!(key.name, "name" | "image")
}

/// What an empty line means.
fn hint(key: &Key) -> String {
    match key.reads {
        _ if is_needed(key) => String::new(),
        Reads::Mask | Reads::Addresses => " [none]".to_owned(),
        Reads::Setting(name) if find(name).is_ok_and(|setting| setting.kind == Kind::Address) => {
            " [none]".to_owned()
        }
        Reads::Setting(name) if find(name).is_ok_and(|setting| setting.kind == Kind::Lines) => {
            " [built in]".to_owned()
        }
        _ if key.example == "false" => " [no]".to_owned(),
        _ => format!(" [{}]", key.example.trim_matches('"')),
    }
}

/// What was typed, as `workspace.toml` has it.
pub(super) fn to_toml(key: &Key, typed: &str) -> String {
    let is_list = matches!(key.reads, Reads::Addresses);
    if is_list {
        let addresses: Vec<String> =
            typed.split([' ', ';', ',']).filter(|part| !part.is_empty()).map(quoted).collect();
        return format!("[{}]", addresses.join(", "));
    }
    let is_switch = matches!(key.example, "true" | "false");
    match typed.to_ascii_lowercase().as_str() {
        "y" | "yes" | "true" | "1" | "on" if is_switch => "true".to_owned(),
        "n" | "no" | "false" | "0" | "off" if is_switch => "false".to_owned(),
        number if key.name == "level" && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            number.to_owned()
        }
        _ => quoted(typed),
    }
}

/// What `workspace.toml` would be refused for, if this was in it.
fn complaint(key: &'static Key, value: &str, answers: &[Answer], folder: &Path) -> Option<String> {
    let mut with: Vec<Answer> = answers.to_vec();
    with.push((key, value.to_owned()));
    let text = template(&with);
    let line = text.lines().position(|line| line.starts_with(&format!("{} = {value}", key.name)))? + 1;
    let (_, problems) = Definition::read(&text, folder);
    let is_about_it = |problem: &Problem| problem.severity == Severity::Error && problem.line == Some(line);
    let problem = problems.into_iter().find(is_about_it)?;
    Some(format!("{}; {}", problem.message, problem.advice))
}

/// What guests would be called on this computer.
fn show_names(key: &Key, typed: &str, out: &mut dyn Write) -> io::Result<()> {
    let mask = matches!(key.reads, Reads::Mask).then(|| Mask::parse(typed).ok()).flatten();
    match mask.map(|mask| names::preview(&mask)) {
        Some(Ok(names)) => writeln!(out, "    on this computer: {}", names.join(", ")),
        Some(Err(error)) => writeln!(out, "    on this computer: {error}"),
        None => Ok(()),
    }
}
