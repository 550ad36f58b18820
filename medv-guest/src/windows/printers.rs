//! Printers of the host's network: nothing is done for them.

use medv_protocol::Printer;

use crate::Places;
use crate::log::Level;

/// Says so, once a list.
pub(crate) fn synchronise(_: &Places, told: &[Printer]) -> Vec<(Level, String)> {
    let note = (Level::Information, "Windows gets no printers of the host's network".to_owned());
    if told.is_empty() { Vec::new() } else { vec![note] }
}
