//! A small web server with one file: ranges, an entity tag, and a speed that can be turned down.

use crate::Result;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

/// The server; its threads end with the program.
pub(super) struct Server {
    at: SocketAddr,
    pace: Arc<Mutex<Pace>>,
}

/// How much was sent since when, and how fast it may go.
struct Pace {
    sent: u64,
    since: Instant,
    seconds_per_byte: f64,
}

impl Server {
    pub(super) fn start(path: &Path) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let at = listener.local_addr()?;
        let pace = Arc::new(Mutex::new(Pace { sent: 0, since: Instant::now(), seconds_per_byte: 0.0 }));
        let (path, shared) = (path.to_owned(), Arc::clone(&pace));
        spawn(move || {
            for stream in listener.incoming().flatten() {
                let (path, pace) = (path.clone(), Arc::clone(&shared));
                // A client that goes away is what this server is for.
                spawn(move || answer(stream, &path, &pace));
            }
        });
        Ok(Self { at, pace })
    }

    pub(super) fn address(&self, name: &str) -> String {
        format!("http://{}/{name}", self.at)
    }

    /// From now on `bytes` take `seconds`, however many connections there are.
    #[allow(clippy::cast_precision_loss)] // below 2^53
    pub(super) fn slow_down(&self, bytes: u64, seconds: f64) {
        self.reset(seconds / bytes as f64);
    }

    pub(super) fn full_speed(&self) {
        self.reset(0.0);
    }

    /// Bytes of content sent since the speed was set last.
    pub(super) fn sent(&self) -> u64 {
        lock(&self.pace).sent
    }

    fn reset(&self, seconds_per_byte: f64) {
        *lock(&self.pace) = Pace { sent: 0, since: Instant::now(), seconds_per_byte };
    }
}

fn lock(pace: &Mutex<Pace>) -> std::sync::MutexGuard<'_, Pace> {
    pace.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers one request, then closes.
fn answer(mut stream: TcpStream, path: &Path, pace: &Mutex<Pace>) -> std::io::Result<()> {
    let mut request = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    request.read_line(&mut line)?;
    let wants_content = line.starts_with("GET");
    let mut range = None;
    loop {
        line.clear();
        if request.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("range")
        {
            range = Some(value.trim().to_owned());
        }
    }

    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let common = "Accept-Ranges: bytes\r\nETag: \"demo\"\r\nConnection: close\r\n";
    let (start, end) = match range.as_deref().map(|range| first_and_end(range, length)) {
        None => {
            write!(stream, "HTTP/1.1 200 OK\r\n{common}Content-Length: {length}\r\n\r\n")?;
            (0, length)
        }
        Some(Some((start, end))) => {
            write!(stream, "HTTP/1.1 206 Partial Content\r\n{common}Content-Length: {}\r\n", end - start)?;
            write!(stream, "Content-Range: bytes {start}-{}/{length}\r\n\r\n", end - 1)?;
            (start, end)
        }
        Some(None) => {
            let none = "Content-Length: 0\r\n";
            let whole = format!("Content-Range: bytes */{length}\r\n\r\n");
            return write!(stream, "HTTP/1.1 416 Range Not Satisfiable\r\n{common}{none}{whole}");
        }
    };
    if !wants_content {
        return Ok(());
    }
    file.seek(SeekFrom::Start(start))?;
    let mut content = file.take(end - start);
    let mut buffer = vec![0; 16 << 10];
    loop {
        let read = content.read(&mut buffer)?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else { return Ok(()) };
        stream.write_all(piece)?;
        wait(pace, read as u64);
    }
}

/// Counts what was sent, and sleeps until the pace allows more.
#[allow(clippy::cast_precision_loss)] // below 2^53
fn wait(pace: &Mutex<Pace>, sent: u64) {
    let due = {
        let mut pace = lock(pace);
        pace.sent += sent;
        pace.since + Duration::from_secs_f64(pace.sent as f64 * pace.seconds_per_byte)
    };
    sleep(due.saturating_duration_since(Instant::now()));
}

/// `bytes=A-B`, `bytes=A-` or `bytes=-N` as start and end; `None` if no byte of it is there.
fn first_and_end(range: &str, length: u64) -> Option<(u64, u64)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (first, last) {
        ("", count) => (length.saturating_sub(count.parse().ok()?), length),
        (first, "") => (first.parse().ok()?, length),
        (first, last) => (first.parse().ok()?, last.parse::<u64>().ok()?.saturating_add(1).min(length)),
    };
    (start < end).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::first_and_end;

    #[test]
    fn ranges_are_cut_to_the_file() {
        assert_eq!(first_and_end("bytes=0-9", 100), Some((0, 10)));
        assert_eq!(first_and_end("bytes=90-", 100), Some((90, 100)));
        assert_eq!(first_and_end("bytes=-7", 100), Some((93, 100)));
        assert_eq!(first_and_end("bytes=50-500", 100), Some((50, 100)));
        assert_eq!(first_and_end("bytes=100-", 100), None);
    }
}
