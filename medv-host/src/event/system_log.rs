//! Where the host agent's events go: its own log, and the system's.

use std::fmt;
use std::path::PathBuf;

use super::{Event, EventLog, Level, LogFile};

/// Asked at each event: how much is noted, as the settings say now. `None`: nothing.
pub type Threshold = Box<dyn Fn() -> Option<Level> + Send + Sync>;

/// The agent's own log, and beside it the journal, or the event log of Windows, where there is one.
pub struct SystemLog {
    file: LogFile,
    system: fn(&Event),
    threshold: Threshold,
}

impl SystemLog {
    /// Notes events in the file at `path` and in the system's log, as far as `threshold` lets them pass.
    pub fn new(path: impl Into<PathBuf>, threshold: Threshold) -> Self {
        Self { file: LogFile::new(path), system: add_to_the_systems_log, threshold }
    }
}

impl EventLog for SystemLog {
    fn note(&self, event: &Event) {
        if (self.threshold)().is_none_or(|threshold| event.level > threshold) {
            return;
        }
        // There is nobody to tell that a log cannot be written.
        _ = self.file.add(event);
        (self.system)(event);
    }
}

fn add_to_the_systems_log(event: &Event) {
    #[cfg(unix)]
    drop(super::Journal::of_the_system().add(event));
    #[cfg(windows)]
    crate::windows::event_log::report(event);
}

impl fmt::Debug for SystemLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemLog").field("file", &self.file).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_changed_level_counts_from_the_next_event_on() {
        let folder = tempfile::tempdir().unwrap();
        let level = Arc::new(AtomicU32::new(0));
        let setting = level.clone();
        let threshold = move || Level::from_setting(setting.load(Ordering::Relaxed));
        let file = LogFile::new(folder.path().join("host.log"));
        let log = SystemLog { file, system: |_| {}, threshold: Box::new(threshold) };
        for (number, text) in [(0, "none"), (2, "warnings"), (3, "all"), (1, "errors")] {
            level.store(number, Ordering::Relaxed);
            log.note(&Event::plain(Level::Information, format!("information at {text}")));
            log.note(&Event::plain(Level::Error, format!("error at {text}")));
        }
        let noted: Vec<_> =
            log.file.last(10, Level::Debug).unwrap().into_iter().map(|line| line.text).collect();
        assert_eq!(noted, ["error at warnings", "information at all", "error at all", "error at errors"]);
    }
}
