//! Logs that come out of the guest, into a folder of the user's.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::PathBuf;

use medv_protocol::{LogPart, from_base64};

use super::Agent;
use crate::event::{Event, Level};

/// The longest log that is kept, in bytes. A guest could send for ever.
const MAX_LOG: u64 = 64 << 20;

/// Most logs that are kept.
const MAX_LOGS: usize = 256;

impl Agent {
    pub(super) fn keep_log_part(&mut self, part: &LogPart) {
        if let Err(error) = self.write_log_part(part) {
            let text = format!("the guest's log {} cannot be kept: {error}", part.path);
            self.note(&Event::plain(Level::Warning, text));
        } else if part.last {
            self.note(&Event::plain(Level::Information, format!("collected the guest's log {}", part.path)));
        }
    }

    fn write_log_part(&self, part: &LogPart) -> io::Result<()> {
        let refused = |reason: &str| io::Error::new(io::ErrorKind::InvalidData, reason.to_owned());
        let bytes = from_base64(&part.base64).map_err(|error| refused(&error.to_string()))?;
        let path = self.log_path(&part.path)?;
        let mut file = File::options().create(true).write(true).truncate(part.offset == 0).open(path)?;
        let len = file.seek(SeekFrom::End(0))?;
        if len != part.offset {
            return Err(refused(&format!("a piece at byte {} came after {len} bytes", part.offset)));
        }
        if len.saturating_add(bytes.len() as u64) > MAX_LOG {
            return Err(refused("it is longer than 64 MiB"));
        }
        file.write_all(&bytes)
    }

    /// What an administrator's command has printed goes into one log.
    pub(super) fn keep_command_output(&mut self, ended: &str, output: &str) {
        let add = || -> io::Result<()> {
            let path = self.log_path("first-time-setup-commands.log")?;
            let mut file = File::options().create(true).append(true).open(path)?;
            if file.metadata()?.len() > MAX_LOG {
                return Ok(());
            }
            writeln!(file, "== {ended}\n{output}")
        };
        if let Err(error) = add() {
            self.note(&Event::plain(Level::Warning, format!("a command's output cannot be kept: {error}")));
        }
    }

    /// The guest's path becomes the name of one file: nothing that the guest says leads out of the folder.
    fn log_path(&self, of_guest: &str) -> io::Result<PathBuf> {
        let folder = self.places.guest_logs();
        fs::create_dir_all(&folder)?;
        let plain = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
        let name: String =
            of_guest.trim_start_matches(['/', '\\', '.']).chars().take(200).map(plain).collect();
        if name.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it has no name"));
        }
        let path = folder.join(name);
        if !path.exists() && fs::read_dir(&folder)?.count() >= MAX_LOGS {
            return Err(io::Error::other("there are too many logs already"));
        }
        Ok(path)
    }
}
