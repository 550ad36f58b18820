//! Logs that come out of the guest, into a folder of the user's.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::PathBuf;

use medv_protocol::{LogPart, from_base64};

use super::Agent;
use crate::event::{Event, Level};

/// The longest log that is kept, in bytes. A guest could send for ever.
const MAX_LOG: u64 = 64 << 20;

/// The longest path that a name is made of, in bytes: with what stands before it, file systems take it.
const LONGEST_NAME: usize = 200;

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

    /// Where a log of the guest's is kept. For a new one the oldest makes room.
    fn log_path(&self, of_guest: &str) -> io::Result<PathBuf> {
        let folder = self.places.guest_logs();
        fs::create_dir_all(&folder)?;
        let path = folder.join(file_name(of_guest));
        if !path.exists() {
            let logs = fs::read_dir(&folder)?.flatten();
            let mut logs: Vec<_> =
                logs.filter_map(|log| Some((log.metadata().ok()?.modified().ok()?, log.path()))).collect();
            logs.sort();
            let too_many = (logs.len() + 1).saturating_sub(MAX_LOGS);
            for (_, oldest) in logs.iter().take(too_many) {
                fs::remove_file(oldest)?;
            }
        }
        Ok(path)
    }
}

/// The guest's path becomes the name of one file: nothing that the guest says leads out of the folder. A path that another one could
/// be taken for has a digest of its own in front.
fn file_name(of_guest: &str) -> String {
    let path = of_guest.trim_start_matches(['/', '\\', '.']);
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let is_its_own = (1..=LONGEST_NAME).contains(&path.len())
        && path.chars().all(|c| is_plain(c) || matches!(c, '/' | '\\'));
    let mut name: String = path.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    while name.len() > LONGEST_NAME {
        name.pop();
    }
    if is_its_own { name } else { format!("{}-{name}", &blake3::hash(of_guest.as_bytes()).to_hex()[..8]) }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_log_has_a_name_that_is_a_files_and_no_other_logs() {
        assert_eq!(file_name("/var/log/cloud-init.log"), "var_log_cloud-init.log");
        assert_eq!(file_name("../../etc/passwd"), "etc_passwd");
        let names =
            ["/var/log/a_b", "/var/log/a/b", "C:\\Logs\\a b", "C:\\Logs\\a:b", "", "/"].map(file_name);
        for (number, name) in names.iter().enumerate() {
            assert!(!names[..number].contains(name) && !name.contains(['/', '\\', ':']), "{names:?}");
        }
        let (long, other) = ("ü".repeat(300), format!("{}x", "ü".repeat(300)));
        assert!(file_name(&long).len() < 255 && file_name(&long) != file_name(&other));
    }
}
