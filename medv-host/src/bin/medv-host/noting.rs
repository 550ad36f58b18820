//! A line in the host agent's log, for what a command has met that nobody sees.

use std::path::Path;

use medv_host::event::{Event, EventLog, Level, SystemLog};
use medv_host::places::Places;

pub(crate) fn note(root: Option<&Path>, event: &Event) {
    if let Ok(places) = Places::of_this_user(root) {
        let everything = Box::new(|| Some(Level::Debug));
        SystemLog::new(places.state().join("host.log"), everything).note(event);
    }
}
