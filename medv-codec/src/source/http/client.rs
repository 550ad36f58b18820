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

use super::address::{has_credentials, parse};
use super::options::HttpOptions;
use super::retry::Failure;
use super::watch::watch;
use crate::{Error, ErrorKind, Result};

/// The statuses that a caller of [`Client::get`] has to tell apart.
pub(super) const WHOLE: u16 = 200;
pub(super) const PART: u16 = 206;
pub(super) const CHANGED: u16 = 412;
pub(super) const OUTSIDE: u16 = 416;

/// What always helps.
pub(super) const OTHERWISE: &str = "download the file with another program and give its path";

/// A file on a web server.
pub(super) struct Client {
    agent: Agent,
    address: Uri,
    /// Where redirects led to. Asked directly from then on, so that several mirrors are not mixed, until it fails.
    settled: Mutex<Option<Uri>>,
    name: String,
    options: HttpOptions,
    requests: AtomicU64,
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

    /// Whether the server ever answered.
    pub(super) fn was_reached(&self) -> bool {
        self.reached.load(Ordering::Relaxed)
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
