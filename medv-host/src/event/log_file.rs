//! The agent's own log: a file in the user's state folder. One older file is kept.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;

use medv_codec::{Error, Result};

use super::{Event, Level, LogLine};

/// How long the file may grow, in bytes, before it becomes the older one.
const ROTATED_AT: u64 = 1 << 20;

/// The log at a path.
#[derive(Clone, Debug)]
pub struct LogFile {
    path: PathBuf,
    rotated_at: u64,
}

impl LogFile {
    /// The log at `path`. Nothing is made before there is something to note.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), rotated_at: ROTATED_AT }
    }

    /// Adds an event.
    ///
    /// # Errors
    /// If the file cannot be made or written.
    pub fn add(&self, event: &Event) -> Result<()> {
        let line = format!("{}\n", LogLine::now(event));
        self.append(line.as_bytes())
            .map_err(|error| Error::io("cannot write the log", error).in_file(&self.path))
    }

    /// The last `count` events of `level` and graver ones, the latest last.
    ///
    /// # Errors
    /// If a file is there and cannot be read.
    pub fn last(&self, count: usize, level: Level) -> Result<Vec<LogLine>> {
        let mut last = VecDeque::new();
        for path in [&self.older(), &self.path] {
            let file = match File::open(path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::io("cannot read the log", error).in_file(path)),
            };
            for line in BufReader::new(file).split(b'\n') {
                let line = line.map_err(|error| Error::io("cannot read the log", error).in_file(path))?;
                let line = LogLine::parse(&String::from_utf8_lossy(&line));
                last.extend(line.filter(|line| line.level <= level));
                if last.len() > count {
                    last.pop_front();
                }
            }
        }
        Ok(last.into())
    }

    fn append(&self, line: &[u8]) -> io::Result<()> {
        let mut file = self.open()?;
        // Several programs of the user write here. The name is looked at, not the file: it may be the older one by now.
        file.lock()?;
        if fs::metadata(&self.path)?.len() >= self.rotated_at {
            fs::rename(&self.path, self.older())?;
            file = self.open()?;
        }
        file.write_all(line)
    }

    fn open(&self) -> io::Result<File> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = File::options();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.append(true).create(true).open(&self.path)
    }

    fn older(&self) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(".1");
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(folder: &tempfile::TempDir) -> LogFile {
        LogFile { path: folder.path().join("state/medv/host.log"), rotated_at: 1000 }
    }

    fn texts(lines: &[LogLine]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn the_last_events_are_read_across_a_rotation() {
        let folder = tempfile::tempdir().unwrap();
        let log = log(&folder);
        for number in 0..25 {
            log.add(&Event::plain(Level::Information, format!("{number} {}", "x".repeat(30)))).unwrap();
        }
        assert!(log.older().is_file());
        let last = log.last(20, Level::Debug).unwrap();
        let numbers: Vec<_> = texts(&last).iter().map(|text| text.split(' ').next().unwrap()).collect();
        assert_eq!(numbers, (5..25).map(|number| number.to_string()).collect::<Vec<_>>());
    }

    #[test]
    fn no_more_than_two_files_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let log = log(&folder);
        for _ in 0..50 {
            log.add(&Event::plain(Level::Error, "x".repeat(200))).unwrap();
        }
        let files: Vec<_> =
            fs::read_dir(folder.path().join("state/medv")).unwrap().map(Result::unwrap).collect();
        assert_eq!(files.len(), 2);
        assert!(files.iter().all(|file| file.metadata().unwrap().len() < 1300));
    }

    #[test]
    fn less_grave_events_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let log = log(&folder);
        for level in Level::ALL {
            log.add(&Event::plain(level, level.name())).unwrap();
        }
        assert_eq!(texts(&log.last(10, Level::Warning).unwrap()), ["error", "warning"]);
    }

    #[test]
    fn a_log_that_is_not_there_is_empty_and_a_broken_line_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let log = log(&folder);
        assert!(log.last(10, Level::Debug).unwrap().is_empty());
        log.add(&Event::plain(Level::Error, "whole")).unwrap();
        log.append(b"2026-11-25T13:05\xff\n").unwrap();
        assert_eq!(texts(&log.last(10, Level::Debug).unwrap()), ["whole"]);
    }
}
