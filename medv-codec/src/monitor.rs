//! How the engine tells its caller how far it is, and how the caller stops it.

/// Receives progress and answers whether to go on. Called from several threads.
pub trait Monitor: Sync {
    /// Work has begun on a disk of `disk_bytes` bytes, `None` if that is not known yet.
    fn begin(&self, _disk_bytes: Option<u64>) {}

    /// `disk_bytes` more of the disk are done. The sum never goes backwards and ends at the disk's size.
    fn advance(&self, _disk_bytes: u64) {}

    /// `bytes` more were read from the source, as the source stores them.
    fn read(&self, _bytes: u64) {}

    /// `bytes` more were written to the target.
    fn wrote(&self, _bytes: u64) {}

    /// Something the user should know, though work goes on.
    fn warn(&self, _message: &str) {}

    /// Asked between chunks: `true` makes the engine stop cleanly with [`crate::ErrorKind::Cancelled`].
    fn cancelled(&self) -> bool {
        false
    }
}

/// Says nothing, never stops.
pub struct Silent;

impl Monitor for Silent {}
