//! `medv verify`

use std::fmt::Write as _;
use std::time::Duration;

use medv_codec::verify::{Depth, VerifyReport, verify};
use medv_codec::{Error, Result};
use medv_format::Limits;
use serde::Serialize;

use super::{Opened, open_input, tell_requests, tell_threads};
use crate::args::{Output, Verify};
use crate::exit::Exit;
use crate::human;
use crate::json::ErrorDetail;
use crate::messages::Messages;
use crate::progress::Progress;
use crate::report::{Outcome, Table};

#[derive(Serialize)]
struct Document {
    source: String,
    depth: &'static str,
    ok: bool,
    virtual_size: u64,
    frames: u64,
    damaged_frames: u64,
    damage: Vec<ErrorDetail>,
    read_bytes: u64,
    image_digest: String,
    seconds: f64,
}

pub(crate) fn run(args: &Verify, output: &Output, messages: &Messages) -> Result<Outcome> {
    let depth = if args.quick { Depth::Quick } else { Depth::Full };
    let Opened { input, source } = open_input(&args.source, &args.fetching, messages)?;
    tell_threads(medv_codec::computing_threads(args.threads), messages);
    let progress = Progress::new(output, messages);
    let report = verify(input, depth, args.threads, &Limits::default(), &progress);
    progress.finish();
    tell_requests(source.as_ref(), messages);
    let (report, time) = (report?, progress.elapsed());
    let good = report.damaged_frames == 0;
    let exit = if good { Exit::Done } else { Exit::Damaged };
    let outcome = Outcome::report(exit, text(args, &report, time), &document(args, &report, time));
    Ok(if good { outcome.quietable() } else { outcome })
}

fn document(args: &Verify, report: &VerifyReport, time: Duration) -> Document {
    Document {
        source: args.source.clone(),
        depth: if args.quick { "quick" } else { "full" },
        ok: report.damaged_frames == 0,
        virtual_size: report.virtual_size,
        frames: report.frames,
        damaged_frames: report.damaged_frames,
        damage: report.damage.iter().map(ErrorDetail::new).collect(),
        read_bytes: report.read_bytes,
        image_digest: report.image_digest.to_string(),
        seconds: time.as_secs_f64(),
    }
}

fn text(args: &Verify, report: &VerifyReport, time: Duration) -> String {
    let mut text = String::new();
    for error in &report.damage {
        let _ = writeln!(text, "damaged: {}", told(error));
    }
    let told = u64::try_from(report.damage.len()).unwrap_or(u64::MAX);
    if report.damaged_frames > told {
        let _ = writeln!(text, "and {} more damaged frames", report.damaged_frames - told);
    }
    let verdict = match (report.damaged_frames, args.quick) {
        (0, false) => "is good: every byte of the disk is what was packed".to_owned(),
        (0, true) => "arrived whole: structure and checksums are right".to_owned(),
        (damaged, _) => format!("is damaged: {damaged} of {} frames", report.frames),
    };
    let _ = writeln!(text, "{} {verdict}", args.source);
    let mut table = Table::default();
    table
        .row("disk", human::exact(report.virtual_size))
        .row("frames", report.frames.to_string())
        .row("read", human::exact(report.read_bytes))
        .row("digest", report.image_digest.to_string())
        .row("time", format!("{}, {}", human::duration(time), human::rate(report.virtual_size, time)));
    text + &table.to_text()
}

/// The error without the file's name, which the summary says.
fn told(error: &Error) -> String {
    let mut text = error.message().to_owned();
    if let Some(offset) = error.offset() {
        let _ = write!(text, " at byte {offset} of the file");
    }
    if let Some(frame) = error.frame() {
        let _ = write!(text, ", in frame {frame}");
    }
    text
}
