//! The end of the session, as systemd's logind tells it: not every desktop ends what it has started.

use std::path::Path;
use std::thread;

use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};
use zbus::{MatchRule, Result};

use crate::changes::Changes;

/// Where logind writes down what becomes of sessions. What it writes there is its own affair; that it does says when to ask.
pub const SESSIONS: &str = "/run/systemd/sessions";

/// Calls `ends` when the session of that id (`XDG_SESSION_ID`) is over; maybe twice. `bus` is the system's, `sessions` [`SESSIONS`].
///
/// # Errors
/// If the bus does not take the wish to hear of it. That nobody tells is none: there need not be a logind.
pub fn watch(
    bus: &Connection,
    sessions: &Path,
    id: String,
    ends: impl Fn() + Clone + Send + 'static,
) -> Result<()> {
    let removed = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender("org.freedesktop.login1")?
        .interface("org.freedesktop.login1.Manager")?
        .member("SessionRemoved")?
        .build();
    let signals = MessageIterator::for_match_rule(removed, bus, None)?;
    let (which, end) = (id.clone(), ends.clone());
    thread::spawn(move || {
        let is_it = |signal: zbus::Message| {
            signal
                .body()
                .deserialize::<(String, OwnedObjectPath)>()
                .is_ok_and(|(removed, _)| removed == which)
        };
        if signals.flatten().any(is_it) {
            end();
        }
    });
    // A session whose user has logged off is removed only when nothing runs in it any more, and we do.
    if let Ok(changes) = Changes::new().and_then(|changes| changes.add(sessions).map(|()| changes)) {
        let bus = bus.clone();
        thread::spawn(move || {
            while changes.wait().is_ok() {
                if is_closing(&bus, &id) {
                    return ends();
                }
            }
        });
    }
    Ok(())
}

fn is_closing(bus: &Connection, id: &str) -> bool {
    const LOGIND: Option<&str> = Some("org.freedesktop.login1");
    let state = || -> Result<String> {
        let manager = Some("org.freedesktop.login1.Manager");
        let found = bus.call_method(LOGIND, "/org/freedesktop/login1", manager, "GetSession", &id)?;
        let session: OwnedObjectPath = found.body().deserialize()?;
        let properties = Some("org.freedesktop.DBus.Properties");
        let asked = ("org.freedesktop.login1.Session", "State");
        let said = bus.call_method(LOGIND, session, properties, "Get", &asked)?;
        Ok(String::try_from(said.body().deserialize::<OwnedValue>()?)?)
    };
    state().is_ok_and(|state| state == "closing")
}
