//! Ctrl-C and SIGTERM: the first stops cleanly, the second at once.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use medv_codec::{Error, ErrorKind, Result};

use crate::exit::Exit;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Begins to listen. To be called once.
pub(crate) fn watch() -> Result<()> {
    let stop = || {
        if REQUESTED.swap(true, Ordering::SeqCst) {
            process::exit(i32::from(Exit::Interrupted.code()));
        }
    };
    ctrlc::set_handler(stop)
        .map_err(|error| Error::new(ErrorKind::Io, "cannot listen for interrupts").caused_by(error))
}

/// Whether the user asked to stop.
pub(crate) fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}
