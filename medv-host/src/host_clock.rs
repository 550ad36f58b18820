//! The host's clock, which can be set, and goes on while the host sleeps: deadlines wait for the time in between.

use std::time::Duration;

use crate::moment::Moment;

/// A clock that is behind or ahead by less is not put right.
const WITHIN: u64 = 5;

/// What the clock said, and how long the host had been awake then.
pub(crate) struct HostClock {
    said: Moment,
    awake: Duration,
}

impl HostClock {
    pub(crate) fn look(awake: Duration) -> Self {
        Self { said: Moment::now(), awake }
    }

    /// How many seconds the clock has gone on since the last look in which nobody was awake; less than nothing if it was set back.
    pub(crate) fn jumped(&mut self, awake: Duration) -> Option<i64> {
        let now = Self::look(awake);
        let by =
            now.said.0.cast_signed() - self.said.0.cast_signed() - seconds(now.awake) + seconds(self.awake);
        *self = now;
        (by.unsigned_abs() > WITHIN).then_some(by)
    }
}

fn seconds(duration: Duration) -> i64 {
    duration.as_secs().cast_signed()
}

/// How long this host has been awake.
#[cfg(unix)]
pub fn awake() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    // Linux stops it while the host sleeps.
    let time = clock_gettime(ClockId::Monotonic);
    Duration::from_secs(time.tv_sec.cast_unsigned())
}

#[cfg(windows)]
pub use crate::windows::awake;
