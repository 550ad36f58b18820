//! `medv pack`

use std::io::{IsTerminal, stdout};
use std::path::Path;
use std::time::Duration;

use medv_codec::disk::{Disk, Finding, open};
use medv_codec::pack::{PackOptions, PackReport, Subject, pack, pack_to_file, usual_chunk_size};
use medv_codec::volume::{self, FreeSpace, VolumeReport};
use medv_codec::{Error, ErrorKind, Result};
use medv_format::Limits;
use serde::Serialize;

use super::{is_standard, no_json, tell_threads};
use crate::args::{Output, Pack};
use crate::exit::Exit;
use crate::human;
use crate::json::FindingDetail;
use crate::messages::Messages;
use crate::progress::Progress;
use crate::reading::{open_options, tell};
use crate::report::{Outcome, Table};

#[derive(Serialize)]
struct Document {
    disk: String,
    output: String,
    level: i32,
    chunk_size: u32,
    virtual_size: u64,
    data_bytes: u64,
    zero_bytes: u64,
    trimmed_bytes: u64,
    output_bytes: u64,
    frames: u64,
    ratio: f64,
    image_digest: String,
    seconds: f64,
    bytes_per_second: f64,
    volumes: Option<Vec<Volume>>,
    findings: Vec<FindingDetail>,
}

/// What trimming did with a volume.
#[derive(Serialize)]
struct Volume {
    partition: u32,
    file_system: &'static str,
    start: u64,
    length: u64,
    outcome: &'static str,
    free_bytes: Option<u64>,
    trimmed_bytes: u64,
    reason: Option<String>,
}

pub(crate) fn run(args: &Pack, output: &Output, messages: &Messages) -> Result<Outcome> {
    let to_stdout = args.output.as_deref().is_some_and(is_standard);
    if to_stdout {
        no_json(output.json, "standard output carries the .medv")?;
        if stdout().is_terminal() {
            return Err(Error::usage("a .medv is not written to a terminal")
                .advice("send it to a file or another program, or give -o a path"));
        }
    }
    let target = args.output.clone().unwrap_or_else(|| args.disk.with_extension("medv"));
    must_differ(&args.disk, &target)?;

    let disk = open(&args.disk, &open_options(&args.reading))?;
    tell(&disk.findings, messages);
    for parent in disk.chain.iter().skip(1) {
        messages.detail(&format!("parent {}", parent.display()));
    }
    let options = PackOptions {
        level: args.level,
        chunk_size: chunk_size(args),
        threads: args.threads,
        limits: Limits::default(),
    };
    tell_threads(medv_codec::computing_threads(args.threads), messages);
    let progress = Progress::new(output, messages);
    let free = if args.trim { Some(free_space(&*disk.disk, messages, &progress)?) } else { None };
    let subject = Subject::new(&disk, free.as_ref().map(FreeSpace::extents));
    let report = if to_stdout {
        pack(&subject, &mut stdout(), &options, &progress)
    } else {
        pack_to_file(&subject, &target, args.force, &options, &progress)
    };
    progress.finish();
    let report = report.map_err(how_to_go_on)?;
    let done = Done { args, target: &target, report: &report, free: free.as_ref(), time: progress.elapsed() };
    let outcome = Outcome::report(Exit::Done, done.to_text(), &done.document(&disk.findings)).quietable();
    Ok(if to_stdout { outcome.beside_data() } else { outcome })
}

/// Packing a file into itself would be the end of it.
fn must_differ(disk: &Path, target: &Path) -> Result<()> {
    let same = match (disk.canonicalize(), target.canonicalize()) {
        (Ok(disk), Ok(target)) => disk == target,
        _ => false,
    };
    if !same {
        return Ok(());
    }
    Err(Error::usage("this is both what to pack and where to").in_file(disk).advice("say where to with -o"))
}

fn free_space(disk: &dyn Disk, messages: &Messages, progress: &Progress<'_>) -> Result<FreeSpace> {
    let free = volume::free_space(disk, &Limits::default(), progress).map_err(how_to_go_on)?;
    for note in free.notes() {
        messages.warning(note);
    }
    for volume in free.volumes() {
        if let volume::Outcome::Refused(reason) = &volume.outcome {
            let name = volume_name(volume);
            messages.warning(&format!("{name} is packed with its free space, because {reason}"));
        }
    }
    Ok(free)
}

fn volume_name(volume: &VolumeReport) -> String {
    match volume.index {
        0 => format!("the {} volume", volume.file_system),
        partition => format!("partition {partition} ({})", volume.file_system),
    }
}

fn how_to_go_on(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Cancelled => error.advice("nothing was left behind; the same command starts again"),
        _ => error,
    }
}

/// All that the report is made of.
struct Done<'a> {
    args: &'a Pack,
    target: &'a Path,
    report: &'a PackReport,
    free: Option<&'a FreeSpace>,
    time: Duration,
}

impl Done<'_> {
    fn document(&self, findings: &[Finding]) -> Document {
        let Self { args, target, report, free, time } = self;
        Document {
            disk: args.disk.display().to_string(),
            output: target.display().to_string(),
            level: args.level,
            chunk_size: chunk_size(args),
            virtual_size: report.virtual_size,
            data_bytes: report.data_bytes,
            zero_bytes: report.zero_bytes,
            trimmed_bytes: report.trimmed_bytes,
            output_bytes: report.output_bytes,
            frames: report.frames,
            ratio: human::share(report.virtual_size, report.output_bytes),
            image_digest: report.image_digest.to_string(),
            seconds: time.as_secs_f64(),
            bytes_per_second: human::as_f64(report.virtual_size) / time.as_secs_f64().max(1e-3),
            volumes: free.map(|free| free.volumes().iter().map(Volume::of).collect()),
            findings: findings.iter().map(FindingDetail::new).collect(),
        }
    }

    fn to_text(&self) -> String {
        let Self { target, report, free, time, .. } = self;
        let mut table = Table::default();
        table
            .row("disk", human::exact(report.virtual_size))
            .row("data", human::exact(report.data_bytes))
            .row("zero, skipped", human::exact(report.zero_bytes));
        if let Some(free) = free {
            table.row("free, trimmed", human::exact(report.trimmed_bytes));
            if free.volumes().is_empty() {
                table.row("", "no volume with a known file system was found");
            }
            for volume in free.volumes() {
                table.row("", format!("{}: {}", volume_name(volume), told(&volume.outcome)));
            }
        }
        let ratio = human::share(report.virtual_size, report.output_bytes);
        let of_data = human::percent(report.output_bytes, report.data_bytes.max(1));
        table
            .row("output", format!("{}, {of_data} of the data", human::exact(report.output_bytes)))
            .row("ratio", format!("{ratio:.2}"))
            .row("digest", report.image_digest.to_string())
            .row("time", format!("{}, {}", human::duration(*time), human::rate(report.virtual_size, *time)));
        let target =
            if is_standard(target) { "standard output".to_owned() } else { target.display().to_string() };
        format!("packed into {target}\n{}", table.to_text())
    }
}

fn told(outcome: &volume::Outcome) -> String {
    match outcome {
        volume::Outcome::Trimmed { free_bytes, trimmed_bytes } => {
            format!("{} free, {} of it trimmed", human::bytes(*free_bytes), human::bytes(*trimmed_bytes))
        }
        volume::Outcome::Refused(reason) => format!("not trimmed, because {reason}"),
        volume::Outcome::NotRecognised => "not trimmed, because its free space is not known".to_owned(),
    }
}

impl Volume {
    fn of(volume: &VolumeReport) -> Self {
        let (outcome, free_bytes, trimmed_bytes, reason) = match &volume.outcome {
            volume::Outcome::Trimmed { free_bytes, trimmed_bytes } => {
                ("trimmed", Some(*free_bytes), *trimmed_bytes, None)
            }
            volume::Outcome::Refused(reason) => ("refused", None, 0, Some(reason.clone())),
            volume::Outcome::NotRecognised => ("not_recognised", None, 0, None),
        };
        Self {
            partition: volume.index,
            file_system: volume.file_system.name(),
            start: volume.start.get(),
            length: volume.length,
            outcome,
            free_bytes,
            trimmed_bytes,
            reason,
        }
    }
}

fn chunk_size(args: &Pack) -> u32 {
    args.chunk_size.map_or_else(|| usual_chunk_size(args.level), |chunk_size| chunk_size.0)
}
