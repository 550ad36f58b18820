//! How far the engine is, as a bar, as plain lines, as JSON lines, or not at all.

use std::io::{IsTerminal, stderr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use medv_codec::Monitor;
use serde::Serialize;

use crate::args::{Output, ProgressMode};
use crate::messages::Messages;
use crate::pace::Pace;
use crate::{human, interrupt};

const BAR_EVERY: Duration = Duration::from_millis(100);
const LINE_EVERY: Duration = Duration::from_secs(2);
const JSON_EVERY: Duration = Duration::from_millis(500);

/// What `--progress` asks for, on this standard error.
enum Display {
    Bar(ProgressBar),
    Lines,
    Json,
    Nothing,
}

/// The command line's side of the engine's [`Monitor`].
pub(crate) struct Progress<'a> {
    messages: &'a Messages,
    display: Display,
    every: Duration,
    total: AtomicU64,
    done: AtomicU64,
    read: AtomicU64,
    written: AtomicU64,
    shown: Mutex<Shown>,
}

/// When something was last shown, and how fast it went until then.
struct Shown {
    last: Instant,
    pace: Pace,
}

/// One moment, as `--progress json` prints it.
#[derive(Serialize)]
#[allow(clippy::struct_field_names)] // the names are those of the document
struct Event {
    event: &'static str,
    disk_bytes_done: u64,
    disk_bytes_total: Option<u64>,
    read_bytes: u64,
    written_bytes: u64,
    bytes_per_second: u64,
    seconds_left: Option<u64>,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(output: &Output, messages: &'a Messages) -> Self {
        let (display, every) = match output.progress {
            ProgressMode::Json => (Display::Json, JSON_EVERY),
            ProgressMode::None => (Display::Nothing, LINE_EVERY),
            _ if output.quiet => (Display::Nothing, LINE_EVERY),
            ProgressMode::Auto if stderr().is_terminal() => (Display::Bar(bar(messages)), BAR_EVERY),
            ProgressMode::Auto | ProgressMode::Plain => (Display::Lines, LINE_EVERY),
        };
        let shown = Shown { last: Instant::now(), pace: Pace::new(Instant::now()) };
        Self {
            messages,
            display,
            every,
            total: AtomicU64::new(0),
            done: AtomicU64::new(0),
            read: AtomicU64::new(0),
            written: AtomicU64::new(0),
            shown: Mutex::new(shown),
        }
    }

    /// Time since the work began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.shown.lock().map_or(Duration::ZERO, |shown| shown.pace.elapsed(Instant::now()))
    }

    /// The work is over, well or not: takes a bar away; without one, shows where it ended, if it ever began.
    pub(crate) fn finish(&self) {
        if let Display::Bar(bar) = &self.display {
            bar.finish_and_clear();
        } else if let Ok(mut shown) = self.shown.lock()
            && self.done.load(Ordering::Relaxed) > 0
        {
            self.show(&mut shown, Instant::now());
        }
    }

    /// Shows the moment if the last one was long enough ago. A thread that finds another one at it goes on working.
    fn tick(&self) {
        let Ok(mut shown) = self.shown.try_lock() else { return };
        let now = Instant::now();
        if now.duration_since(shown.last) >= self.every {
            self.show(&mut shown, now);
        }
    }

    fn show(&self, shown: &mut Shown, now: Instant) {
        let event = self.event(shown, now);
        shown.last = now;
        match &self.display {
            Display::Bar(bar) => {
                bar.set_position(event.disk_bytes_done);
                bar.set_message(event.amounts());
            }
            Display::Lines => self.messages.line(&event.to_line()),
            Display::Json => self.messages.event(&event),
            Display::Nothing => {}
        }
    }

    fn event(&self, shown: &mut Shown, now: Instant) -> Event {
        let done = self.done.load(Ordering::Relaxed);
        let total = Some(self.total.load(Ordering::Relaxed)).filter(|total| *total > 0);
        shown.pace.sample(now, done);
        Event {
            event: "progress",
            disk_bytes_done: done,
            disk_bytes_total: total,
            read_bytes: self.read.load(Ordering::Relaxed),
            written_bytes: self.written.load(Ordering::Relaxed),
            bytes_per_second: shown.pace.bytes_per_second(),
            seconds_left: total.and_then(|total| shown.pace.seconds_left(total.saturating_sub(done))),
        }
    }
}

impl Event {
    /// `25.0 %, 1 GiB of 4 GiB, …`
    fn to_line(&self) -> String {
        match self.disk_bytes_total {
            Some(total) => format!("{}, {}", human::percent(self.disk_bytes_done, total), self.amounts()),
            None => self.amounts(),
        }
    }

    /// All but the percentage, which a bar shows better.
    fn amounts(&self) -> String {
        let done = human::bytes(self.disk_bytes_done);
        let mut parts = match self.disk_bytes_total {
            Some(total) => vec![format!("{done} of {}", human::bytes(total))],
            None => vec![done],
        };
        if self.read_bytes > 0 {
            parts.push(format!("read {}", human::bytes(self.read_bytes)));
        }
        if self.written_bytes > 0 {
            parts.push(format!("wrote {}", human::bytes(self.written_bytes)));
        }
        if self.bytes_per_second > 0 {
            parts.push(format!("{}/s", human::bytes(self.bytes_per_second)));
        }
        if let Some(left) = self.seconds_left.filter(|left| *left > 0) {
            parts.push(format!("{} left", human::duration(Duration::from_secs(left))));
        }
        parts.join(", ")
    }
}

/// While the size of the disk is not known.
const UNKNOWN: &str = "{spinner} {msg}";
/// The amounts get a line of their own: together they need most of a narrow terminal.
const KNOWN: &str = "{wide_bar} {percent:>3} %\n{msg}";

fn bar(messages: &Messages) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_style(style(UNKNOWN));
    bar.enable_steady_tick(BAR_EVERY);
    messages.beside(&bar);
    bar
}

fn style(template: &str) -> ProgressStyle {
    // Both templates are checked by a test; a bar without one is still a bar.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("━╸─")
}

impl Monitor for Progress<'_> {
    fn begin(&self, disk_bytes: Option<u64>) {
        self.total.store(disk_bytes.unwrap_or(0), Ordering::Relaxed);
        if let (Display::Bar(bar), Some(total)) = (&self.display, disk_bytes) {
            bar.set_length(total);
            bar.set_style(style(KNOWN));
        }
    }

    fn advance(&self, disk_bytes: u64) {
        self.done.fetch_add(disk_bytes, Ordering::Relaxed);
        self.tick();
    }

    fn read(&self, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
        self.tick();
    }

    fn wrote(&self, bytes: u64) {
        self.written.fetch_add(bytes, Ordering::Relaxed);
        self.tick();
    }

    fn warn(&self, message: &str) {
        self.messages.warning(message);
    }

    fn cancelled(&self) -> bool {
        interrupt::flag().load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_s_templates_are_valid() {
        assert!([UNKNOWN, KNOWN].iter().all(|template| ProgressStyle::with_template(template).is_ok()));
    }

    #[test]
    fn a_line_says_percent_bytes_throughput_and_time_left() {
        let event = Event {
            event: "progress",
            disk_bytes_done: 1 << 30,
            disk_bytes_total: Some(4 << 30),
            read_bytes: 300 << 20,
            written_bytes: 1 << 29,
            bytes_per_second: 412 << 20,
            seconds_left: Some(72),
        };
        assert_eq!(
            event.to_line(),
            "25.0 %, 1 GiB of 4 GiB, read 300 MiB, wrote 512 MiB, 412 MiB/s, 1 min 12 s left"
        );
    }
}
