//! What the files of this computer say, whether the host agent runs or not.

use medv_codec::{Error, Result};
use medv_host::event::{Event, Level, LogFile, LogLine};
use medv_host::places::Places;
use medv_host::result::SetupResult;
use medv_host::settings::Settings;
use medv_host::workspace::Workspace;
use medv_packager::engine_error;
use medv_settings::{Origin, Scope, Setting, Value, catalogue, display, find, resolve};

use crate::guest_log::GuestLog;

/// So many events or lines of a log are shown, the last ones.
const LINES: usize = 1000;

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
            guest_logs: GuestLog::all(&places.guest_logs(), LINES).map_err(said),
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
