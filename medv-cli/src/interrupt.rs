//! Ctrl-C and SIGTERM: the first stops cleanly, the second at once.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use medv_codec::{Error, ErrorKind, Result};

use crate::exit::Exit;

/// Becomes `true` when the user asks to stop.
pub(crate) fn flag() -> &'static Arc<AtomicBool> {
    static REQUESTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    REQUESTED.get_or_init(Arc::default)
}

/// Begins to listen. To be called once.
pub(crate) fn watch() -> Result<()> {
    let stop = || {
        if flag().swap(true, Ordering::SeqCst) {
            process::exit(i32::from(Exit::Interrupted.code()));
        }
    };
    ctrlc::set_handler(stop)
        .map_err(|error| Error::new(ErrorKind::Io, "cannot listen for interrupts").caused_by(error))
}
