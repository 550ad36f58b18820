//! `medv-host status`

use std::io::{self, Write};
use std::path::Path;

use medv_codec::{Error, Result};
use medv_host::control::{Reply, Request, Status};
use medv_host::fts::Stage;

use crate::args;
use crate::calls::talk;

pub(crate) fn run(root: Option<&Path>, options: &args::Status) -> Result<()> {
    let mut client = talk(root, &Request::Status { watch: options.watch })?;
    let mut before = String::new();
    loop {
        match client.hear()?.into_result()? {
            Reply::Status { status } => {
                let text = if options.json { json(&status)? } else { text(&status) };
                // What has not changed for people may have for programs.
                if text != before && show(&text, options.watch && !options.json).is_err() {
                    // Nobody reads on.
                    return Ok(());
                }
                before = text;
            }
            _ => return Ok(()),
        }
    }
}

fn show(text: &str, one_of_many: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if one_of_many {
        writeln!(out, "{text}")?;
    } else {
        write!(out, "{text}")?;
    }
    out.flush()
}

fn json(status: &Status) -> Result<String> {
    let text = serde_json::to_string(status).map_err(|error| Error::io("cannot write", error.into()))?;
    Ok(text + "\n")
}

/// All of it, for people.
pub(crate) fn text(status: &Status) -> String {
    let Some(workspace) = &status.workspace else {
        let why = status.kept_out.as_deref().unwrap_or("no workspace is installed");
        return format!("{why}\n  hypervisor  {}\n", status.hypervisor);
    };
    let mut rows = Vec::new();
    if let Some(setup) = status.first_time_setup.as_ref().filter(|setup| setup.stage != Stage::Ready) {
        rows.push(("setup", setup.meaning.clone()));
        rows.extend(setup.task.clone().map(|task| ("task", task)));
        rows.push(("attempt", format!("{} of {}", setup.attempt, setup.attempts)));
        rows.extend(setup.failure.map(|id| ("failure", format!("event {id}"))));
    }
    if let Some(machine) = &status.machine {
        rows.push(("machine", machine.meaning.clone()));
        rows.extend(machine.name.clone().map(|name| ("name", name)));
        rows.push(("running", format!("{} applications", machine.apps)));
        rows.push(("published", format!("{} applications", status.published)));
    }
    if let Some(question) = &status.question {
        rows.push(("asked", question.question.clone()));
        rows.push(("answer", question.answer.clone()));
    }
    rows.push(("hypervisor", status.hypervisor.clone()));
    if let Some(event) = &status.last_event {
        let id = event.id.map(|id| format!("event {id}: ")).unwrap_or_default();
        rows.push(("last", format!("{id}{}", event.text)));
    }
    let version = status.version.as_deref().unwrap_or_default();
    let lines = rows
        .iter()
        .map(|(name, value)| format!("  {name:<10}  {}\n", value.replace('\n', "\n              ")));
    format!("{workspace} {version}\n{}", lines.collect::<String>())
}
