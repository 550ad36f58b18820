//! Setting the clock.

use std::time::Duration;

use rustix::time::{ClockId, Timespec, clock_settime};

use crate::{Error, Result};

/// To so long after 1970, UTC.
pub(crate) fn set(now: Duration) -> Result<()> {
    let now = Timespec { tv_sec: now.as_secs().cast_signed(), tv_nsec: 0 };
    clock_settime(ClockId::Realtime, now).map_err(|error| Error::new(format!("the kernel refuses: {error}")))
}
