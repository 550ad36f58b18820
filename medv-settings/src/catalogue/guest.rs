//! Inside the guest. In the registry these are values of the key above the groups.

use super::{Group, Kind, Preset, Setting};

pub(super) const SETTINGS: &[Setting] = &[Setting {
    group: Group::Guest,
    name: "EnableGPWorkarounds",
    kind: Kind::Switch,
    preset: Preset::Number(1),
    alias: None,
    meaning: "whether a Windows guest is set up for group policy over a slow or shared connection: it buffers policy \
              reads and, behind NAT, leaves out the slow link test",
}];
