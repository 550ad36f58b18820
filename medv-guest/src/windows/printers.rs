//! Printers of the host's network: nothing is done for them.

use medv_protocol::Printer;

use crate::Places;
use crate::log::Level;

/// Notes so, once a list.
pub(crate) fn synchronise(_: &Places, told: &[Printer], note: &mut dyn FnMut(Level, String)) {
    if !told.is_empty() {
        note(Level::Information, "the host's printers are not added: Windows has its own ways".into());
    }
}
