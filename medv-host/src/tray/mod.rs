//! The icon in the notification area: how the workspace is, and a menu.
//!
//! The icon is one more caller of the agent: it watches the status, and what is chosen becomes a request. `content.rs` says
//! what is shown, `picture.rs` draws it, `logon_start.rs` is the one setting that is changed here. On Linux
//! `status_notifier.rs` shows it, with the menu of `dbus_menu.rs`; on Windows `windows/notify_icon.rs`.

pub mod content;
#[cfg(unix)]
mod dbus_menu;
pub mod logon_start;
pub(crate) mod picture;
#[cfg(unix)]
mod status_notifier;

use std::fmt;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use medv_codec::Result;

use crate::agent::Message;
use crate::control::{Caller, Reply, Request, Status};
use crate::desktop::{Desktop, Notice, Urgency, fitted};
use crate::event::{Event, EventId, EventLog, Level};
use crate::settings::Settings;
use content::{Content, Item, Preferences};
use logon_start::LogonStart;

#[cfg(windows)]
use crate::windows::notify_icon::NotifyIcon;
#[cfg(unix)]
pub use status_notifier::StatusNotifier;

/// The longest text at an icon, in UTF-16 units: Windows takes no more, and elsewhere a line is not longer.
pub const LONGEST_TEXT: usize = 127;

/// The notification area of a desktop.
pub trait Area {
    /// What is shown has changed.
    fn update(&mut self);
}

/// What an icon shows, and what becomes of what is chosen.
pub struct Tray {
    agent: Sender<Message>,
    root: PathBuf,
    desktop: Box<dyn Desktop>,
    log: Arc<dyn EventLog>,
    seen: Mutex<Seen>,
}

/// What was seen last.
#[derive(Default)]
struct Seen {
    status: Status,
    /// Its text, and as much of it as fits.
    text: Option<(String, String)>,
}

impl Tray {
    /// For the agent that hears at `agent`, with the settings below `root`. What cannot be done is told by `desktop`.
    pub fn new(
        agent: Sender<Message>,
        root: PathBuf,
        desktop: Box<dyn Desktop>,
        log: Arc<dyn EventLog>,
    ) -> Arc<Self> {
        Arc::new(Self { agent, root, desktop, log, seen: Mutex::default() })
    }

    /// Shows the icon in the notification area of this session, in a thread that ends with the agent.
    ///
    /// # Errors
    /// If there can be no thread.
    pub fn show(self: Arc<Self>) -> std::io::Result<JoinHandle<()>> {
        let show = move || {
            #[cfg(unix)]
            let area = StatusNotifier::new(crate::session_bus::SessionBus::of_this_session(), self.clone());
            #[cfg(windows)]
            let area = NotifyIcon::new(self.clone());
            self.keep(area);
        };
        thread::Builder::new().name("tray".into()).spawn(show)
    }

    /// Keeps what is shown in `area` as the agent is, until the agent ends.
    pub fn keep(&self, mut area: impl Area) {
        let (caller, replies) = Caller::new();
        // An agent that has ended drops the caller, and with it what is heard.
        _ = self.agent.send(Message::Request(Request::Status { watch: true }, caller));
        for reply in replies {
            if let Reply::Status { status } = reply {
                self.see(*status);
                area.update();
            }
        }
    }

    fn see(&self, status: Status) {
        let mut seen = self.seen();
        let text = content::text(&status);
        if text.as_ref() != seen.text.as_ref().map(|(whole, _)| whole) {
            seen.text = text.map(|whole| {
                let cut = fitted(&whole, LONGEST_TEXT, &*self.log).into_owned();
                (whole, cut)
            });
        }
        seen.status = status;
    }

    /// What is to be shown now; none without a workspace. The settings are read anew.
    pub(crate) fn content(&self) -> Option<Content> {
        let settings = Settings::read(&self.root);
        let preferences = Preferences {
            logon_start: LogonStart::read(&settings),
            shows_exit: settings.is_on("UxShowExit"),
        };
        let seen = self.seen();
        let (_, text) = seen.text.as_ref()?;
        Content::new(&seen.status, text.clone(), preferences)
    }

    pub(crate) fn log(&self) -> &dyn EventLog {
        &*self.log
    }

    /// Does what was chosen, in a thread. Whoever has chosen is told what cannot be done.
    pub(crate) fn choose(self: &Arc<Self>, item: Item) {
        let tray = self.clone();
        thread::spawn(move || {
            if let Err(error) = tray.carry_out(item) {
                let workspace = tray.seen().status.workspace.clone().unwrap_or_default();
                let advice = error.advised().map(|advice| format!("\n{advice}")).unwrap_or_default();
                let text = format!("{error}{advice}");
                let told = tray.desktop.tell(&Notice { title: workspace, text, urgency: Urgency::Critical });
                tray.log.note(&match item {
                    Item::LogonStart => Event::numbered(EventId::RegistryNotChanged, &error),
                    _ => Event::of_error(Level::Warning, &error),
                });
                if let Err(error) = told {
                    tray.log.note(&Event::of_error(Level::Debug, &error));
                }
            }
        });
    }

    fn carry_out(&self, item: Item) -> Result<()> {
        match item {
            Item::State => Ok(()),
            Item::SetUp => self.request(Request::Answer { yes: true }),
            Item::Start => self.request(Request::Start),
            Item::Stop => self.request(Request::Stop { how: None }),
            Item::Show => self.request(Request::Show),
            Item::LogonStart => {
                logon_start::change(&self.root)?;
                // The wake-up for updates depends on it. That it cannot be scheduled is in the log.
                _ = self.request(Request::Refresh);
                Ok(())
            }
            Item::Exit => self.request(Request::End),
        }
    }

    /// Sends a request, and waits for the last reply.
    fn request(&self, request: Request) -> Result<()> {
        let (caller, replies) = Caller::new();
        _ = self.agent.send(Message::Request(request, caller));
        let last = replies.into_iter().find(Reply::is_last);
        last.map_or(Ok(()), |reply| reply.into_result().map(drop))
    }

    /// Nothing is left half done where this lock is held.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tray").field("root", &self.root).finish_non_exhaustive()
    }
}
