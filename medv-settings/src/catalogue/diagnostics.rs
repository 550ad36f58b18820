//! Event logs.

use super::{Group, Kind, Preset, Setting};

pub(super) const SETTINGS: &[Setting] = &[Group::Diagnostics.row(
    "EventLogLevel",
    Kind::Level(&["None", "Error", "Warning", "Information", "Debug"]),
    Preset::Number(3),
    Some("Log"),
    "how much is written to the event logs from now on, this level and all below it: of the host at once, of the guest when its agent is greeted next",
)];
