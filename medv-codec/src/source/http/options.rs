//! What a caller may choose about talking to web servers.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::retry::Retry;

/// How to talk to a web server.
#[derive(Clone)]
pub struct HttpOptions {
    /// Longest time to find the server and connect to it, encryption included. 30 s.
    pub connect_timeout: Duration,
    /// Longest time without a single byte before the connection counts as dead. 60 s.
    pub stall_timeout: Duration,
    /// How much of the file's end the first request fetches, at least 1. It is kept in memory, so that reading the index
    /// of a disk of some GiB costs no further request. 512 KiB.
    pub tail_bytes: u64,
    /// When to try again, and when to give up.
    pub retry: Retry,
    /// Most redirects to follow for one request. 10.
    pub redirects: u32,
    /// Whether `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` are obeyed. Yes.
    pub proxy_from_environment: bool,
    /// Certificate authorities in PEM form to trust instead of the public ones, for servers that an organisation signs for itself.
    pub authorities: Option<Vec<u8>>,
    /// Becomes `true` when the caller wants to stop. What is under way then ends within a moment.
    pub cancel: Option<Arc<AtomicBool>>,
    /// Told what went wrong whenever something is tried again. Called from several threads.
    pub on_retry: Option<Arc<OnRetry>>,
}

/// Receives one line about what went wrong and when it is tried again.
pub type OnRetry = dyn Fn(&str) + Send + Sync;

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(30),
            stall_timeout: Duration::from_secs(60),
            tail_bytes: 512 << 10,
            retry: Retry::default(),
            redirects: 10,
            proxy_from_environment: true,
            authorities: None,
            cancel: None,
            on_retry: None,
        }
    }
}

impl HttpOptions {
    pub(super) fn cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed))
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("connect_timeout", &self.connect_timeout)
            .field("stall_timeout", &self.stall_timeout)
            .field("tail_bytes", &self.tail_bytes)
            .field("retry", &self.retry)
            .field("redirects", &self.redirects)
            .field("proxy_from_environment", &self.proxy_from_environment)
            .finish_non_exhaustive()
    }
}
