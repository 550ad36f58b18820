//! One request to a web server: sent, answered, and the answer sorted into useful, passing trouble, and final.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ureq::http::header::{self, HeaderMap};
use ureq::http::{Response, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, Proxy, ResponseExt};

use super::options::HttpOptions;
use super::retry::Failure;
use super::watch::watch;
use crate::{Error, ErrorKind, Result};

/// The statuses that a caller of [`Client::get`] has to tell apart.
pub(super) const WHOLE: u16 = 200;
pub(super) const PART: u16 = 206;
pub(super) const CHANGED: u16 = 412;
pub(super) const OUTSIDE: u16 = 416;

const OTHERWISE: &str = "download the file with another program and give its path";

/// A file on a web server.
pub(super) struct Client {
    agent: Agent,
    address: Uri,
    /// Where redirects led to. Asked directly from then on, so that several mirrors are not mixed, until it fails.
    settled: Mutex<Option<Uri>>,
    name: String,
    options: HttpOptions,
    requests: AtomicU64,
    /// Whether the server ever answered: if not, the address is more likely wrong than the network broken.
    reached: AtomicBool,
    /// Held for its end.
    _watch: Option<Sender<()>>,
}

/// Without the addresses, which may hold secrets.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("name", &self.name)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Client {
    pub(super) fn new(url: &str, options: HttpOptions) -> Result<Self> {
        let (address, name) = parse(url)?;
        let tls = match &options.authorities {
            Some(pem) => {
                TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(authorities(pem)?))).build()
            }
            None => TlsConfig::default(),
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect from https to http would let anybody on the way change the file.
            .https_only(address.scheme_str() == Some("https"))
            .tls_config(tls)
            .proxy(if options.proxy_from_environment { Proxy::try_from_env() } else { None })
            .max_redirects(options.redirects)
            .user_agent(concat!("medv/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(options.connect_timeout))
            .timeout_connect(Some(options.connect_timeout))
            .timeout_per_read(Some(options.stall_timeout))
            .timeout_per_write(Some(options.stall_timeout))
            .max_idle_connections(64)
            .max_idle_connections_per_host(64)
            .build();
        let agent = Agent::new_with_config(config);
        let watch = options.cancel.clone().map(|cancel| watch(agent.clone(), cancel));
        Ok(Self {
            agent,
            address,
            settled: Mutex::new(None),
            name,
            options,
            requests: AtomicU64::new(0),
            reached: AtomicBool::new(false),
            _watch: watch,
        })
    }

    /// The address without credentials and query, fit for messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn options(&self) -> &HttpOptions {
        &self.options
    }

    /// How much of the file's end to fetch first.
    pub(super) fn tail_bytes(&self) -> u64 {
        self.options.tail_bytes.max(1)
    }

    /// Requests sent so far; following a redirect counts as part of its request.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Asks for `range` (a `Range` header), on condition that the file is still the version `if_range`.
    ///
    /// The answer's status is [`WHOLE`], [`PART`], [`CHANGED`] or [`OUTSIDE`], and its body is not compressed.
    pub(super) fn get(&self, range: &str, if_range: Option<&str>) -> Result<Response<Body>, Failure> {
        if self.options.cancelled() {
            return Err(Failure::Final(Error::cancelled()));
        }
        let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let answer = self.ask(settled.as_ref().unwrap_or(&self.address), range, if_range);
        if settled.is_none() {
            return answer;
        }
        answer.map_err(|failure| {
            // The place redirected to may have been good for a while only: back to where the way began.
            *self.settled.lock().unwrap_or_else(PoisonError::into_inner) = None;
            match failure {
                Failure::Final(error) => Failure::Passing(error, Some(Duration::ZERO)),
                passing @ Failure::Passing(..) => passing,
            }
        })
    }

    fn ask(&self, address: &Uri, range: &str, if_range: Option<&str>) -> Result<Response<Body>, Failure> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut request = self
            .agent
            .get(address)
            .header(header::RANGE, range)
            // Compressed content has other byte positions.
            .header(header::ACCEPT_ENCODING, "identity");
        if let Some(version) = if_range {
            request = request.header(header::IF_RANGE, version);
        }
        let response = request.call().map_err(|error| self.unanswered(error))?;
        self.reached.store(true, Ordering::Relaxed);
        let status = response.status().as_u16();
        if !matches!(status, WHOLE | PART | CHANGED | OUTSIDE) {
            return Err(self.refused(status, response.headers()));
        }
        if let Some(coding) = encoding(response.headers()) {
            return Err(Failure::Final(
                self.error(
                    ErrorKind::Unsupported,
                    format!("the server sends it compressed with {coding}, though it was asked not to"),
                )
                .advice(format!("switch that off on the server for this file, or {OTHERWISE}")),
            ));
        }
        let arrived_at = response.get_uri();
        if arrived_at != address && !has_credentials(&self.address) {
            *self.settled.lock().unwrap_or_else(PoisonError::into_inner) = Some(arrived_at.clone());
        }
        Ok(response)
    }

    /// An error about this file.
    pub(super) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message).in_file(&self.name)
    }

    /// The one error for a file that is not the one it was when it was opened.
    pub(super) fn changed(&self, difference: &str) -> Failure {
        let message = format!("the file changed on the server while it was being read ({difference})");
        Failure::Final(self.error(ErrorKind::Damaged, message).advice("start again"))
    }

    /// No valid answer came at all.
    fn unanswered(&self, error: ureq::Error) -> Failure {
        use std::io::ErrorKind as Io;
        match error {
            // The detail would repeat the address redirected to, which may carry secrets.
            ureq::Error::RequireHttpsOnly(_) => Failure::Final(
                self.error(ErrorKind::Usage, "the server redirects from https to plain http, where anybody on the way could change the file")
                    .advice("if that is what you want, give the http address itself"),
            ),
            ureq::Error::TooManyRedirects => Failure::Final(
                self.error(ErrorKind::Usage, format!("more than {} redirects, one after the other", self.options.redirects))
                    .advice("check the address"),
            ),
            ureq::Error::BadUri(_) | ureq::Error::Http(_) | ureq::Error::RedirectFailed => Failure::Final(
                self.error(ErrorKind::Usage, "the address, or the one that it redirects to, is not valid").advice("check the address"),
            ),
            ureq::Error::InvalidProxyUrl => Failure::Final(
                self.error(ErrorKind::Usage, "the proxy's address is not valid").advice("check http_proxy and https_proxy in the environment"),
            ),
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::TlsRequired => self.untrusted(error),
            ureq::Error::Io(ref cause) if cause.kind() == Io::InvalidData => self.untrusted(error),
            ureq::Error::Timeout(_) => Failure::passing(self.error(ErrorKind::Io, "the server did not answer in time").caused_by(error)),
            ureq::Error::HostNotFound => self.unreachable("the server's name is not known to the network", error),
            ureq::Error::Io(ref cause) if cause.kind() == Io::ConnectionRefused => {
                self.unreachable("the server takes no connections", error)
            }
            error => Failure::passing(self.error(ErrorKind::Io, "no valid answer from the server").caused_by(error)),
        }
    }

    fn unreachable(&self, message: &str, error: ureq::Error) -> Failure {
        let error = self.error(ErrorKind::Io, message).caused_by(error);
        if self.reached.load(Ordering::Relaxed) {
            return Failure::passing(error);
        }
        Failure::Final(error.advice("check the address and the network"))
    }

    fn untrusted(&self, error: ureq::Error) -> Failure {
        Failure::Final(
            self.error(ErrorKind::Io, "no trusted connection to the server")
                .caused_by(error)
                .advice("check the server's certificate, and the clock of this machine"),
        )
    }

    /// An answer came, but not with the file.
    fn refused(&self, status: u16, headers: &HeaderMap) -> Failure {
        let (message, advice) = match status {
            408 | 429 | 500..=599 => {
                let error =
                    self.error(ErrorKind::Io, format!("the server cannot answer now (status {status})"));
                return Failure::Passing(error, retry_after(headers));
            }
            401 => (
                "the server wants a user name and a password",
                "put them into the address: http://user:password@host/path",
            ),
            403 => (
                "the server denies access",
                "ask for permission; if the address was signed, ask for a fresh one",
            ),
            404 => ("there is no such file on the server", "check the address"),
            407 => (
                "the proxy wants a user name and a password",
                "put them into the proxy's address in the environment",
            ),
            410 => ("the file was removed from the server", "ask for its new address"),
            400..=499 => ("the server refuses the request", OTHERWISE),
            _ => {
                let error = self.error(
                    ErrorKind::Unsupported,
                    format!("the server gave an answer of unexpected status {status}"),
                );
                return Failure::Final(error.advice(OTHERWISE));
            }
        };
        Failure::Final(self.error(ErrorKind::Usage, format!("{message} (status {status})")).advice(advice))
    }
}

/// The address, and the name for messages: without credentials, query and fragment, as these may be secret.
fn parse(url: &str) -> Result<(Uri, String)> {
    let wrong = |what: &str| {
        Error::usage(format!("not a valid address of a web server: {what}")).advice(
            "give http://host/path or https://host/path; write other than plain letters as %20 and the like",
        )
    };
    let address: Uri = url.parse().map_err(|error: ureq::http::uri::InvalidUri| wrong(&error.to_string()))?;
    let scheme = address.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"));
    let scheme = scheme.ok_or_else(|| wrong("it has to begin with http:// or https://"))?;
    let authority = address.authority().filter(|authority| !authority.host().is_empty());
    let authority = authority.ok_or_else(|| wrong("it has no host"))?.as_str();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let name = format!("{scheme}://{host}{}", address.path());
    Ok((address, name))
}

fn has_credentials(address: &Uri) -> bool {
    address.authority().is_some_and(|authority| authority.as_str().contains('@'))
}

fn authorities(pem: &[u8]) -> Result<Vec<Certificate<'static>>> {
    let wrong = || Error::usage("the certificate authorities are not in PEM form");
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| wrong().caused_by(error))? {
            found.push(certificate);
        }
    }
    if found.is_empty() { Err(wrong()) } else { Ok(found) }
}

/// The content coding, if there is a real one.
fn encoding(headers: &HeaderMap) -> Option<String> {
    let codings = headers.get_all(header::CONTENT_ENCODING).into_iter();
    let mut names = codings.map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned());
    names.find(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"))
}

/// `Retry-After` in seconds. Its other form, a date, is left to our own pauses, as clocks differ.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_no_secrets() {
        for (url, name) in [
            ("http://host/a.medv", "http://host/a.medv"),
            ("https://me:secret@host:8443/a.medv?signature=secret", "https://host:8443/a.medv"),
            ("http://me@[::1]:80/?q#f", "http://[::1]:80/"),
            ("http://host", "http://host/"),
        ] {
            assert_eq!(parse(url).unwrap().1, name);
        }
    }

    #[test]
    fn other_addresses_are_refused() {
        for url in ["", "ftp://host/a", "/a/b", "http://", "host/a", "http:///a", "http://ho st/a"] {
            assert_eq!(parse(url).unwrap_err().kind(), ErrorKind::Usage, "{url:?}");
        }
    }
}
