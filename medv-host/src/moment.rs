//! Points in time, and how long from one to another.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A point in time: whole seconds since 1970, UTC. It survives a restart of the agent, as a process's own clock does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub u64);

impl Moment {
    /// The clock of the machine.
    pub fn now() -> Self {
        Self(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
    }

    /// So much later; the end of time if that is past it.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.as_secs()))
    }

    /// So many seconds later, or earlier; no further than time goes.
    #[must_use]
    pub fn put_off(self, seconds: i64) -> Self {
        Self(self.0.saturating_add_signed(seconds))
    }

    /// How long it is until then; nothing if that is past.
    pub fn until(self, then: Self) -> Duration {
        Duration::from_secs(then.0.saturating_sub(self.0))
    }
}

/// `2026-11-25T13:00:00Z`
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known =
            i64::try_from(self.0).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
        let Some(utc) = known else { return f.write_str("at no time") };
        let (date, time) = (utc.date(), utc.time());
        let (month, day) = (u8::from(date.month()), date.day());
        write!(f, "{:04}-{month:02}-{day:02}T", date.year())?;
        write!(f, "{:02}:{:02}:{:02}Z", time.hour(), time.minute(), time.second())
    }
}
