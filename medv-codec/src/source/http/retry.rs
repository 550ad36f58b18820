//! When to try again after a failure, and when to give up.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use super::options::HttpOptions;
use crate::{Error, Result};

/// How patient to be. Pauses double from `first_pause` to `longest_pause`, each shortened by up to a half at random,
/// so that many machines that lost the same server do not come back in step.
#[derive(Clone, Debug)]
pub struct Retry {
    /// Failures in a row, without a single byte between them, after which to give up. 8, which is about a minute.
    pub tries: u32,
    /// Pause after the first failure. 500 ms.
    pub first_pause: Duration,
    /// Longest pause. 30 s.
    pub longest_pause: Duration,
    /// Longest pause if the server asks for one (`Retry-After` in seconds); a longer wish is cut to this. 2 min.
    pub longest_asked_pause: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            tries: 8,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
            longest_asked_pause: Duration::from_secs(120),
        }
    }
}

/// What a failed attempt means.
pub(super) enum Failure {
    /// Trying again may help, after a pause if the server asked for one.
    Passing(Error, Option<Duration>),
    /// Trying again would only repeat it.
    Final(Error),
}

impl Failure {
    pub(super) fn passing(error: Error) -> Self {
        Self::Passing(error, None)
    }
}

/// Counts the failures since the last byte of progress.
pub(super) struct Patience<'a> {
    options: &'a HttpOptions,
    failures: u32,
}

impl<'a> Patience<'a> {
    pub(super) fn new(options: &'a HttpOptions) -> Self {
        Self { options, failures: 0 }
    }

    /// Bytes arrived: whatever failed before is forgiven.
    pub(super) fn progress(&mut self) {
        self.failures = 0;
    }

    /// Returns when it is time to try again, or with the error that ends it.
    pub(super) fn outlast(&mut self, failure: Failure) -> Result<()> {
        if self.options.cancelled() {
            return Err(Error::cancelled());
        }
        let (error, asked) = match failure {
            Failure::Final(error) => return Err(error),
            Failure::Passing(error, asked) => (error, asked),
        };
        self.failures += 1;
        if self.failures >= self.options.retry.tries {
            return Err(error.advice(format!(
                "it failed {} times in a row; see to the network or the server, then run the same command again",
                self.failures
            )));
        }
        let pause = match asked {
            Some(asked) => asked.min(self.options.retry.longest_asked_pause),
            None => jittered(self.backoff()),
        };
        if let Some(on_retry) = &self.options.on_retry {
            on_retry(&format!("{error}; trying again in {:.1} s", pause.as_secs_f64()));
        }
        self.sleep(pause)
    }

    fn backoff(&self) -> Duration {
        let retry = &self.options.retry;
        let doublings = self.failures.saturating_sub(1).min(31);
        retry.first_pause.saturating_mul(1 << doublings).min(retry.longest_pause)
    }

    /// Sleeps in slices, so that a request to stop is heard soon.
    fn sleep(&self, pause: Duration) -> Result<()> {
        let until = Instant::now() + pause;
        loop {
            if self.options.cancelled() {
                return Err(Error::cancelled());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            thread::sleep(left.min(Duration::from_millis(50)));
        }
    }
}

/// Between a half and the whole of `pause`. The standard library seeds its hashers at random: enough for this.
fn jittered(pause: Duration) -> Duration {
    let eighths = RandomState::new().build_hasher().finish() % 5 + 4;
    pause / 8 * u32::try_from(eighths).unwrap_or(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patience(options: &HttpOptions, failures: u32) -> Patience<'_> {
        Patience { options, failures }
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let options = HttpOptions::default();
        let pauses: Vec<u128> =
            [1, 2, 3, 6, 7, 8, 40].map(|failures| patience(&options, failures).backoff().as_millis()).into();
        assert_eq!(pauses, [500, 1000, 2000, 16000, 30000, 30000, 30000]);
    }

    #[test]
    fn jitter_takes_at_most_half() {
        let pause = Duration::from_millis(1600);
        for _ in 0..200 {
            let jittered = jittered(pause);
            assert!((pause / 2..=pause).contains(&jittered), "{jittered:?}");
        }
    }
}
