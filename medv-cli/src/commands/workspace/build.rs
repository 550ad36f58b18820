//! `medv workspace build`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use medv_codec::{Error, ErrorKind, Result};
use medv_packager::build::{BuildOptions, BuildReport, ProgramFiles, build};
use medv_packager::definition::{Definition, quoted};
use medv_packager::paper::hex;
use medv_packager::problem::Severity;
use serde::Serialize;

use super::{Looked, ProblemDetail, cache, look, look_at, tell};
use crate::args::{Build, Output};
use crate::commands::tell_threads;
use crate::exit::Exit;
use crate::human;
use crate::messages::Messages;
use crate::progress::Progress;
use crate::report::{Outcome, Table};

#[derive(Serialize)]
struct Document {
    name: String,
    version: String,
    folder: String,
    product_code: String,
    packed: bool,
    bytes_on_disk: u64,
    files: Vec<File>,
    problems: Vec<ProblemDetail>,
    seconds: f64,
}

#[derive(Serialize)]
struct File {
    name: String,
    bytes: u64,
    sha256: String,
}

pub(super) fn run(args: &Build, output: &Output, messages: &Messages) -> Result<Outcome> {
    let default = Path::new("workspace.toml");
    let file = args.definition.as_deref().unwrap_or(default);
    let looked = match (&args.name, &args.image) {
        (Some(name), Some(image)) => {
            look_at(&definition_of(args, name, image)?, Path::new(""), args.sealing)?
        }
        _ => look(file, args.sealing)?,
    };
    for problem in &looked.problems {
        messages.problem(&tell(file, problem));
    }
    let Looked { definition: Some(definition), .. } = &looked else { return Err(refused(&looked, file)) };
    if looked.has_errors() {
        return Err(refused(&looked, file));
    }
    let folder = args.output.clone().unwrap_or_else(|| PathBuf::from(&definition.name));
    let programs = ProgramFiles::find(args.programs.as_deref())?;
    let cache = cache().filter(|_| !args.pack_again);
    let options = BuildOptions {
        folder: &folder,
        force: args.force,
        programs: &programs,
        cache: cache.as_deref(),
        deb: args.deb,
        threads: args.threads,
    };
    tell_threads(medv_codec::computing_threads(args.threads), messages);
    let progress = Progress::new(output, messages);
    let report = build(definition, &options, &progress);
    progress.finish();
    let report = report.map_err(how_to_go_on)?;
    let time = progress.elapsed();
    let document = Document {
        name: definition.name.clone(),
        version: definition.version.to_string(),
        folder: folder.display().to_string(),
        product_code: report.product_code.clone(),
        packed: report.packed.is_some(),
        bytes_on_disk: report.bytes_on_disk,
        files: report
            .files
            .iter()
            .map(|file| File { name: file.name.clone(), bytes: file.len, sha256: hex(&file.sha256) })
            .collect(),
        problems: looked.problems.iter().map(ProblemDetail::new).collect(),
        seconds: time.as_secs_f64(),
    };
    let text = text(definition, &folder, &report, time);
    Ok(Outcome::report(Exit::Done, text, &document).quietable())
}

/// The options as a definition, which goes through the same checks as any other.
fn definition_of(args: &Build, name: &str, image: &Path) -> Result<String> {
    let path = |path: &Path| {
        let text = path.to_str().map(quoted);
        text.ok_or_else(|| Error::usage("the path is not text").in_file(path))
    };
    let mut text = format!("name = {}\nimage = {}\n", quoted(name), path(image)?);
    if let Some(version) = &args.version {
        let _ = writeln!(text, "version = {}", quoted(version));
    }
    if let Some(settings) = &args.settings_file {
        let _ = writeln!(text, "settings-file = {}", path(settings)?);
    }
    let _ = writeln!(text, "[pack]\ntrim = {}", args.trim);
    if let Some(level) = args.level {
        let _ = writeln!(text, "level = {level}");
    }
    Ok(text)
}

fn refused(looked: &Looked, file: &Path) -> Error {
    let errors = looked.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let many = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
    Error::damaged(format!("the definition of the workspace has {many}"))
        .in_file(file)
        .advice("put right what is said above, and build again")
}

fn how_to_go_on(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Cancelled => {
            error.advice("nothing half-made was left behind; the same command starts again")
        }
        _ => error,
    }
}

fn text(definition: &Definition, folder: &Path, report: &BuildReport, time: Duration) -> String {
    let mut table = Table::default();
    match &report.packed {
        Some(packed) => {
            let ratio = human::share(packed.virtual_size, packed.output_bytes);
            table.row("disk", format!("{}, packed {ratio:.2} to 1", human::exact(packed.virtual_size)));
        }
        None => {
            table.row("disk", "not packed again: it is as it was");
        }
    }
    table
        .row("room on a computer", human::exact(report.bytes_on_disk))
        .row("product", &report.product_code)
        .row("time", human::duration(time));
    let mut text = format!(
        "built {} {} in {}\n{}\n",
        definition.name,
        definition.version,
        folder.display(),
        table.to_text()
    );
    for file in &report.files {
        let _ = writeln!(text, "  {}  {:>9}  {}", hex(&file.sha256), human::bytes(file.len), file.name);
    }
    text
}
