//! Which version of a file a web server has, as far as it tells.

use ureq::http::HeaderMap;
use ureq::http::header::{ETAG, LAST_MODIFIED};

/// What tells one version of the file from another. Where a server gives neither `ETag` nor date, only the length is left;
/// the digests inside a `.medv` are the last guard in any case.
#[derive(Debug)]
pub(super) struct Version {
    total: u64,
    etag: Option<String>,
    modified: Option<String>,
}

impl Version {
    pub(super) fn of(headers: &HeaderMap, total: u64) -> Self {
        Self { total, etag: text(headers, &ETAG), modified: text(headers, &LAST_MODIFIED) }
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The value for `If-Range`: a strong `ETag`, or the date. A weak `ETag` must not be used (RFC 9110, section 13.1.5).
    pub(super) fn if_range(&self) -> Option<&str> {
        match self.etag.as_deref() {
            Some(etag) if !etag.starts_with("W/") => Some(etag),
            _ => self.modified.as_deref(),
        }
    }

    /// How an answer with these headers, about a file of `total` bytes (if it says so), shows that the file is another one.
    ///
    /// An `ETag` that was there before must be there again, as a partial answer has to carry it (RFC 9110, section 15.3.7);
    /// a date may be left out there.
    pub(super) fn difference(&self, headers: &HeaderMap, total: Option<u64>) -> Option<String> {
        if let Some(total) = total.filter(|total| *total != self.total) {
            return Some(format!("it had {} bytes and now has {total}", self.total));
        }
        let etag = text(headers, &ETAG);
        if let Some(before) = &self.etag {
            return match etag {
                Some(now) if opaque(&now) == opaque(before) => None,
                Some(now) => Some(format!("its ETag was {before} and now is {now}")),
                None => Some(format!("its ETag was {before} and now there is none")),
            };
        }
        match (&self.modified, text(headers, &LAST_MODIFIED)) {
            (Some(before), Some(now)) if *before != now => {
                Some(format!("it was last modified on {before} and now on {now}"))
            }
            _ => None,
        }
    }
}

/// The `ETag` without its mark of weakness.
fn opaque(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag)
}

fn text(headers: &HeaderMap, name: &ureq::http::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
