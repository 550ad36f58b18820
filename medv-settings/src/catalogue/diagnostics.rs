//! Event logs.

use super::{Group, Kind, Preset, Setting};

pub(super) const SETTINGS: &[Setting] = &[Setting {
    group: Group::Diagnostics,
    name: "EventLogLevel",
    kind: Kind::Level(&["None", "Error", "Warning", "Information", "Debug"]),
    preset: Preset::Number(3),
    alias: Some("Log"),
    meaning: "how much is written to the event logs of host and guest from now on: this level and all below it",
}];
