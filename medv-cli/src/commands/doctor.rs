//! `medv doctor`

use std::fmt::Write as _;

use medv_codec::disk::{DiskForm, Examination, OpenedDisk, Severity, examine};
use medv_codec::{ErrorKind, Result};
use medv_format::vhd::SizeRule;
use serde::Serialize;

use crate::args::Doctor;
use crate::exit::Exit;
use crate::human;
use crate::json::{ErrorDetail, FindingDetail};
use crate::reading::open_options;
use crate::report::Outcome;

#[derive(Serialize)]
struct Document {
    disk: String,
    verdict: &'static str,
    form: Option<&'static str>,
    virtual_size: Option<u64>,
    sizes: Option<Sizes>,
    chain: Vec<String>,
    findings: Vec<FindingDetail>,
    error: Option<ErrorDetail>,
}

#[derive(Serialize)]
struct Sizes {
    by_geometry: u64,
    by_field: u64,
    rule: &'static str,
}

pub(crate) fn run(args: &Doctor) -> Result<Outcome> {
    let examination = examine(&args.disk, &open_options(&args.reading))?;
    let exit = verdict(&examination);
    let name = args.disk.display().to_string();
    let document = document(&name, exit, &examination);
    Ok(Outcome::report(exit, text(&name, &examination), &document))
}

/// Done, damaged or unsupported. A disk that is too large for us is a valid one, and not for us.
fn verdict(examination: &Examination) -> Exit {
    match examination.refusal.as_ref().map(medv_codec::Error::kind) {
        None => Exit::Done,
        Some(ErrorKind::Unsupported | ErrorKind::Limit) => Exit::Unsupported,
        Some(_) => Exit::Damaged,
    }
}

fn document(name: &str, exit: Exit, examination: &Examination) -> Document {
    let disk = examination.disk.as_ref();
    let chain = disk.map_or(&[][..], |disk| &disk.chain);
    Document {
        disk: name.to_owned(),
        verdict: match exit {
            Exit::Done => "readable",
            Exit::Unsupported => "unsupported",
            _ => "damaged",
        },
        form: disk.map(|disk| form_name(disk.form)),
        virtual_size: disk.map(|disk| disk.disk.virtual_size()),
        sizes: disk.and_then(|disk| disk.sizes).map(|sizes| Sizes {
            by_geometry: sizes.by_geometry,
            by_field: sizes.by_field,
            rule: match sizes.rule {
                SizeRule::ByCreator => "auto",
                SizeRule::Geometry => "chs",
                SizeRule::CurrentSize => "current",
            },
        }),
        chain: chain.iter().map(|file| file.display().to_string()).collect(),
        findings: examination.findings.iter().map(FindingDetail::new).collect(),
        error: examination.refusal.as_ref().map(ErrorDetail::new),
    }
}

fn form_name(form: DiskForm) -> &'static str {
    match form {
        DiskForm::Fixed => "fixed",
        DiskForm::Dynamic => "dynamic",
        DiskForm::Differencing => "differencing",
        DiskForm::Raw => "raw",
    }
}

fn text(name: &str, examination: &Examination) -> String {
    let mut text = match &examination.disk {
        Some(disk) => format!("{name}: {}\n", about(disk)),
        None => format!("{name}: cannot be packed\n"),
    };
    for finding in &examination.findings {
        let severity = match finding.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Refused(_) => "refused",
        };
        let _ = writeln!(text, "\n  {severity} {} (trap {})", finding.code, finding.trap);
        let _ = writeln!(text, "    found:  {}", finding.message);
        let _ = writeln!(text, "    action: {}", finding.action);
        if finding.path.as_os_str() != name {
            let _ = writeln!(text, "    file:   {}", finding.path.display());
        }
    }
    if let (true, Some(error)) = (examination.findings.is_empty(), &examination.refusal) {
        let _ = writeln!(text, "\n  refused: {error}");
    }
    if examination.findings.is_empty() && examination.refusal.is_none() {
        text.push_str("nothing odd about it\n");
    }
    text
}

fn about(disk: &OpenedDisk) -> String {
    let form = match disk.form {
        DiskForm::Raw => "a raw image".to_owned(),
        form => format!("a {} VHD", form_name(form)),
    };
    let mut about = format!("{form} of {}", human::exact(disk.disk.virtual_size()));
    for parent in disk.chain.iter().skip(1) {
        let _ = write!(about, "\n  over {}", parent.display());
    }
    about
}
