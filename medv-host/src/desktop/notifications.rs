//! The desktop's notification service, `org.freedesktop.Notifications` on the session's D-Bus.

use std::collections::HashMap;

use medv_codec::{Error, ErrorKind, Result};
use zbus::MatchRule;
use zbus::blocking::{Connection, MessageIterator};
use zbus::match_rule::Builder;
use zbus::message::Type;
use zbus::zvariant::Value;

use super::Urgency;
use crate::session_bus::SessionBus;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// Why a notification was closed: its time was over, though it was to stay.
const EXPIRED: u32 = 1;

/// What is shown.
#[derive(Clone, Debug)]
pub(super) struct Notification<'a> {
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    pub(super) urgency: Urgency,
    /// Whether it stays until it is closed.
    pub(super) stays: bool,
    /// Key and label of each button.
    pub(super) buttons: &'a [(&'a str, &'a str)],
}

/// What became of a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The button with this key was pressed.
    Pressed(String),
    /// The user has closed it, or we have.
    Closed,
    /// The service shows it no longer, of its own accord. Nobody has said anything.
    Expired,
}

/// A connection to the service.
#[derive(Clone, Debug)]
pub(super) struct Notifications {
    connection: Connection,
    capabilities: Vec<String>,
}

impl Notifications {
    /// Connects.
    pub(super) fn connect(bus: &SessionBus) -> Result<Self> {
        let connect = || {
            let connection = bus.connect()?;
            let answer = connection.call_method(Some(NAME), PATH, Some(NAME), "GetCapabilities", &())?;
            let capabilities = answer.body().deserialize()?;
            zbus::Result::Ok(Self { connection, capabilities })
        };
        connect().map_err(|error| {
            Error::new(ErrorKind::Io, "no notification service answers on the session's D-Bus")
                .caused_by(error)
        })
    }

    /// Whether the service shows buttons.
    pub(super) fn has_buttons(&self) -> bool {
        self.can("actions")
    }

    /// Shows a notification; answers its number.
    pub(super) fn show(&self, notification: &Notification<'_>) -> Result<u32> {
        let text =
            if self.can("body-markup") { escaped(notification.text) } else { notification.text.to_owned() };
        let buttons: Vec<&str> =
            notification.buttons.iter().flat_map(|(key, label)| [*key, *label]).collect();
        let urgency: u8 = match notification.urgency {
            Urgency::Normal => 1,
            Urgency::Critical => 2,
        };
        let hints =
            HashMap::from([("urgency", Value::from(urgency)), ("desktop-entry", Value::from("medv-host"))]);
        // In milliseconds; -1 is as long as the service likes.
        let shown_for: i32 = if notification.stays { 0 } else { -1 };
        let body = ("medv", 0_u32, "", notification.title, text, buttons, hints, shown_for);
        let show = || {
            let answer = self.connection.call_method(Some(NAME), PATH, Some(NAME), "Notify", &body)?;
            answer.body().deserialize()
        };
        show().map_err(|error: zbus::Error| {
            Error::new(ErrorKind::Io, "the notification service refuses a notification").caused_by(error)
        })
    }

    /// Takes a notification back. It may be closed already.
    pub(super) fn close(&self, number: u32) {
        _ = self.connection.call_method(Some(NAME), PATH, Some(NAME), "CloseNotification", &number);
    }

    /// Begins to listen. What becomes of notifications that are shown from now on is heard.
    pub(super) fn listen(&self) -> Result<Outcomes> {
        let rule = MatchRule::builder().msg_type(Type::Signal).interface(NAME).map(Builder::build);
        rule.and_then(|rule| MessageIterator::for_match_rule(rule, &self.connection, None))
            .map(Outcomes)
            .map_err(|error| {
                Error::new(ErrorKind::Io, "cannot listen to the notification service").caused_by(error)
            })
    }

    /// Ends the connection, and with it all listening.
    pub(super) fn disconnect(self) {
        _ = self.connection.close();
    }

    fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|known| known == capability)
    }
}

/// What becomes of notifications: their number, and what it is. It ends with the connection.
pub(super) struct Outcomes(MessageIterator);

impl Iterator for Outcomes {
    type Item = (u32, Outcome);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let message = self.0.next()?.ok()?;
            let header = message.header();
            let body = message.body();
            let Some(member) = header.member() else { continue };
            match member.as_str() {
                "ActionInvoked" => {
                    if let Ok((number, key)) = body.deserialize::<(u32, String)>() {
                        return Some((number, Outcome::Pressed(key)));
                    }
                }
                "NotificationClosed" => {
                    if let Ok((number, reason)) = body.deserialize::<(u32, u32)>() {
                        let outcome = if reason == EXPIRED { Outcome::Expired } else { Outcome::Closed };
                        return Some((number, outcome));
                    }
                }
                _ => {}
            }
        }
    }
}

/// `text` where the service reads markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
