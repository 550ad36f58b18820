//! What the files of this computer say, whether the host agent runs or not.

use std::fs;
use std::io;
use std::path::Path;

use medv_codec::{Error, Result};
use medv_host::event::{Event, Level, LogFile, LogLine};
use medv_host::places::Places;
use medv_host::result::SetupResult;
use medv_host::settings::Settings;
use medv_host::workspace::Workspace;
use medv_packager::engine_error;
use medv_settings::{Origin, Scope, Setting, Value, catalogue, display, find, resolve};

/// So many events or lines of a log are shown, the last ones.
const LINES: usize = 1000;

/// So many bytes of a guest's log are read, the last ones: it may be of any length.
const BYTES: u64 = 1 << 20;

/// Something that was read, or why it could not be.
pub(crate) type Fact<T> = std::result::Result<T, String>;

/// What was read.
pub(crate) struct Facts {
    pub(crate) workspace: Fact<Option<Workspace>>,
    pub(crate) results: Fact<Vec<SetupResult>>,
    pub(crate) host_log: Fact<Vec<LogLine>>,
    pub(crate) guest_logs: Fact<Vec<GuestLog>>,
    pub(crate) settings: Fact<Vec<Known>>,
}

/// A log that came out of the guest.
pub(crate) struct GuestLog {
    pub(crate) name: String,
    pub(crate) lines: Vec<String>,
}

/// A setting, and who set it.
pub(crate) struct Known {
    pub(crate) setting: &'static Setting,
    pub(crate) value: Value,
    pub(crate) origin: Origin,
    /// The file or key that it is set in.
    pub(crate) place: Option<String>,
}

impl Known {
    /// The value in a line.
    pub(crate) fn shown(&self) -> String {
        display(self.setting, &self.value)
    }
}

impl Facts {
    /// Reads everything; of the host's log, events of `level` and graver ones.
    pub(crate) fn read(places: &Places, level: Level) -> Self {
        let log = LogFile::new(places.state().join("host.log"));
        Self {
            workspace: Workspace::installed(places, &Settings::read(&places.root)).map_err(said),
            results: SetupResult::all(&places.monitoring()).map_err(said),
            host_log: log.last(LINES, level).map_err(said),
            guest_logs: guest_logs(&places.guest_logs()).map_err(said),
            settings: settings(places).map_err(said),
        }
    }

    /// A setting by its name.
    pub(crate) fn setting(&self, name: &str) -> Fact<&Known> {
        let known = self.settings.as_ref().map_err(Clone::clone)?;
        let found = known.iter().find(|known| find(name).is_ok_and(|setting| setting == known.setting));
        found.ok_or_else(|| format!("there is no setting {name}"))
    }
}

/// An error, its causes, and what to do about it, in a line.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(crate) fn said(error: Error) -> String {
    Event::of_error(Level::Error, &error).text
}

/// Sets how much is noted, for all users of this computer: the level has no form for a single user.
pub(crate) fn set_level(places: &Places, level: Level) -> Result<()> {
    let setting = find("DiagEventLogLevel").map_err(|unknown| Error::usage(unknown.to_string()))?;
    let mut store = Settings::open(&places.root)?;
    store.set(Scope::Machine, setting, &Value::Number(level as u32)).map_err(engine_error)
}

fn settings(places: &Places) -> Result<Vec<Known>> {
    let store = Settings::open(&places.root)?;
    let known = |setting| {
        let resolved = resolve(&*store, setting).map_err(engine_error)?;
        let place = match resolved.origin {
            Origin::Set(scope) => Some(store.place(scope, setting)),
            Origin::Default => None,
        };
        Ok(Known { setting, value: resolved.value, origin: resolved.origin, place })
    };
    catalogue().map(known).collect()
}

fn guest_logs(folder: &Path) -> Result<Vec<GuestLog>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io("cannot read the folder", error).in_file(folder)),
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let end = end_of(path).map_err(|error| Error::io("cannot read", error).in_file(path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&end);
        let skipped = text.lines().count().saturating_sub(LINES);
        Ok(GuestLog { name, lines: text.lines().skip(skipped).map(str::to_owned).collect() })
    };
    paths.iter().map(read).collect()
}

fn end_of(path: &Path) -> io::Result<Vec<u8>> {
    use io::{Read, Seek, SeekFrom};
    let mut file = fs::File::open(path)?;
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(BYTES)))?;
    let mut bytes = Vec::new();
    file.take(BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
