//! The guest's clock: a machine that was saved wakes up with the time of then.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::log::{Level, Log};
use crate::{Places, system};

/// The host says whole seconds, and its words take a while.
const TOLERANCE: Duration = Duration::from_secs(2);

/// Sets it to what the host says, in seconds since 1970, UTC, if it is wrong.
pub(crate) fn set(places: &Places, now: u64, log: &Log) {
    let host = UNIX_EPOCH + Duration::from_secs(now);
    if !places.is_real() || !is_wrong(SystemTime::now(), host) {
        return;
    }
    match system::clock::set(Duration::from_secs(now)) {
        Ok(()) => log.note(Level::Information, "the clock was wrong, and is set to the host's"),
        Err(error) => log.note(Level::Warning, &format!("the clock is wrong, and cannot be set: {error}")),
    }
}

fn is_wrong(here: SystemTime, host: SystemTime) -> bool {
    let apart = here.duration_since(host).unwrap_or_else(|error| error.duration());
    apart > TOLERANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_wrong_in_both_directions_and_not_by_a_second() {
        let host = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        for (seconds, expected) in [(0, false), (2, false), (3, true), (86_400, true)] {
            let apart = Duration::from_secs(seconds);
            assert_eq!(
                [is_wrong(host + apart, host), is_wrong(host - apart, host)],
                [expected; 2],
                "{seconds}"
            );
        }
    }
}
