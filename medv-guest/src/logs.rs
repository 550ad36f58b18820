//! Logs on their way to the host, in pieces.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use medv_protocol::{LogPart, MAX_PIECE, ToHost, to_base64};

use crate::Places;
use crate::log::{Level, Log};
use crate::outbox::{Gone, Outbox};

/// Most bytes of one log: the end of what is longer.
const MAX_SENT: u64 = 64 << 20;

/// Most files that one pattern may stand for.
const MAX_FILES: usize = 256;

/// Sends the files that the host wants, and the agent's own; begins again when the host was away meanwhile.
pub(crate) fn send_all(places: &Places, outbox: &Outbox, log: &Log, patterns: &[String]) {
    let mut files: Vec<PathBuf> = Vec::new();
    for pattern in patterns {
        let found = matching(places, pattern);
        if found.is_empty() {
            log.note(Level::Warning, &format!("{pattern}: no such log"));
        }
        files.extend(found);
    }
    files.extend(in_folder(&places.logs(), "*.log"));
    files.sort();
    files.dedup();
    loop {
        outbox.wait_for_host();
        if files.iter().all(|file| send(places, outbox, log, file, MAX_SENT).is_ok()) {
            return;
        }
    }
}

/// Sends a file, or the last `most` bytes of it.
pub(crate) fn send(places: &Places, outbox: &Outbox, log: &Log, path: &Path, most: u64) -> Result<(), Gone> {
    // What it is called in the guest, wherever the guest is played.
    let name =
        path.strip_prefix(places.root()).map_or_else(|_| path.to_owned(), |rest| places_root().join(rest));
    let name = name.to_string_lossy().into_owned();
    let pieces = File::open(path).and_then(|mut file| {
        // A log may grow meanwhile: it ends where it ended when it was opened.
        let len = file.metadata()?.len();
        file.seek(SeekFrom::Start(len.saturating_sub(most)))?;
        Ok(file.take(len.min(most)))
    });
    let mut file = match pieces {
        Ok(file) => file,
        Err(error) => {
            log.note(Level::Warning, &format!("{name}: {error}"));
            return Ok(());
        }
    };
    let mut offset = 0;
    loop {
        let mut bytes = Vec::with_capacity(MAX_PIECE);
        if let Err(error) = file.by_ref().take(MAX_PIECE as u64).read_to_end(&mut bytes) {
            log.note(Level::Warning, &format!("{name}: {error}"));
        }
        let last = bytes.len() < MAX_PIECE || file.limit() == 0;
        let part = LogPart { path: name.clone(), offset, base64: to_base64(&bytes), last };
        outbox.say(&ToHost::Log(part))?;
        if last {
            return Ok(());
        }
        offset += bytes.len() as u64;
    }
}

fn places_root() -> &'static Path {
    Path::new(crate::system::ROOT)
}

/// The files that a path with wildcards in its last part stands for.
fn matching(places: &Places, pattern: &str) -> Vec<PathBuf> {
    let path = Path::new(pattern);
    match (path.parent(), path.file_name().and_then(|name| name.to_str())) {
        (Some(folder), Some(name)) if path.is_absolute() => in_folder(&places.at(folder), name),
        _ => Vec::new(),
    }
}

fn in_folder(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let is_match = matches(pattern, entry.file_name().to_str()?) && entry.path().is_file();
            is_match.then(|| entry.path())
        })
        .collect();
    found.sort();
    found.truncate(MAX_FILES);
    found
}

/// `*` stands for any characters, `?` for one.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || name.get(n) == Some(c) => {
                p += 1;
                n += 1;
            }
            // What the last star stands for becomes longer by one.
            _ => match &mut star {
                Some((at, until)) => {
                    *until += 1;
                    p = *at + 1;
                    n = *until;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_and_question_marks_stand_for_characters() {
        for (pattern, name) in
            [("a.log", "a.log"), ("*", "x"), ("*.log", "a.b.log"), ("a?c*", "abcd"), ("*a*b", "xaab")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a.log", "b.log"), ("*.log", "a.txt"), ("a?", "a"), ("*a*b", "xbba")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
