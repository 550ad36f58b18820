//! `medv expand`

use std::io::{Cursor, IsTerminal, Read, stdout};
use std::path::{Path, PathBuf};
use std::time::Duration;

use medv_codec::container::Input;
use medv_codec::expand::{ExpandOptions, ExpandReport, TargetForm, expand, expand_to_writer};
use medv_codec::{Error, ErrorKind, Result};
use medv_format::container::{Header, SourceForm};
use medv_format::{FileOffset, Limits};
use serde::Serialize;

use super::salvage::{partial_of, save};
use super::{Opened, STANDARD, is_standard, no_json, open_input, tell_requests, tell_threads};
use crate::args::{Expand, Form, Output};
use crate::exit::Exit;
use crate::human;
use crate::journal_place::journal_of_device;
use crate::messages::Messages;
use crate::progress::Progress;
use crate::report::{Outcome, Table};

#[derive(Serialize)]
struct Document {
    source: String,
    target: String,
    form: &'static str,
    virtual_size: u64,
    data_frames: u64,
    resumed_frames: u64,
    read_bytes: u64,
    written_bytes: u64,
    image_digest: String,
    seconds: f64,
}

pub(crate) fn run(args: &Expand, output: &Output, messages: &Messages) -> Result<Outcome> {
    let mut options = ExpandOptions {
        form: target_form(args.format),
        threads: args.threads,
        force: args.force,
        recheck: args.recheck,
        commit_every: args.sync_every,
        ..ExpandOptions::default()
    };
    if args.output.as_deref().is_some_and(is_standard) {
        return to_stdout(args, &options, output, messages);
    }
    let is_device = args.output.as_deref().is_some_and(is_block_device);
    if let Some(device) = args.output.as_deref().filter(|_| is_device) {
        may_overwrite(device, args)?;
        options.journal = Some(journal_of_device(device)?);
    }
    let Opened { input, source } = open_input(&args.source, &args.fetching, messages)?;
    let (target, input) = match &args.output {
        Some(target) => (target.clone(), input),
        None => default_target(args, input, &options.limits)?,
    };
    messages.detail(&format!("{}: expanding to {}", args.source, target.display()));
    tell_threads(medv_codec::writing_threads(args.threads), messages);
    let progress = Progress::new(output, messages);
    let report = expand(input, &target, &options, &progress);
    progress.finish();
    let time = progress.elapsed();
    let outcome = match (report, &source) {
        (Ok(report), _) => {
            let name = target.display().to_string();
            let document = document(args, &name, &report, time);
            Ok(Outcome::report(Exit::Done, text(&name, &report, time), &document).quietable())
        }
        (Err(error), Some(source)) if error.kind() == ErrorKind::Damaged && args.force && !is_device => {
            save(&**source, &target, error, &options, output, messages)
        }
        (Err(error), source) => {
            Err(how_to_go_on(error, args, source.is_some(), (!is_device).then_some(&*target)))
        }
    };
    tell_requests(source.as_ref(), messages);
    outcome
}

fn to_stdout(
    args: &Expand,
    options: &ExpandOptions,
    output: &Output,
    messages: &Messages,
) -> Result<Outcome> {
    no_json(output.json, "standard output carries the disk")?;
    if stdout().is_terminal() {
        return Err(Error::usage("a disk is not written to a terminal")
            .advice("send it to a file or another program, or give -o a path"));
    }
    let Opened { input, source } = open_input(&args.source, &args.fetching, messages)?;
    tell_threads(medv_codec::computing_threads(args.threads), messages);
    let progress = Progress::new(output, messages);
    let report = expand_to_writer(input, &mut stdout(), options, &progress);
    progress.finish();
    tell_requests(source.as_ref(), messages);
    let (report, time) = (report?, progress.elapsed());
    let document = document(args, STANDARD, &report, time);
    let text = text("standard output", &report, time);
    Ok(Outcome::report(Exit::Done, text, &document).beside_data().quietable())
}

fn target_form(form: Form) -> TargetForm {
    match form {
        Form::Same => TargetForm::Same,
        Form::Dynamic => TargetForm::Dynamic,
        Form::Fixed => TargetForm::Fixed,
        Form::Raw => TargetForm::Raw,
    }
}

/// A block device holds somebody's data: it is written only when both asked for and insisted on.
fn may_overwrite(device: &Path, args: &Expand) -> Result<()> {
    let refusal = if args.format != Form::Raw {
        "a block device takes the bare disk only"
    } else if !args.force {
        "everything on this block device would be overwritten"
    } else {
        return Ok(());
    };
    Err(Error::usage(refusal)
        .in_file(device)
        .advice("if this is the right device, say `--format raw --force`"))
}

#[cfg(unix)]
fn is_block_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_block_device())
}

#[cfg(not(unix))]
fn is_block_device(path: &Path) -> bool {
    path.to_string_lossy().starts_with(r"\\.\")
}

/// The source's name in this folder, with the extension that its form has.
fn default_target(args: &Expand, input: Input, limits: &Limits) -> Result<(PathBuf, Input)> {
    let name = file_name(&args.source).ok_or_else(|| {
        Error::usage(format!("there is no name to take from `{}`", args.source))
            .advice("say what to write with -o")
    })?;
    let (raw, input) = match args.format {
        Form::Same => {
            let (header, input) = peek_header(input, limits)?;
            (header.form == SourceForm::Raw, input)
        }
        form => (form == Form::Raw, input),
    };
    let target = Path::new(&name).with_extension(if raw { "img" } else { "vhd" });
    Ok((target, input))
}

/// The last part of a path or of an address, if there is one.
fn file_name(source: &str) -> Option<String> {
    if source == STANDARD {
        return None;
    }
    if source.starts_with("http://") || source.starts_with("https://") {
        let address = source.split(['?', '#']).next()?;
        let (_, path) = address.split_once("://")?.1.split_once('/')?;
        let name = path.rsplit('/').next()?;
        // An address must not choose another folder.
        let plain = !name.contains(['\\', ':', '%']) && !matches!(name, "" | "." | "..");
        return plain.then(|| name.to_owned());
    }
    Some(Path::new(source).file_name()?.to_string_lossy().into_owned())
}

/// Reads the header and gives the input back as if nothing had been read.
fn peek_header(input: Input, limits: &Limits) -> Result<(Header, Input)> {
    let mut frame = Vec::new();
    let read = |reader: &mut dyn Read, frame: &mut Vec<u8>, name: &str| {
        reader
            .take(Header::FRAME_LEN)
            .read_to_end(frame)
            .map_err(|error| Error::io("cannot read", error).in_file(name))
    };
    let (name, input) = match input {
        Input::Random(source) => {
            let name = source.name().to_owned();
            let len = source.len().min(Header::FRAME_LEN);
            read(&mut *source.range(FileOffset::ZERO, len)?, &mut frame, &name)?;
            (name, Input::Random(source))
        }
        Input::Stream { name, mut reader } => {
            read(&mut reader, &mut frame, &name)?;
            let reader = Box::new(Cursor::new(frame.clone()).chain(reader));
            (name.clone(), Input::Stream { name, reader })
        }
    };
    let header = Header::from_frame(&frame, limits).map_err(|error| Error::from(error).in_file(name))?;
    Ok((header, input))
}

/// What was done is kept, so a second try costs only what is left. `file` is the target, unless that is a device.
fn how_to_go_on(error: Error, args: &Expand, has_random_access: bool, file: Option<&Path>) -> Error {
    match error.kind() {
        ErrorKind::Cancelled => error.advice("the same command goes on where it stopped"),
        ErrorKind::Io if error.advised().is_none() => {
            error.advice("once that is put right, the same command goes on where it stopped")
        }
        ErrorKind::Damaged if !has_random_access && args.force => error.advice(
            "what passes by once cannot be searched for what is whole: put the .medv into a file, and expand that \
             with --force; or send a good copy, and the same command goes on where it stopped",
        ),
        ErrorKind::Damaged if !has_random_access => {
            error.advice("send a good copy; the same command goes on where it stopped")
        }
        ErrorKind::Damaged => match file {
            Some(target) => {
                let partial = partial_of(target);
                error.advice(format!(
                    "get a good copy of it; --force saves what is whole of this one as {}",
                    partial.display()
                ))
            }
            None => error.advice("get a good copy of it; --force with a file for -o saves what is whole of this one"),
        },
        _ => error,
    }
}

pub(super) fn form_name(form: TargetForm) -> &'static str {
    match form {
        TargetForm::Same => "same",
        TargetForm::Dynamic => "dynamic",
        TargetForm::Fixed => "fixed",
        TargetForm::Raw => "raw",
    }
}

pub(super) fn form_in_words(form: TargetForm) -> &'static str {
    match form {
        TargetForm::Dynamic => "dynamic VHD",
        TargetForm::Fixed => "fixed VHD",
        TargetForm::Same | TargetForm::Raw => "raw disk",
    }
}

fn document(args: &Expand, target: &str, report: &ExpandReport, time: Duration) -> Document {
    Document {
        source: args.source.clone(),
        target: target.to_owned(),
        form: form_name(report.form),
        virtual_size: report.virtual_size,
        data_frames: report.data_frames,
        resumed_frames: report.resumed_frames,
        read_bytes: report.read_bytes,
        written_bytes: report.written_bytes,
        image_digest: report.image_digest.to_string(),
        seconds: time.as_secs_f64(),
    }
}

fn text(target: &str, report: &ExpandReport, time: Duration) -> String {
    let form = form_in_words(report.form);
    let frames = match report.resumed_frames {
        0 => report.data_frames.to_string(),
        resumed => format!("{}, {resumed} of them done by an earlier run", report.data_frames),
    };
    let mut table = Table::default();
    table
        .row("disk", human::exact(report.virtual_size))
        .row("data frames", frames)
        .row("read", human::exact(report.read_bytes))
        .row("written", human::exact(report.written_bytes))
        .row("digest", report.image_digest.to_string())
        .row("time", format!("{}, {}", human::duration(time), human::rate(report.virtual_size, time)));
    format!("expanded to {target}, a {form}\n{}", table.to_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_named_after_the_source() {
        let names = [
            ("a/windows.medv", Some("windows.medv")),
            ("http://host/images/windows.medv?v=2#x", Some("windows.medv")),
            ("https://host", None),
            ("https://host/", None),
            ("https://host/..", None),
            ("https://host/a%2f..", None),
            (r"https://host/a\b", None),
            ("-", None),
        ];
        for (source, name) in names {
            assert_eq!(file_name(source).as_deref(), name, "{source}");
        }
    }

    #[test]
    fn peeking_takes_nothing_from_a_stream() {
        let header =
            Header { form: SourceForm::Raw, chunk_size: 1 << 20, source_size: 512, level: 3, trimmed: false };
        let mut file =
            medv_format::container::wrap(medv_format::container::SKIPPABLE_MAGIC, &header.to_bytes());
        file.extend_from_slice(b"rest");
        let reader = Box::new(Cursor::new(file.clone()));
        let input = Input::Stream { name: "pipe".to_owned(), reader };
        let (peeked, input) = peek_header(input, &Limits::default()).unwrap();
        assert_eq!(peeked, header);
        let Input::Stream { mut reader, .. } = input else { panic!("still a stream") };
        let mut again = Vec::new();
        reader.read_to_end(&mut again).unwrap();
        assert_eq!(again, file);
    }
}
