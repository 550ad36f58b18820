//! `medv workspace new`

use std::fs::File;
use std::io::{self, IsTerminal, Write, stderr, stdin};
use std::path::Path;

use medv_codec::{Error, Result};
use medv_packager::definition::{Definition, KEYS, Key, quoted, template};
use serde::Serialize;

use super::questions::{self, Answer};
use super::{ProblemDetail, tell};
use crate::args::New;
use crate::exit::Exit;
use crate::messages::Messages;
use crate::report::Outcome;

#[derive(Serialize)]
struct Document {
    output: String,
    problems: Vec<ProblemDetail>,
}

pub(super) fn run(args: &New, messages: &Messages) -> Result<Outcome> {
    if !args.force && args.output.exists() {
        return Err(Error::usage("the file exists already")
            .in_file(&args.output)
            .advice("give another name with -o, or --force to replace it"));
    }
    let folder = args.output.parent().unwrap_or(Path::new(""));
    let mut answers = given(args)?;
    if !args.no_questions && (stdin().is_terminal() || !has_all_needed(&answers)) {
        let asked = questions::ask(&mut answers, folder, &mut stdin().lock(), &mut stderr().lock());
        asked.map_err(|error| Error::io("cannot ask", error))?;
    }
    if !has_all_needed(&answers) {
        return Err(Error::usage("the workspace's name and disk are missing")
            .advice("give them with --name and --image, or answer the questions"));
    }
    let text = template(&answers);
    let (_, problems) = Definition::read(&text, folder);
    write(&args.output, &text, args.force)
        .map_err(|error| Error::io("cannot write", error).in_file(&args.output))?;
    for problem in &problems {
        messages.problem(&tell(&args.output, problem));
    }
    let name = args.output.display().to_string();
    let next = format!("wrote {name}\nnext: medv workspace build {name}\n");
    let document = Document { output: name, problems: problems.iter().map(ProblemDetail::new).collect() };
    Ok(Outcome::report(Exit::Done, next, &document).quietable())
}

/// What was answered by options.
fn given(args: &New) -> Result<Vec<Answer>> {
    let mut answers = Vec::new();
    if let Some(name) = &args.name {
        answers.push((key("name")?, quoted(name)));
    }
    if let Some(image) = &args.image {
        let image = image.to_str().ok_or_else(|| Error::usage("the path is not text").in_file(image))?;
        answers.push((key("image")?, quoted(image)));
    }
    for answer in &args.answers {
        let (name, typed) = answer.split_once('=').ok_or_else(|| {
            Error::usage(format!("--set {answer}: found no =, expected KEY=VALUE"))
                .advice("for example --set first-time-setup.mode=silent")
        })?;
        let key = key(name.trim())?;
        answers.retain(|(other, _): &Answer| !std::ptr::eq(*other, key));
        answers.push((key, questions::to_toml(key, typed)));
    }
    Ok(answers)
}

/// The key that is written `table.name`, or `name` at the top.
fn key(name: &str) -> Result<&'static Key> {
    let written = |key: &Key| match key.table {
        "" => key.name.to_owned(),
        table => format!("{table}.{}", key.name),
    };
    KEYS.iter().find(|key| written(key) == name).ok_or_else(|| {
        let all: Vec<String> = KEYS.iter().map(written).collect();
        Error::usage(format!("`{name}` is not a key of workspace.toml"))
            .advice(format!("the keys are {}", all.join(", ")))
    })
}

fn has_all_needed(answers: &[Answer]) -> bool {
    ["name", "image"]
        .iter()
        .all(|needed| answers.iter().any(|(key, _)| key.table.is_empty() && key.name == *needed))
}

fn write(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    let mut file = if replace { File::create(path)? } else { File::create_new(path)? };
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
