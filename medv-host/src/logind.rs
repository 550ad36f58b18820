//! The end of the session, as systemd's logind tells it: not every desktop ends what it has started.

use std::thread;

use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type;
use zbus::zvariant::OwnedObjectPath;
use zbus::{MatchRule, Result};

/// Calls `ends` when the session of that id (`XDG_SESSION_ID`) is over. `bus` is the system's.
///
/// # Errors
/// If the bus does not take the wish to hear of it. That nobody tells is none: there need not be a logind.
pub fn watch(bus: &Connection, id: String, ends: impl FnOnce() + Send + 'static) -> Result<()> {
    let removed = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender("org.freedesktop.login1")?
        .interface("org.freedesktop.login1.Manager")?
        .member("SessionRemoved")?
        .build();
    let signals = MessageIterator::for_match_rule(removed, bus, None)?;
    thread::spawn(move || {
        let is_it = |signal: zbus::Message| {
            signal.body().deserialize::<(String, OwnedObjectPath)>().is_ok_and(|(which, _)| which == id)
        };
        if signals.flatten().any(is_it) {
            ends();
        }
    });
    Ok(())
}
