//! An icon in the notification area of a session. The agent that it is of is played by the test.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};

use medv_host::agent::Message;
use medv_host::control::{Caller, FtsDetail, MachineDetail, Reply, Request, Status};
use medv_host::desktop::Freedesktop;
use medv_host::fts::Stage;
use medv_host::life::Power;
use medv_host::session_bus::SessionBus;
use medv_host::tray::{StatusNotifier, Tray};

use crate::private_session::{Noted, PrivateSession};

pub(crate) struct Icon {
    pub(crate) noted: Arc<Noted>,
    heard: Receiver<Message>,
    watcher: Option<Caller>,
    tray: Option<JoinHandle<()>>,
}

impl Icon {
    /// Settings are below the session's folder.
    pub(crate) fn new(session: &PrivateSession) -> Self {
        Self::on(session, session.bus())
    }

    /// On another bus.
    pub(crate) fn on(session: &PrivateSession, bus: SessionBus) -> Self {
        let (agent, heard) = channel();
        let noted = Noted::new();
        let desktop = Box::new(Freedesktop::new(session.bus(), None, noted.clone()));
        let tray = Tray::new(agent, session.path().into(), desktop, noted.clone());
        let area = StatusNotifier::new(bus, tray.clone());
        let tray = Some(thread::spawn(move || tray.keep(area)));
        let mut icon = Self { noted, heard, watcher: None, tray };
        let (request, watcher) = icon.hear();
        assert_eq!(request, Request::Status { watch: true });
        icon.watcher = Some(watcher);
        icon
    }

    /// The agent is like this now.
    pub(crate) fn is(&self, status: Status) {
        let watcher = self.watcher.as_ref().unwrap();
        assert!(watcher.hears(Reply::Status { status: Box::new(status) }));
    }

    /// What the agent is asked next.
    pub(crate) fn hear(&self) -> (Request, Caller) {
        match self.heard.recv().unwrap() {
            Message::Request(request, caller) => (request, caller),
            _ => panic!("not a request"),
        }
    }
}

impl Drop for Icon {
    fn drop(&mut self) {
        // The agent ends, and the icon with it.
        self.watcher = None;
        let ended = self.tray.take().unwrap().join();
        assert!(thread::panicking() || ended.is_ok());
    }
}

/// A machine that runs.
pub(crate) fn running() -> Status {
    let power = Power::Running;
    let machine = MachineDetail { power, meaning: power.meaning().to_owned(), name: None, apps: 2 };
    Status { machine: Some(machine), ..at(Stage::Ready) }
}

/// First time setup at a stage.
pub(crate) fn at(stage: Stage) -> Status {
    let meaning = stage.meaning().to_owned();
    let (task, deadline, failure) = (None, None, None);
    let setup = FtsDetail { stage, meaning, task, attempt: 1, attempts: 4, deadline, failure };
    Status { workspace: Some("Office".into()), first_time_setup: Some(setup), ..Status::default() }
}
