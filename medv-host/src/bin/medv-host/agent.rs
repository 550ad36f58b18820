//! `medv-host run`: the agent of this session, one of them.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use medv_codec::{Error, Result};
use medv_host::agent::{Agent, Message, Parts, ScheduleWakeUp};
use medv_host::answers;
use medv_host::control::{self, Client, Request};
use medv_host::desktop::system_desktop;
use medv_host::event::{Event, EventId, EventLog, Level, SystemLog, with_causes};
use medv_host::host_clock;
use medv_host::host_facts::{self, network};
use medv_host::hypervisor::{self, qemu::Qemu};
use medv_host::local_time::LocalTime;
use medv_host::menu::Folders;
use medv_host::places::Places;
use medv_host::settings::Settings;
use medv_host::tray::Tray;
use medv_host::vault::system_vault;
use medv_host::wakeup;
use medv_host::watch;

/// How long callers have to hear the last that is said to them.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(root: Option<&Path>) -> Result<()> {
    let places = Places::of_this_user(root)?;
    let threshold = places.root.clone();
    let level = move || Level::from_setting(Settings::read(&threshold).number("DiagEventLogLevel"));
    let log: Arc<dyn EventLog> = Arc::new(SystemLog::new(places.state().join("host.log"), Box::new(level)));
    let outcome = live(root, places, &log);
    // Who starts with the session is heard by nobody.
    if let Err(error) = &outcome {
        log.note(&Event::numbered(EventId::Unhandled, with_causes(error)));
    }
    outcome
}

fn live(root: Option<&Path>, places: Places, log: &Arc<dyn EventLog>) -> Result<()> {
    let Some(_lock) = only_one(&places, &**log)? else { return Ok(()) };

    let program = std::env::current_exe().map_err(|error| Error::io("cannot find this program", error))?;
    let hypervisor = hypervisor::or_absent(Qemu::find(program.clone()));
    let parts = Parts {
        hypervisor,
        desktop: system_desktop(Arc::clone(log)),
        vault: Box::new(system_vault),
        printers: Arc::new(host_facts::printers::gather),
        log: Arc::clone(log),
        menu: Folders::of_this_user(),
        schedule_wake_up: scheduler(root),
        hindrance: Box::new(wakeup::hindrance),
        awake: Box::new(host_clock::awake),
        clock: Box::new(LocalTime::now),
        guest_programs: answers::guest_programs_folder(),
        program,
        user: user()?,
    };
    let (socket, root) = (places.socket(), places.root.clone());
    let agent = Agent::new(places, parts)?;
    let outbox = agent.outbox();
    let conversations =
        control::serve(&socket, move |request, caller| _ = outbox.send(Message::Request(request, caller)))?;
    let outbox = agent.outbox();
    ctrlc::set_handler(move || _ = outbox.send(Message::SessionEnds)).map_err(|error| {
        Error::io("cannot watch for the end of the session", std::io::Error::other(error))
    })?;
    watch_session(&agent, &**log);
    watch_installed(&root, &agent, &**log);
    watch_network(&agent, &**log);
    log.note(&Event::plain(
        Level::Information,
        concat!("medv-host ", env!("CARGO_PKG_VERSION"), " has started"),
    ));
    let tray = Tray::new(agent.outbox(), root, system_desktop(Arc::clone(log)), Arc::clone(log));
    let tray = tray.show().map_err(|error| Error::io("cannot start a thread for the icon", error))?;
    agent.run();
    // An icon that is not taken away is seen until the pointer touches it.
    _ = tray.join();
    conversations.finish(PATIENCE);
    log.note(&Event::plain(Level::Information, "medv-host has ended"));
    Ok(())
}

/// The user has one timer. It is for the computer, not for a folder that stands for one.
fn scheduler(root: Option<&Path>) -> Box<ScheduleWakeUp> {
    match root {
        None => Box::new(wakeup::schedule),
        Some(_) => Box::new(|plan| match plan {
            Some(_) => Err(Error::usage("a folder that stands for a computer has no timer")),
            None => Ok(()),
        }),
    }
}

/// Installers change things while sessions run.
fn watch_installed(root: &Path, agent: &Agent, log: &dyn EventLog) {
    let outbox = agent.outbox();
    let changed = move || outbox.send(Message::InstalledChanged).is_ok();
    if let Err(error) = watch::begin(root, changed) {
        let error = Error::io("cannot watch what is installed", error)
            .advice("after an installation: medv-host refresh");
        log.note(&Event::of_error(Level::Warning, &error));
    }
}

/// A desktop may end without ending what it has started.
#[cfg(unix)]
fn watch_session(agent: &Agent, log: &dyn EventLog) {
    use medv_host::logind;
    let Ok(id) = std::env::var("XDG_SESSION_ID") else { return };
    let outbox = agent.outbox();
    let watched = zbus::blocking::Connection::system().and_then(|bus| {
        logind::watch(&bus, Path::new(logind::SESSIONS), id, move || _ = outbox.send(Message::SessionEnds))
    });
    if let Err(error) = watched {
        log.note(&Event::plain(Level::Debug, format!("logind does not tell when the session ends: {error}")));
    }
}

/// Windows waits for the machine to be closed, which ends this process.
#[cfg(windows)]
fn watch_session(agent: &Agent, log: &dyn EventLog) {
    let outbox = agent.outbox();
    let watched = medv_host::session_end::watch(move || {
        if outbox.send(Message::SessionEnds).is_ok() {
            loop {
                std::thread::park();
            }
        }
    });
    if let Err(error) = watched {
        let error = Error::io("cannot watch for the end of the session", error);
        log.note(&Event::of_error(Level::Warning, &error));
    }
}

/// Guests that share the host's network are told what it is.
fn watch_network(agent: &Agent, log: &dyn EventLog) {
    let outbox = agent.outbox();
    let watched = network::watch(move |network| outbox.send(Message::HostNetwork(network)).is_ok());
    if let Err(error) = watched {
        let detail = Event::of_error(Level::Error, &error).text;
        log.note(&Event::numbered(EventId::NetworkNotCollected, detail));
    }
}

fn user() -> Result<String> {
    let user = host_facts::gather().user;
    if user.is_empty() { Err(Error::usage("the system does not tell who you are")) } else { Ok(user) }
}

/// An agent that does not answer may be about to end; one that was killed leaves its lock, for a moment, to a program that it
/// was just starting.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// The lock of the session's agent. `None` if another one has it: that one looks again at what is installed.
fn only_one(places: &Places, log: &dyn EventLog) -> Result<Option<File>> {
    let path = places.lock();
    let cannot = |error| Error::io("cannot take the agent's lock", error).in_file(&path);
    let file = File::create(&path).map_err(cannot)?;
    let begun = Instant::now();
    while begun.elapsed() < ENDS_WITHIN {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
        if answers(places.socket(), ENDS_WITHIN.saturating_sub(begun.elapsed()))? {
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let event = Event::numbered(EventId::AlreadyRunning, "it does not answer; end all medv-host");
    log.note(&event);
    Err(Error::io(event.text, std::io::ErrorKind::ResourceBusy.into()))
}

/// Has the other agent look again at what is installed, and tells whether it has said anything to that. One that hangs is called
/// all the same: nobody can wait for it but a thread of its own.
fn answers(socket: PathBuf, patience: Duration) -> Result<bool> {
    let (said, says) = mpsc::channel();
    std::thread::spawn(move || {
        let called = Client::send(&socket, &Request::Refresh);
        _ = said.send(called.map(|client| client.is_some_and(|mut client| client.hear().is_ok())));
    });
    says.recv_timeout(patience).unwrap_or(Ok(false))
}
