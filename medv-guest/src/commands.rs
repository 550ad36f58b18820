//! The administrator's commands of first time setup: programs in a folder, run in the order of their names.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::files::{Mode, create};
use crate::{Error, Places, Result, system};

/// Most of a command's output that is sent, in bytes.
const MAX_OUTPUT: u64 = 16 << 10;

/// The names of the commands, in order.
pub(crate) fn list(places: &Places) -> Result<Vec<String>> {
    let folder = places.commands();
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| Error::at(&folder, error))?,
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?.to_owned();
            system::is_command(&path).then_some(name)
        })
        .collect();
    names.sort();
    Ok(names)
}

/// Runs one to its end; what it prints goes into its log. Its exit code; none if a signal ended it.
pub(crate) fn run(places: &Places, name: &str) -> Result<Option<i32>> {
    let (path, log) = (places.commands().join(name), log(places, name));
    fs::create_dir_all(places.logs()).map_err(|error| Error::at(&places.logs(), error))?;
    let output = create(&log, Mode::Private).map_err(|error| Error::at(&log, error))?;
    let errors = output.try_clone().map_err(|error| Error::at(&log, error))?;
    let mut command = system::command(&path);
    let status = command
        .current_dir(places.root())
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .status()
        .map_err(|error| Error::at(&path, error))?;
    Ok(status.code())
}

/// Where the output of a command is.
pub(crate) fn log(places: &Places, name: &str) -> PathBuf {
    places.logs().join(format!("{name}.log"))
}

/// The end of what a command printed.
pub(crate) fn output(places: &Places, name: &str) -> String {
    tail(&log(places, name)).unwrap_or_default()
}

fn tail(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(MAX_OUTPUT)))?;
    let mut bytes = Vec::new();
    file.take(MAX_OUTPUT).read_to_end(&mut bytes)?;
    // Characters that JSON writes in six bytes would not fit into a line.
    Ok(String::from_utf8_lossy(&bytes)
        .replace(|c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r'), "·"))
}
