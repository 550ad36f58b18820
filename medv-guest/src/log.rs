//! The agent's own log.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// How much a line matters, as `EventLogLevel` counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Error = 1,
    Warning = 2,
    Information = 3,
    Debug = 4,
}

/// Longest log in bytes; then it becomes the `.old` one.
const MAX_LOG: u64 = 1 << 20;

/// A file of lines, as many as the host wants.
pub(crate) struct Log {
    path: PathBuf,
    level: AtomicU8,
    file: Mutex<Option<File>>,
}

impl Log {
    /// Opens it for more lines. That it cannot be written is no reason to do nothing else.
    pub(crate) fn open(path: PathBuf) -> Self {
        if let Some(folder) = path.parent() {
            let _ = fs::create_dir_all(folder);
        }
        let file = append(&path);
        Self { path, level: AtomicU8::new(Level::Information as u8), file: Mutex::new(file) }
    }

    /// What is more detailed than this is not noted from now on; 0 notes nothing.
    pub(crate) fn set_level(&self, level: u8) {
        self.level.store(level, Ordering::Relaxed);
    }

    /// Whether such lines are noted.
    pub(crate) fn wants(&self, level: Level) -> bool {
        level as u8 <= self.level.load(Ordering::Relaxed)
    }

    /// Adds a line.
    pub(crate) fn note(&self, level: Level, text: &str) {
        if !self.wants(level) {
            return;
        }
        let Ok(mut file) = self.file.lock() else { return };
        if file.as_ref().and_then(|file| file.metadata().ok()).is_some_and(|log| log.len() > MAX_LOG) {
            *file = None;
            let _ = fs::rename(&self.path, self.path.with_extension("log.old"));
        }
        if file.is_none() {
            *file = append(&self.path);
        }
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        if let Some(file) = file.as_mut() {
            let _ = writeln!(file, "{} {} {}", utc(seconds), name(level), text.replace('\n', " | "));
        }
    }
}

fn append(path: &std::path::Path) -> Option<File> {
    File::options().append(true).create(true).open(path).ok()
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Information => "information",
        Level::Debug => "debug",
    }
}

/// Seconds since 1970 as `2026-11-22T09:30:05Z`. The civil calendar, counted in years that begin with March.
fn utc(seconds: u64) -> String {
    let (days, second) = (seconds / 86400 + 719_468, seconds % 86400);
    let (era, day) = (days / 146_097, days % 146_097);
    let year_of_era = (day - day / 1460 + day / 36524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::utc;

    #[test]
    fn seconds_become_dates() {
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(utc(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(utc(1_795_598_154), "2026-11-25T09:15:54Z");
    }
}
