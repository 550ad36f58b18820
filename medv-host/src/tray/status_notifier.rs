//! The icon on desktops that follow freedesktop.org: an `org.kde.StatusNotifierItem` on the session's D-Bus.
//!
//! It is registered with the watcher, `org.kde.StatusNotifierWatcher`, and again with each that comes later, as when a panel
//! is started anew. Where there is none, nothing is shown and nothing is wrong. The connection is open while there is a
//! workspace; nothing is done until the bus says something.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fmt, process, thread};

use zbus::MatchRule;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type;
use zbus::zvariant::ObjectPath;

use super::content::Content;
use super::dbus_menu::{self, DbusMenu};
use super::{Area, Tray, picture};
use crate::event::{Event, Level};
use crate::session_bus::SessionBus;

const PATH: &str = "/StatusNotifierItem";
const INTERFACE: &str = "org.kde.StatusNotifierItem";
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";

/// The sizes that panels use most, and the same for screens with twice as many pixels.
const SIZES: [u32; 4] = [16, 22, 32, 48];

/// The notification area behind a D-Bus.
#[derive(Debug)]
pub struct StatusNotifier {
    bus: SessionBus,
    tray: Arc<Tray>,
    connected: Option<(Connection, Arc<Shown>)>,
    is_given_up: bool,
}

/// What is on the bus.
pub(super) struct Shown {
    tray: Arc<Tray>,
    content: Mutex<Content>,
    /// How often the menu was another one.
    revision: AtomicU32,
}

impl StatusNotifier {
    /// Nothing is shown yet.
    pub fn new(bus: SessionBus, tray: Arc<Tray>) -> Self {
        Self { bus, tray, connected: None, is_given_up: false }
    }

    fn connect(&mut self, content: Content) -> zbus::Result<()> {
        let shown = Arc::new(Shown {
            tray: self.tray.clone(),
            content: Mutex::new(content),
            revision: AtomicU32::new(1),
        });
        // An agent has one icon.
        let name = format!("{INTERFACE}-{}-1", process::id());
        let connection = self
            .bus
            .connection()?
            .serve_at(PATH, Item(shown.clone()))?
            .serve_at(dbus_menu::PATH, DbusMenu(shown.clone()))?
            .name(name.clone())?
            .build()?;
        let watchers = watchers(&connection)?;
        let register = {
            let (connection, method) = (connection.clone(), "RegisterStatusNotifierItem");
            move || {
                // Only trying tells whether there is a watcher.
                _ = connection.call_method(Some(WATCHER), WATCHER_PATH, Some(WATCHER), method, &name);
            }
        };
        thread::Builder::new()
            .name("tray watchers".into())
            .spawn(move || {
                register();
                watchers.for_each(|()| register());
            })
            .map_err(|error| zbus::Error::InputOutput(Arc::new(error)))?;
        self.connected = Some((connection, shown));
        Ok(())
    }

    fn disconnect(&mut self) {
        if let Some((connection, _)) = self.connected.take() {
            _ = connection.close();
        }
    }
}

impl Area for StatusNotifier {
    fn update(&mut self) {
        match (self.tray.content(), &self.connected) {
            (None, _) => self.disconnect(),
            (Some(content), Some((connection, shown))) => shown.take(content).tell(connection, shown),
            (Some(_), None) if self.is_given_up => {}
            (Some(content), None) => {
                if let Err(error) = self.connect(content) {
                    // A session without a bus gets none later.
                    self.is_given_up = true;
                    let text = format!("there is no icon in the notification area: {error}");
                    self.tray.log().note(&Event::plain(Level::Debug, text));
                }
            }
        }
    }
}

impl Drop for StatusNotifier {
    fn drop(&mut self) {
        self.disconnect();
    }
}

/// Each watcher that comes from now on.
fn watchers(connection: &Connection) -> zbus::Result<impl Iterator<Item = ()> + use<>> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender("org.freedesktop.DBus")?
        .interface("org.freedesktop.DBus")?
        .member("NameOwnerChanged")?
        .arg(0, WATCHER)?
        .build();
    let changes = MessageIterator::for_match_rule(rule, connection, None)?;
    let comes = |message: zbus::Message| {
        let change = message.body().deserialize::<(String, String, String)>();
        change.is_ok_and(|(_, _, owner)| !owner.is_empty()).then_some(())
    };
    Ok(changes.map_while(Result::ok).filter_map(comes))
}

/// What has changed, and is to be asked for again.
struct Changes {
    text: bool,
    picture: bool,
    menu: bool,
}

impl Changes {
    fn tell(&self, connection: &Connection, shown: &Shown) {
        let emit = |signal| connection.emit_signal(None::<&str>, PATH, INTERFACE, signal, &());
        // Nobody hears of it if the bus is gone.
        if self.text {
            _ = emit("NewToolTip");
        }
        if self.picture {
            _ = emit("NewIcon");
        }
        if self.menu {
            let root = (shown.revision(), 0_i32);
            _ = connection.emit_signal(
                None::<&str>,
                dbus_menu::PATH,
                dbus_menu::INTERFACE,
                "LayoutUpdated",
                &root,
            );
        }
    }
}

impl Shown {
    pub(super) fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn revision(&self) -> u32 {
        self.revision.load(Ordering::Relaxed)
    }

    fn take(&self, content: Content) -> Changes {
        let mut before = self.content();
        let changes = Changes {
            text: before.text != content.text,
            picture: before.is_lit != content.is_lit,
            menu: before.entries != content.entries,
        };
        if changes.menu {
            self.revision.fetch_add(1, Ordering::Relaxed);
        }
        *before = content;
        changes
    }

    /// Looks at the settings again: whether the menu is another one.
    pub(super) fn look(&self) -> bool {
        self.tray.content().is_some_and(|content| self.take(content).menu)
    }

    /// The user has chosen the entry of that number.
    pub(super) fn choose(&self, number: i32) {
        let item = self.content().item(number);
        if let Some(item) = item {
            self.tray.choose(item);
        }
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("content", &self.content).finish_non_exhaustive()
    }
}

/// Width, height, and the pixels.
type Pixmap = (i32, i32, Vec<u8>);

/// The icon as a panel asks for it. It has no `Activate`: a click opens the menu.
struct Item(Arc<Shown>);

#[expect(clippy::unused_self, reason = "the interface says what has to be answered")]
#[zbus::interface(name = "org.kde.StatusNotifierItem")]
impl Item {
    #[zbus(property)]
    fn category(&self) -> &'static str {
        "ApplicationStatus"
    }

    #[zbus(property)]
    fn id(&self) -> &'static str {
        "medv-host"
    }

    #[zbus(property)]
    fn title(&self) -> String {
        self.0.content().workspace.clone()
    }

    #[zbus(property)]
    fn status(&self) -> &'static str {
        "Active"
    }

    #[zbus(property)]
    fn icon_name(&self) -> &'static str {
        ""
    }

    #[zbus(property)]
    fn icon_pixmap(&self) -> Vec<Pixmap> {
        let is_lit = self.0.content().is_lit;
        let pixmap =
            |size: u32| (size.cast_signed(), size.cast_signed(), picture::draw(size, is_lit).concat());
        SIZES.into_iter().map(pixmap).collect()
    }

    /// Icon name, pixmaps, title, text.
    #[zbus(property)]
    fn tool_tip(&self) -> (&'static str, Vec<Pixmap>, String, &'static str) {
        ("", Vec::new(), self.0.content().text.clone(), "")
    }

    #[zbus(property)]
    fn item_is_menu(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn menu(&self) -> ObjectPath<'static> {
        ObjectPath::from_static_str_unchecked(dbus_menu::PATH)
    }

    #[zbus(signal)]
    async fn new_tool_tip(emitter: &zbus::object_server::SignalEmitter<'_>) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn new_icon(emitter: &zbus::object_server::SignalEmitter<'_>) -> zbus::Result<()>;
}
