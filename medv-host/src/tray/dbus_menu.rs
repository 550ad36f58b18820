//! The menu as desktops ask for it: the interface `com.canonical.dbusmenu`, version 3. Its root is 0, and everything is in
//! the root.
#![expect(clippy::used_underscore_binding, reason = "by code that is made for the interface")]

use std::collections::HashMap;
use std::sync::Arc;

use zbus::fdo;
use zbus::zvariant::{OwnedValue, Value};

use super::content::{Content, Entry};
use super::status_notifier::Shown;

pub(super) const PATH: &str = "/MenuBar";
pub(super) const INTERFACE: &str = "com.canonical.dbusmenu";

const ROOT: i32 = 0;

type Properties = HashMap<&'static str, Value<'static>>;
/// Number, properties, and the entries below.
type Node = (i32, Properties, Vec<Value<'static>>);

pub(super) struct DbusMenu(pub(super) Arc<Shown>);

#[expect(
    clippy::needless_pass_by_value,
    clippy::unused_self,
    reason = "the interface says what methods take"
)]
#[zbus::interface(name = "com.canonical.dbusmenu")]
impl DbusMenu {
    #[zbus(property)]
    fn version(&self) -> u32 {
        3
    }

    #[zbus(property)]
    fn text_direction(&self) -> &'static str {
        "ltr"
    }

    #[zbus(property)]
    fn status(&self) -> &'static str {
        "normal"
    }

    #[zbus(property)]
    fn icon_theme_path(&self) -> Vec<String> {
        Vec::new()
    }

    /// All properties are few: which of them are wanted does not matter.
    fn get_layout(&self, parent: i32, depth: i32, _wanted: Vec<String>) -> fdo::Result<(u32, Node)> {
        let content = self.0.content();
        let node = match find(&content, parent) {
            _ if parent == ROOT => {
                let entries = if depth == 0 { &[] } else { content.entries.as_slice() };
                let below = entries.iter().map(|entry| Value::from(node(entry))).collect();
                (ROOT, Properties::from([("children-display", "submenu".into())]), below)
            }
            Some(entry) => node(entry),
            None => return Err(no_such(parent)),
        };
        Ok((self.0.revision(), node))
    }

    fn get_group_properties(&self, numbers: Vec<i32>, _wanted: Vec<String>) -> Vec<(i32, Properties)> {
        let content = self.0.content();
        let is_wanted = |entry: &&Entry| numbers.is_empty() || numbers.contains(&(entry.item as i32));
        content.entries.iter().filter(is_wanted).map(|entry| (entry.item as i32, properties(entry))).collect()
    }

    fn get_property(&self, number: i32, name: &str) -> fdo::Result<OwnedValue> {
        let content = self.0.content();
        let entry = find(&content, number).ok_or_else(|| no_such(number))?;
        let value = properties(entry).remove(name);
        let value = value.ok_or_else(|| fdo::Error::InvalidArgs(format!("no property {name}")))?;
        Ok(value.try_into_owned().map_err(zbus::Error::from)?)
    }

    fn event(&self, number: i32, kind: &str, _data: Value<'_>, _time: u32) {
        if kind == "clicked" {
            self.0.choose(number);
        }
    }

    /// Answers the numbers that there are not.
    fn event_group(&self, events: Vec<(i32, String, OwnedValue, u32)>) -> Vec<i32> {
        for (number, kind, ..) in &events {
            if kind == "clicked" {
                self.0.choose(*number);
            }
        }
        let content = self.0.content();
        let unknown = |number: &i32| *number != ROOT && find(&content, *number).is_none();
        events.iter().map(|(number, ..)| *number).filter(unknown).collect()
    }

    /// Settings may have changed since the menu was last asked for.
    fn about_to_show(&self, _number: i32) -> bool {
        self.0.look()
    }

    /// Answers what is to be asked for again, and the numbers that there are not.
    fn about_to_show_group(&self, numbers: Vec<i32>) -> (Vec<i32>, Vec<i32>) {
        (if self.0.look() { numbers } else { Vec::new() }, Vec::new())
    }

    #[zbus(signal)]
    async fn layout_updated(
        emitter: &zbus::object_server::SignalEmitter<'_>,
        revision: u32,
        parent: i32,
    ) -> zbus::Result<()>;
}

fn find(content: &Content, number: i32) -> Option<&Entry> {
    content.entries.iter().find(|entry| entry.item as i32 == number)
}

fn no_such(number: i32) -> fdo::Error {
    fdo::Error::InvalidArgs(format!("the menu has no entry {number}"))
}

fn node(entry: &Entry) -> Node {
    (entry.item as i32, properties(entry), Vec::new())
}

/// What is not named is as it is by default: visible, enabled, without a mark.
fn properties(entry: &Entry) -> Properties {
    // A single underscore would be under the letter that chooses it.
    let mut properties = Properties::from([("label", entry.label.replace('_', "__").into())]);
    if !entry.is_enabled {
        properties.insert("enabled", false.into());
    }
    if let Some(mark) = entry.mark {
        properties.insert("toggle-type", "checkmark".into());
        properties.insert("toggle-state", i32::from(mark).into());
    }
    properties
}
