//! How fast it goes at the moment, and when it will be over.

use std::time::{Duration, Instant};

use crate::human::{as_f64, whole};

/// Half of what the rate says is younger than about this.
const MEMORY: Duration = Duration::from_secs(5);
/// Samples closer than this say more about scheduling than about speed.
const SHORTEST: Duration = Duration::from_millis(50);

/// A rate that follows the last few seconds, so that a jump at the start (what an earlier run had done) is forgotten.
pub(crate) struct Pace {
    began: Instant,
    last: Instant,
    done: u64,
    rate: Option<f64>,
}

impl Pace {
    pub(crate) fn new(began: Instant) -> Self {
        Self { began, last: began, done: 0, rate: None }
    }

    pub(crate) fn elapsed(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.began)
    }

    /// `done` bytes were done in all at `now`.
    pub(crate) fn sample(&mut self, now: Instant, done: u64) {
        let span = now.saturating_duration_since(self.last);
        if span < SHORTEST {
            return;
        }
        let rate = as_f64(done.saturating_sub(self.done)) / span.as_secs_f64();
        let kept = (-span.as_secs_f64() / MEMORY.as_secs_f64()).exp();
        self.rate = Some(self.rate.map_or(rate, |before| before * kept + rate * (1.0 - kept)));
        (self.last, self.done) = (now, done);
    }

    /// 0 until there is something to go by.
    pub(crate) fn bytes_per_second(&self) -> u64 {
        whole(self.rate.unwrap_or(0.0))
    }

    /// Whole seconds until `bytes` more are done, if it moves at all.
    pub(crate) fn seconds_left(&self, bytes: u64) -> Option<u64> {
        let rate = self.rate.filter(|rate| *rate >= 1.0)?;
        Some(whole(as_f64(bytes) / rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_pace_is_told_as_it_is() {
        let began = Instant::now();
        let mut pace = Pace::new(began);
        assert_eq!((pace.bytes_per_second(), pace.seconds_left(10)), (0, None));
        for second in 1..=3 {
            pace.sample(began + Duration::from_secs(second), second * 100);
        }
        assert_eq!((pace.bytes_per_second(), pace.seconds_left(1000)), (100, Some(10)));
    }

    #[test]
    fn a_jump_at_the_start_fades() {
        let began = Instant::now();
        let mut pace = Pace::new(began);
        pace.sample(began + Duration::from_millis(100), 1_000_000_000);
        for second in 1..=60 {
            pace.sample(began + Duration::from_secs(second), 1_000_000_000 + second * 100);
        }
        assert!((100..200_000).contains(&pace.bytes_per_second()), "{}", pace.bytes_per_second());
    }
}
