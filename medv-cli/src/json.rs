//! The JSON that more than one command prints; `docs/json.md` is the description. Names are never changed, only added.

use std::error::Error as _;

use medv_codec::disk::{Finding, Severity};
use medv_codec::{Error, ErrorKind};
use serde::Serialize;

/// A warning on standard error with `--progress json`.
#[derive(Serialize)]
pub(crate) struct Warning<'a> {
    pub(crate) event: &'static str,
    pub(crate) message: &'a str,
}

/// What `--json` prints when there is nothing else to print.
#[derive(Serialize)]
pub(crate) struct ErrorDocument {
    error: ErrorDetail,
}

/// An error, also as a part of other documents.
#[derive(Serialize)]
pub(crate) struct ErrorDetail {
    kind: &'static str,
    message: String,
    path: Option<String>,
    offset: Option<u64>,
    frame: Option<u64>,
    advice: Option<String>,
    causes: Vec<String>,
}

impl ErrorDocument {
    pub(crate) fn new(error: &Error) -> Self {
        Self { error: ErrorDetail::new(error) }
    }
}

impl ErrorDetail {
    pub(crate) fn new(error: &Error) -> Self {
        let causes = std::iter::successors(error.source(), |&cause| cause.source());
        Self {
            kind: kind(error.kind()),
            message: error.message().to_owned(),
            path: error.path().map(|path| path.display().to_string()),
            offset: error.offset().map(medv_format::FileOffset::get),
            frame: error.frame().map(medv_format::FrameIndex::get),
            advice: error.advised().map(str::to_owned),
            causes: causes.map(ToString::to_string).collect(),
        }
    }
}

/// One oddity of a disk.
#[derive(Serialize)]
pub(crate) struct FindingDetail {
    trap: u8,
    code: &'static str,
    severity: &'static str,
    kind: Option<&'static str>,
    path: String,
    message: String,
    action: String,
}

impl FindingDetail {
    pub(crate) fn new(finding: &Finding) -> Self {
        let (severity, refusal) = match finding.severity {
            Severity::Note => ("note", None),
            Severity::Warning => ("warning", None),
            Severity::Refused(reason) => ("refused", Some(kind(reason))),
        };
        Self {
            trap: finding.trap,
            code: finding.code,
            severity,
            kind: refusal,
            path: finding.path.display().to_string(),
            message: finding.message.clone(),
            action: finding.action.clone(),
        }
    }
}

fn kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Io => "io",
        ErrorKind::Damaged => "damaged",
        ErrorKind::Unsupported => "unsupported",
        ErrorKind::Limit => "limit",
        ErrorKind::Usage => "usage",
        ErrorKind::Cancelled => "interrupted",
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use medv_format::{FileOffset, FrameIndex};
    use serde_json::json;

    use super::*;

    #[test]
    fn an_error_has_all_its_parts() {
        let error = Error::io("cannot read", io::Error::other("the cable is out"))
            .in_file("a.medv")
            .at(FileOffset::new(512))
            .in_frame(FrameIndex::new(3))
            .advice("put it back");
        assert_eq!(
            serde_json::to_value(ErrorDocument::new(&error)).unwrap(),
            json!({"error": {
                "kind": "io",
                "message": "cannot read",
                "path": "a.medv",
                "offset": 512,
                "frame": 3,
                "advice": "put it back",
                "causes": ["the cable is out"],
            }})
        );
    }
}
