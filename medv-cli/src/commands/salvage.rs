//! `medv expand --force` of a damaged .medv: what is whole of it goes to `DISK.partial`.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use medv_codec::expand::{ExpandOptions, SalvageReport, remove_if_useless, salvage};
use medv_codec::source::Source;
use medv_codec::{Error, ErrorKind, Result};
use medv_format::DiskOffset;
use serde::Serialize;

use super::expand::{form_in_words, form_name};
use crate::args::Output;
use crate::exit::Exit;
use crate::human;
use crate::json::ErrorDetail;
use crate::messages::Messages;
use crate::progress::Progress;
use crate::report::{Outcome, Table};

/// Missing parts that the text names before it only counts them.
const NAMED: usize = 10;
/// The same for JSON.
const LISTED: usize = 1000;

#[derive(Serialize)]
struct Document {
    source: String,
    target: String,
    partial: String,
    form: &'static str,
    virtual_size: u64,
    good_bytes: u64,
    missing_bytes: u64,
    missing_parts: usize,
    missing: Vec<Part>,
    can_go_on: bool,
    seconds: f64,
    error: ErrorDetail,
}

/// A part of the disk.
#[derive(Serialize)]
struct Part {
    start: u64,
    length: u64,
}

/// `DISK.partial`.
pub(super) fn partial_of(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// Saves what is whole of `source`, whose expanding to `target` ended with the damage `error`.
pub(super) fn save(
    source: &dyn Source,
    target: &Path,
    error: Error,
    options: &ExpandOptions,
    output: &Output,
    messages: &Messages,
) -> Result<Outcome> {
    let partial = partial_of(target);
    let progress = Progress::new(output, messages);
    let saved = salvage(source, &partial, options, &progress);
    progress.finish();
    let report = match saved {
        Ok(report) => report,
        Err(worse) if worse.kind() == ErrorKind::Damaged => {
            return Err(error.advice("get a good copy of it; nothing of this one can be saved"));
        }
        Err(worse) if worse.kind() == ErrorKind::Cancelled => {
            return Err(worse.advice("nothing was saved; the same command tries again"));
        }
        Err(worse) => return Err(worse),
    };
    let can_go_on = remove_if_useless(target)?;
    let advice = match can_go_on {
        true => "get a good copy of it; with that, the same command goes on where this one stopped",
        false => "get a good copy of it, then give the same command again",
    };
    let error = error.advice(advice);
    messages.error(&error);
    let time = progress.elapsed();
    let text = text(target, &partial, &report, time);
    let document = document(source, target, &partial, &report, can_go_on, &error, time);
    Ok(Outcome::report(Exit::Damaged, text, &document).quietable())
}

fn length(part: &Range<DiskOffset>) -> u64 {
    part.end.since(part.start)
}

fn document(
    source: &dyn Source,
    target: &Path,
    partial: &Path,
    report: &SalvageReport,
    can_go_on: bool,
    error: &Error,
    time: Duration,
) -> Document {
    let part = |part: &Range<DiskOffset>| Part { start: part.start.get(), length: length(part) };
    Document {
        source: source.name().to_owned(),
        target: target.display().to_string(),
        partial: partial.display().to_string(),
        form: form_name(report.form),
        virtual_size: report.virtual_size,
        good_bytes: report.good_bytes,
        missing_bytes: report.virtual_size - report.good_bytes,
        missing_parts: report.missing.len(),
        missing: report.missing.iter().take(LISTED).map(part).collect(),
        can_go_on,
        seconds: time.as_secs_f64(),
        error: ErrorDetail::new(error),
    }
}

fn text(target: &Path, partial: &Path, report: &SalvageReport, time: Duration) -> String {
    let SalvageReport { virtual_size, good_bytes, missing, .. } = report;
    let mut table = Table::default();
    table.row("disk", human::exact(*virtual_size)).row(
        "good",
        format!("{}, {}", human::exact(*good_bytes), human::percent(*good_bytes, *virtual_size)),
    );
    match missing.len() {
        0 => table.row("missing", "nothing"),
        1 => table.row("missing", format!("{}, zero there", human::exact(virtual_size - good_bytes))),
        parts => {
            let bytes = human::exact(virtual_size - good_bytes);
            table.row("missing", format!("{bytes} in {parts} parts, zero there"))
        }
    };
    for part in missing.iter().take(NAMED) {
        let line = format!("{} from byte {} of the disk", human::bytes(length(part)), part.start);
        table.row("", line);
    }
    if missing.len() > NAMED {
        table.row("", format!("and {} more", missing.len() - NAMED));
    }
    table.row("time", human::duration(time));
    format!(
        "saved what is whole to {}, a {}; {} was left alone\n{}",
        partial.display(),
        form_in_words(report.form),
        target.display(),
        table.to_text()
    )
}
