//! What a server that does not give the file means by it, and what to do about it.

use std::io;
use std::time::Duration;

use ureq::http::header::{self, HeaderMap};

use super::client::{Client, OTHERWISE};
use super::retry::Failure;
use crate::ErrorKind;

impl Client {
    /// No valid answer came at all.
    pub(super) fn unanswered(&self, error: ureq::Error) -> Failure {
        use std::io::ErrorKind as Io;
        match error {
            // The detail would repeat the address redirected to, which may carry secrets.
            ureq::Error::RequireHttpsOnly(_) => Failure::Final(
                self.error(ErrorKind::Usage, "the server redirects from https to plain http, where anybody on the way could change the file")
                    .advice("if that is what you want, give the http address itself"),
            ),
            ureq::Error::TooManyRedirects => Failure::Final(
                self.error(ErrorKind::Usage, format!("more than {} redirects, one after the other", self.options().redirects))
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

    /// If it never answered, the address is more likely wrong than the network broken.
    fn unreachable(&self, message: &str, error: ureq::Error) -> Failure {
        let error = self.error(ErrorKind::Io, message).caused_by(error);
        if self.was_reached() {
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
    pub(super) fn refused(&self, status: u16, headers: &HeaderMap) -> Failure {
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

/// What happened to a body that ended early, maybe because of `cause`.
pub(super) fn interruption(cause: Option<&io::Error>) -> &'static str {
    let cause = cause.and_then(io::Error::get_ref).and_then(|cause| cause.downcast_ref());
    if matches!(cause, Some(ureq::Error::Timeout(_))) {
        "the server fell silent"
    } else {
        "the connection was cut"
    }
}

/// `Retry-After` in seconds. Its other form, a date, is left to our own pauses, as clocks differ.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
