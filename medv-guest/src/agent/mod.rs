//! The agent: one thread that decides, and others that wait: for lines of the host, for changes of the file system, for
//! programs to end.

mod logging_on;
mod programs;
mod upgrading;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use medv_protocol::{
    BadLine, Hello, HostNetwork, MAX_BAD_LINES, Phase, RequestId, ToGuest, ToHost, VERSION, knows_version,
};

use crate::apps::Apps;
use crate::completion::Order;
use crate::log::{Level, Log};
use crate::outbox::{Out, Outbox};
use crate::printers::Printers;
use crate::running::Running;
use crate::setup::{self, Setup};
use crate::state::State;
use crate::system::power::{self, Power};
use crate::system::session::Session;
use crate::upgrade::Upgrade;
use crate::{Error, Places, Result, clock, host_network, logs, port, restart_required, system};

/// What the agent waits for.
pub(crate) enum Event {
    /// There is a host; what is said to it goes here.
    Connected(std::sync::mpsc::SyncSender<Out>),
    /// The host has said something.
    Line(std::result::Result<ToGuest, BadLine>),
    /// The host is gone.
    Disconnected,
    /// The applications may have changed, or a restart may be wanted.
    Changed,
    /// A program that the host had started has ended.
    Ended(RequestId),
    /// The user who was to be logged on by that request is at his desktop, or is not, and why.
    LoggedOn(RequestId, Session, Result<()>),
    /// First time setup is complete.
    SetUp,
    /// Somebody ends the agent.
    Stop,
}

/// How the agent ends.
#[derive(Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was told to, or the guest goes down.
    Stopped,
    /// There is another version of it, which goes on.
    Upgraded(PathBuf),
}

/// How much of its own log the agent sends when it is asked for it, in bytes.
const LOG_END: u64 = 256 << 10;

/// Runs the agent until it is ended.
///
/// # Errors
/// If its folder cannot be read or written.
pub fn run(places: &Places, port: Option<&Path>) -> Result<Ending> {
    let Some((_only, has_waited)) = only_one(places)? else { return Ok(Ending::Stopped) };
    let program = places.program("medv-guest");
    if has_waited && system::is_replaced(&program) {
        // The agent that was waited for has become another version. This one is as old as that one was.
        return Ok(Ending::Upgraded(program));
    }
    let mut state = State::load(places)?;
    let boot_before = state.boot;
    state.count_boot(places)?;
    if state.boot != boot_before {
        restart_required::forget(places)?;
        host_network::forget(places)?;
    }
    let log = Arc::new(Log::open(places.log()));
    let running = Running::load(places, state.boot).unwrap_or_else(|error| {
        log.note(Level::Warning, &format!("which programs run is not known any more: {error}"));
        Running::new(state.boot)
    });
    log.note(Level::Information, &format!("the agent begins, boot {}, {:?}", state.boot, state.phase));
    let (events, occurred) = channel();
    let stop = events.clone();
    ctrlc::set_handler(move || drop(stop.send(Event::Stop)))
        .map_err(|error| Error::new(error.to_string()))?;
    let (is_set_up, for_setup) = (state.phase == Phase::Ready, Arc::clone(&log));
    port::listen(places, port, events.clone(), move |places| {
        if !is_set_up {
            setup::wait_for_system(places, &for_setup);
        }
    });
    system::watch::begin(places, events.clone());
    let (outbox, state) = (Arc::new(Outbox::default()), Arc::new(Mutex::new(state)));
    let setup = Setup::new(places.clone(), Arc::clone(&outbox), Arc::clone(&log), Arc::clone(&state));
    let printers = Printers::new(places.clone(), Arc::clone(&outbox), Arc::clone(&log));
    let apps = Apps::look(places);
    let mut agent = Agent {
        places: places.clone(),
        outbox,
        log,
        state,
        setup,
        events,
        occurred,
        apps,
        printers,
        session: None,
        logging_on: None,
        running,
        ended: Vec::new(),
        upgrade: None,
        restart_reason: None,
        bad_lines: 0,
        is_welcome: false,
    };
    let ending = agent.obey();
    agent.log.note(Level::Information, "the agent ends");
    Ok(ending)
}

/// Waits until no other agent runs here: the installation starts one, and the guest's own system may start another. Tells
/// whether there was one. `None` on Windows if there is one: the task starts another when it is gone, and one that waited would be in
/// the way of an upgrade, as programs that run cannot be deleted there.
fn only_one(places: &Places) -> Result<Option<(File, bool)>> {
    let path = places.state().join("run.lock");
    let lock = || {
        std::fs::create_dir_all(places.state())?;
        let file = File::create(&path)?;
        if file.try_lock().is_ok() {
            return Ok(Some((file, false)));
        }
        if cfg!(windows) {
            return Ok(None);
        }
        file.lock().map(|()| Some((file, true)))
    };
    lock().map_err(|error| Error::at(&path, error))
}

struct Agent {
    places: Places,
    outbox: Arc<Outbox>,
    log: Arc<Log>,
    state: Arc<Mutex<State>>,
    setup: Arc<Setup>,
    events: Sender<Event>,
    occurred: Receiver<Event>,
    apps: Apps,
    printers: Printers,
    session: Option<Session>,
    /// The request that this host waits for.
    logging_on: Option<RequestId>,
    running: Running,
    /// Programs that have ended, and the host does not know it yet.
    ended: Vec<RequestId>,
    upgrade: Option<Upgrade>,
    /// What the host was told about it.
    restart_reason: Option<String>,
    bad_lines: u32,
    /// Whether the host has greeted on this connection.
    is_welcome: bool,
}

impl Agent {
    fn obey(&mut self) -> Ending {
        self.wait_for_left_programs();
        while let Ok(event) = self.occurred.recv() {
            match event {
                Event::Connected(lines) => self.greet(lines),
                Event::Line(Ok(message)) => {
                    self.bad_lines = 0;
                    if let Some(ending) = self.answer(message) {
                        return ending;
                    }
                }
                Event::Line(Err(bad)) => self.pass_over(&bad),
                Event::Disconnected => {
                    self.log.note(Level::Information, "the host is gone");
                    self.outbox.connect(None);
                    self.upgrade = None;
                }
                Event::Changed => self.look_again(),
                Event::Ended(request) => self.tell_end(request),
                Event::LoggedOn(request, session, opened) => self.logged_on(request, session, opened),
                Event::SetUp => return self.go_down(Power::Restart),
                Event::Stop => {
                    self.bye();
                    return Ending::Stopped;
                }
            }
        }
        Ending::Stopped
    }

    fn greet(&mut self, lines: std::sync::mpsc::SyncSender<Out>) {
        self.outbox.connect(Some(lines));
        self.bad_lines = 0;
        self.is_welcome = false;
        self.say_hello();
    }

    fn say_hello(&mut self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let hello = Hello {
            protocol: VERSION,
            agent: env!("CARGO_PKG_VERSION").into(),
            system: std::env::consts::OS.into(),
            machine: system::computer_name(&self.places),
            boot: state.boot,
            phase: state.phase,
        };
        drop(state);
        self.say(&ToHost::Hello(hello));
    }

    fn answer(&mut self, message: ToGuest) -> Option<Ending> {
        match message {
            ToGuest::Welcome { protocol, now, log_level, .. } if knows_version(protocol) => {
                self.begin(now, log_level);
            }
            ToGuest::Welcome { protocol, .. } => {
                let text = format!("the host speaks version {protocol} of the protocol, which is none");
                self.log.note(Level::Error, &text);
            }
            ToGuest::Adjust { now, log_level } => self.adjust(now, log_level),
            ToGuest::RunSetup {
                user,
                administrator,
                group_tries,
                group_timeout,
                log_paths,
                desktop_timeout,
            } => {
                let order =
                    Order { user, administrator, group_tries, group_timeout, log_paths, desktop_timeout };
                let events = self.events.clone();
                self.setup.go_on(order, move || drop(events.send(Event::SetUp)));
            }
            ToGuest::LogOn { request, user, password, new_account } => {
                self.log_on(request, &user, &password, new_account);
            }
            ToGuest::StartApp { request, id } => {
                let outcome = self.start(request, &id);
                self.done(request, outcome);
            }
            ToGuest::OpenUrl { request, url } => {
                let outcome = self.open(request, &url);
                self.done(request, outcome);
            }
            ToGuest::SendLog { request } => {
                // If the host goes away meanwhile, it does not want it any more.
                let sent = logs::send(&self.places, &self.outbox, &self.log, &self.places.log(), LOG_END);
                if sent.is_ok() {
                    self.done(request, Ok(()));
                }
            }
            ToGuest::Upgrade { request, program, base64, last } => {
                return self.upgrade(request, &program, &base64, last);
            }
            ToGuest::HostNetwork(network) => self.note_network(network),
            ToGuest::Printers { printers, more } => self.printers.take(printers, more),
            ToGuest::ShutDown => return Some(self.go_down(Power::Off)),
            ToGuest::Restart => return Some(self.go_down(Power::Restart)),
            ToGuest::Unknown => {
                self.log.note(Level::Debug, "the host said something that this version does not know");
            }
        }
        None
    }

    fn adjust(&self, now: u64, log_level: u8) {
        self.log.set_level(log_level);
        clock::set(&self.places, now, &self.log);
    }

    /// The host is there: it is told what it must know.
    fn begin(&mut self, now: u64, log_level: u8) {
        // Another host, on the connection of the one before: this machine was saved, and has woken up.
        if std::mem::replace(&mut self.is_welcome, true) {
            self.say_hello();
        }
        // Its requests have numbers of their own.
        self.logging_on = None;
        self.upgrade = None;
        self.printers.begin_anew();
        self.adjust(now, log_level);
        self.log.note(Level::Information, "the host is there");
        if self.phase() == Phase::Setup {
            // Before the logs, which wait for a host.
            self.setup.tell();
        }
        self.outbox.greet();
        for request in std::mem::take(&mut self.ended) {
            self.tell_end(request);
        }
        self.restart_reason = None;
        self.tell_what_runs();
        if self.phase() == Phase::Ready {
            self.apps = Apps::look(&self.places);
            self.apps.all().iter().for_each(|message| self.say(message));
            if let Some(session) = &self.session {
                self.say(&ToHost::LoggedOn { user: session.user().to_owned() });
            }
        }
        self.look_for_restart();
    }

    fn look_again(&mut self) {
        if self.phase() == Phase::Ready {
            let now = Apps::look(&self.places);
            now.changes_since(&self.apps).iter().for_each(|message| self.say(message));
            self.apps = now;
        }
        self.look_for_restart();
    }

    fn look_for_restart(&mut self) {
        let reason = restart_required::reason(&self.places);
        if let Some(reason) = reason.as_ref().filter(|_| reason != self.restart_reason) {
            self.say(&ToHost::RestartRequired { reason: reason.clone() });
        }
        self.restart_reason = reason;
    }

    fn note_network(&self, network: HostNetwork) {
        if let Err(error) = host_network::note(&self.places, network) {
            self.report(Level::Error, format!("what the host's network is could not be noted: {error}"));
        }
    }

    fn pass_over(&mut self, bad: &BadLine) {
        self.bad_lines += 1;
        // It may have been a piece of a program.
        self.upgrade = None;
        // The first ones say what is wrong; more would only fill the disk.
        if self.bad_lines <= 3 {
            self.log.note(Level::Warning, &format!("the host said {bad}"));
        }
        if self.bad_lines == MAX_BAD_LINES {
            self.log.note(Level::Error, "the host says nothing but nonsense: the port is opened anew");
        }
    }

    fn done(&self, request: RequestId, outcome: Result<()>) {
        let error = outcome.err();
        if let Some(error) = &error {
            self.log.note(Level::Warning, &format!("request {request}: {error}"));
        }
        let wrong_password = error.as_ref().is_some_and(Error::is_wrong_password);
        self.say(&ToHost::Done { request, error: error.map(|error| error.to_string()), wrong_password });
    }

    fn go_down(&mut self, power: Power) -> Ending {
        self.log.note(Level::Information, &format!("the guest goes down: {power:?}"));
        self.bye();
        if let Err(error) = power::change(&self.places, power, |patience| self.is_stopped_within(patience)) {
            self.log.note(Level::Error, &format!("the guest does not go down: {error}"));
        }
        Ending::Stopped
    }

    /// Waits until the agent is ended; `false` if nobody does it.
    fn is_stopped_within(&self, patience: Duration) -> bool {
        let begin = Instant::now();
        loop {
            match self.occurred.recv_timeout(patience.saturating_sub(begin.elapsed())) {
                Ok(Event::Stop) => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    }

    fn bye(&self) {
        self.say(&ToHost::Bye);
        self.outbox.flush();
    }

    fn phase(&self) -> Phase {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).phase
    }

    /// A line in the guest's log and in the host's.
    fn report(&self, level: Level, text: String) {
        self.log.note(level, &text);
        self.say(&ToHost::Event { level: level as u8, text });
    }

    /// If there is no host, it hears what it must know when it comes.
    fn say(&self, message: &ToHost) {
        let _ = self.outbox.say(message);
    }
}
