//! A monitor that adds up what it is told, and stops the engine where a test wants it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

use medv_codec::Monitor;

/// What the engine told, and when to stop it.
#[derive(Default)]
pub(crate) struct Watch {
    size: AtomicU64,
    advanced: AtomicU64,
    read: AtomicU64,
    wrote: AtomicU64,
    too_far: AtomicBool,
    /// Stop once so many bytes of disk are done, if any.
    stop_after: Option<u64>,
}

impl Watch {
    /// Stops nothing.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Stops once `bytes` bytes of disk are done.
    pub(crate) fn stopping_after(bytes: u64) -> Self {
        Self { stop_after: Some(bytes), ..Self::default() }
    }

    pub(crate) fn advanced(&self) -> u64 {
        self.advanced.load(SeqCst)
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.read.load(SeqCst)
    }

    pub(crate) fn bytes_written(&self) -> u64 {
        self.wrote.load(SeqCst)
    }

    /// The engine said how large the disk is, and did exactly that much, never more.
    pub(crate) fn assert_complete(&self, size: u64, what: &str) {
        assert_eq!(self.size.load(SeqCst), size, "{what}: announced");
        assert_eq!(self.advanced(), size, "{what}: advanced");
        assert!(!self.too_far.load(SeqCst), "{what}: further than the end");
    }
}

impl Monitor for Watch {
    fn begin(&self, disk_bytes: Option<u64>) {
        self.size.store(disk_bytes.unwrap_or(0), SeqCst);
    }

    fn advance(&self, disk_bytes: u64) {
        let now = self.advanced.fetch_add(disk_bytes, SeqCst) + disk_bytes;
        if now > self.size.load(SeqCst) {
            self.too_far.store(true, SeqCst);
        }
    }

    fn read(&self, bytes: u64) {
        self.read.fetch_add(bytes, SeqCst);
    }

    fn wrote(&self, bytes: u64) {
        self.wrote.fetch_add(bytes, SeqCst);
    }

    fn cancelled(&self) -> bool {
        self.stop_after.is_some_and(|stop| self.advanced() >= stop)
    }
}
