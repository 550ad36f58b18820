//! Inside the guest. In the registry these are values of the key above the groups.

use super::{Group, Kind, Preset, Setting};

pub(super) const SETTINGS: &[Setting] = &[Group::Guest.row(
    "EnableGPWorkarounds",
    Kind::Switch,
    Preset::Number(1),
    None,
    "whether a Windows guest is set up for group policy over a slow or shared connection: it buffers policy \
     reads and, behind NAT, leaves out the slow link test; no effect: guests are as their image is",
)];
