//! The agent of a session: it hears what happens, asks the two state machines what follows, and does it.
//!
//! One thread has all of it, and sleeps until a [`Message`] comes or a deadline passes. What takes long (disks, answers, the
//! vault) is done by threads that send a message when they are done.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `mod.rs` | the loop |
//! | `installed.rs` | what is installed and set, and what follows when that changes |
//! | `sharing.rs` | the machine that all users share |
//! | `setup.rs` | what first time setup asks for |
//! | `living.rs` | what the life of a machine that is ready asks for |
//! | `machine.rs` | starting machines, and what they report |
//! | `guest.rs` | what the guest agent says |
//! | `facts.rs` | what the guest is told of its host: the network, the printers |
//! | `full_disk.rs` | a machine that cannot write |
//! | `upgrade.rs` | the guest agent's next version |
//! | `errand.rs` | threads for what takes long |
//! | `asking.rs` | questions to the user, and the password |
//! | `opening.rs` | applications and addresses that are opened |
//! | `requests.rs` | what callers want |
//! | `published.rs` | the guest's applications in the host's menu |
//! | `telling.rs` | events, notices, the status |
//! | `kept.rs` | what is written down between runs |
//! | `logs.rs` | logs that come out of the guest |

mod asking;
mod errand;
mod facts;
mod full_disk;
mod guest;
mod installed;
mod kept;
mod living;
mod logs;
mod machine;
mod opening;
mod published;
mod requests;
mod setup;
mod sharing;
mod telling;
mod upgrade;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use medv_codec::Result;
use medv_protocol::{App, Hello, HostNetwork, Printer, RequestId, Secret};

use crate::control::{Caller, EventDetail, Request, Status};
use crate::desktop::{Answer, Desktop};
use crate::event::{Event, EventLog, Level};
use crate::folder_id::FolderId;
use crate::fts::{self, Progress, Stage};
use crate::host_clock::HostClock;
use crate::hypervisor::{Hypervisor, Machine, MachineEvent, Medium, Network};
use crate::life::{self, Life};
use crate::local_time::LocalTime;
use crate::menu::{Folders, Menu};
use crate::moment::Moment;
use crate::places::Places;
use crate::settings::Settings;
use crate::vault::Vault;
use crate::wakeup;
use crate::workspace::Workspace;
use asking::Asked;
use errand::Errands;
use full_disk::NoRoom;
use opening::{Awaited, Purpose};
use setup::Written;
use sharing::KeptOut;
use upgrade::Upgrade;

/// When a machine that cannot be used is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// What the agent stands on. In tests, some of it only pretends.
pub struct Parts {
    /// Runs machines.
    pub hypervisor: Arc<dyn Hypervisor>,
    /// Talks to the user.
    pub desktop: Box<dyn Desktop>,
    /// Keeps the password of a workspace's user.
    pub vault: OpenVault,
    /// Looks which printers the host has in its network.
    pub printers: Arc<FindPrinters>,
    /// Takes events.
    pub log: Arc<dyn EventLog>,
    /// The folders of the host's menu; none if there is no menu.
    pub menu: Option<Folders>,
    /// Gives the daily wake-up to the system. Where it refuses, the agent looks at the clock itself.
    pub schedule_wake_up: Box<ScheduleWakeUp>,
    /// What speaks against waking the machine up now.
    pub hindrance: Box<dyn Fn() -> Option<wakeup::Hindrance> + Send>,
    /// The clock that is looked at then.
    pub clock: Box<dyn Fn() -> LocalTime + Send>,
    /// How long the host has been awake.
    pub awake: Box<dyn Fn() -> Duration + Send>,
    /// The folder with the programs of the guest agent; none if they are not there.
    pub guest_programs: Option<PathBuf>,
    /// The program that menu entries call.
    pub program: PathBuf,
    /// The user.
    pub user: String,
}

/// Opens the vault of a workspace's user: the workspace, the user.
pub type OpenVault = Box<dyn Fn(&str, &str) -> Box<dyn Vault>>;

/// Looks for printers; it may take a while.
pub type FindPrinters = dyn Fn() -> Result<Vec<Printer>> + Send + Sync;

/// Has the system carry out a plan, in place of an earlier one, or none any more.
pub type ScheduleWakeUp = dyn Fn(Option<&wakeup::Plan>) -> Result<()> + Send;

/// Something that the agent hears.
pub enum Message {
    /// A caller wants something.
    Request(Request, Caller),
    /// The machine of that number reports.
    Machine(u64, MachineEvent),
    /// The question of that number was answered.
    Answered(u64, Answer),
    /// Something that first time setup has asked for is done, or cannot be: the errand of that number.
    Setup(u64, fts::Input),
    /// The errand of that number has written the medium with answers.
    AnswersWritten(u64, Result<Written>),
    /// What the vault had when it was looked into for the time of that number.
    FromVault(u64, Result<Option<Secret>>),
    /// What is installed or set may be something else now.
    InstalledChanged,
    /// What the host's network is now.
    HostNetwork(Result<HostNetwork>),
    /// The host's printers, for the machine of that number.
    Printers(u64, Result<Vec<Printer>>),
    /// Something is to be noted.
    Note(Event),
    /// The session ends.
    SessionEnds,
}

/// The agent.
#[expect(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
pub struct Agent {
    places: Places,
    parts: Parts,
    inbox: Receiver<Message>,
    /// To the inbox, for threads and machines.
    outbox: Sender<Message>,
    is_ending: bool,

    workspace: Option<Workspace>,
    /// The folder in which it is kept how far first time setup is.
    kept_in: Option<FolderId>,
    /// Held while this user has the shared machine.
    shared_lock: Option<File>,
    /// Why this user has not got the shared machine.
    kept_out: Option<KeptOut>,
    fts: Progress,
    life: Life,
    menu: Option<Menu>,
    /// The daily wake-up, if the system does not see to it.
    alarm: Option<wakeup::Alarm>,
    clock: HostClock,
    /// The settings when all of them could be read last.
    settings_before: RefCell<Option<Settings>>,
    /// Why some cannot be read, as it was noted last.
    settings_faults: Vec<String>,

    machine: Option<Box<dyn Machine>>,
    /// The number of the newest machine: what an older one reports does not count.
    machine_number: u64,
    /// What it writes has no room on the host.
    no_room: Option<NoRoom>,
    /// How many reports of machines are in the inbox.
    unheard: Arc<AtomicUsize>,
    /// Whether the machine was woken up from its saved state.
    is_woken: bool,
    medium: Option<Medium>,
    /// How the newest machine is connected.
    machine_network: Network,
    /// None until it is known.
    host_network: Option<HostNetwork>,
    computer_name: String,
    guest: Option<Hello>,
    /// The level of its log, as it was told last.
    log_level_told: u8,
    apps: Vec<App>,
    /// Whether the guest has listed its applications since it started.
    are_apps_known: bool,
    /// Applications of a list that has not ended.
    arriving: Vec<App>,
    babbled: u32,
    /// Why the guest wants a restart, as long as first time setup runs.
    restart_reason: Option<String>,
    upgrade: Upgrade,

    /// Whether it was said that there is nobody to ask.
    is_nobody_there: bool,
    password: Option<Secret>,
    keeps_password: bool,
    /// Whether the guest has called the last one wrong.
    is_password_wrong: bool,
    asked: Option<(u64, Asked)>,
    question_number: u64,
    /// The number of the newest look into the vault.
    vault_look: u64,
    errands: Errands,

    awaited: Vec<Awaited>,
    requests: HashMap<RequestId, Purpose>,
    request_number: RequestId,

    watchers: Vec<(Caller, Option<Status>)>,
    enders: Vec<Caller>,
    published: usize,
    last_event: Option<EventDetail>,
}

impl Agent {
    /// An agent for what is installed on this machine.
    ///
    /// # Errors
    /// If what is installed cannot be read.
    pub fn new(places: Places, parts: Parts) -> Result<Self> {
        let (outbox, inbox) = mpsc::channel();
        let clock = HostClock::look((parts.awake)());
        let mut agent = Self {
            places,
            parts,
            inbox,
            outbox,
            is_ending: false,
            workspace: None,
            kept_in: None,
            shared_lock: None,
            kept_out: None,
            fts: Progress::new(),
            life: Life::new(),
            menu: None,
            alarm: None,
            clock,
            settings_before: RefCell::default(),
            settings_faults: Vec::new(),
            machine: None,
            machine_number: 0,
            no_room: None,
            unheard: Arc::default(),
            is_woken: false,
            medium: None,
            machine_network: Network::Nat,
            host_network: None,
            computer_name: String::new(),
            guest: None,
            log_level_told: 0,
            apps: Vec::new(),
            are_apps_known: false,
            arriving: Vec::new(),
            babbled: 0,
            restart_reason: None,
            upgrade: Upgrade::default(),
            is_nobody_there: false,
            password: None,
            keeps_password: false,
            is_password_wrong: false,
            asked: None,
            question_number: 0,
            vault_look: 0,
            errands: Errands::default(),
            awaited: Vec::new(),
            requests: HashMap::new(),
            request_number: opening::before_first_request(),
            watchers: Vec::new(),
            enders: Vec::new(),
            published: 0,
            last_event: None,
        };
        agent.look()?;
        Ok(agent)
    }

    /// Where messages go.
    pub fn outbox(&self) -> Sender<Message> {
        self.outbox.clone()
    }

    /// Goes on until it is told to end. The machine is closed then.
    pub fn run(mut self) {
        while !self.is_ending {
            self.look_at_alarm();
            self.tell_watchers();
            let heard = self.hear();
            self.look_at_clock();
            match heard {
                Some(message) => self.take(message),
                None => self.time_up(),
            }
        }
        self.machine = None;
        self.remove_answers();
        for caller in std::mem::take(&mut self.enders) {
            caller.answer(crate::control::Reply::Done);
        }
    }

    /// The next message; `None` if a deadline passes first.
    fn hear(&mut self) -> Option<Message> {
        let deadline = if self.is_without_room() {
            self.next_try()
        } else if self.is_ready() {
            let life = self.life.deadline(&self.settings().life_rules());
            let others = [self.upgrade.ends(), self.answer_due(), self.next_try()];
            life.into_iter().chain(others.into_iter().flatten()).min()
        } else {
            self.fts.deadline
        };
        let deadline = deadline.filter(|_| self.workspace.is_some());
        let alarm = self.alarm.as_mut().map(|alarm| alarm.look((self.parts.clock)()));
        let until = deadline.map(|deadline| Moment::now().until(deadline));
        let again = self.is_unusable().then_some(LOOK_AGAIN);
        let Some(wait) = [until, alarm, again].into_iter().flatten().min() else {
            return self.inbox.recv().ok();
        };
        // The clock has whole seconds, and may be set: it is looked at again after a while.
        self.inbox.recv_timeout(wait.min(Duration::from_secs(3600))).ok()
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Request(request, caller) => self.request(request, caller),
            Message::Machine(number, event) => {
                self.heard_a_report();
                if number == self.machine_number {
                    self.machine_reports(event);
                }
            }
            Message::Answered(number, answer) => self.answered(number, answer),
            Message::Setup(errand, input) if self.errands.counts(errand) => self.step_fts(&input),
            Message::AnswersWritten(errand, written) if self.errands.counts(errand) => {
                self.answers_written(written);
            }
            // They came too late, and nobody will read them.
            Message::AnswersWritten(..) => self.remove_answers(),
            Message::FromVault(look, found) if look == self.vault_look => self.vault_answers(found),
            // For an attempt, or a question, that is over.
            Message::Setup(..) | Message::FromVault(..) => {}
            Message::InstalledChanged => self.look_again(),
            Message::HostNetwork(network) => self.host_network_is(network),
            Message::Printers(number, printers) => self.printers_found(number, printers),
            Message::Note(event) => self.note(&event),
            Message::SessionEnds => self.session_ends(),
        }
    }

    fn time_up(&mut self) {
        let is_due = |deadline: Option<Moment>| deadline.is_some_and(|deadline| deadline <= Moment::now());
        if self.workspace.is_none() {
            if self.is_unusable() {
                self.look_again();
            }
        } else if is_due(self.next_try()) {
            self.try_for_room();
        } else if self.is_without_room() {
            // Nothing else can be due.
        } else if self.is_ready() {
            if is_due(self.upgrade.ends()) {
                self.upgrade_takes_too_long();
            } else if is_due(self.answer_due()) {
                self.guest_is_silent();
            } else if is_due(self.life.deadline(&self.settings().life_rules())) {
                self.step_life(&life::Input::TimeUp);
            }
        } else if is_due(self.fts.deadline) {
            self.step_fts(&fts::Input::TimeUp);
        }
    }

    /// What is due, unless somebody had no time for it.
    fn put_off_deadlines(&mut self, seconds: i64) {
        self.life.put_off(seconds);
        self.fts.put_off(seconds);
        self.upgrade.put_off(seconds);
        self.put_off_answers(seconds);
        self.put_off_tries(seconds);
    }

    /// The host may have slept, or its clock may have been set.
    fn look_at_clock(&mut self) {
        if let Some(seconds) = self.clock.jumped((self.parts.awake)()) {
            let text = format!("the host has slept, or its clock was set: {seconds} s");
            self.note(&Event::plain(Level::Debug, text));
            self.put_off_deadlines(seconds);
            self.adjust();
        }
    }

    fn session_ends(&mut self) {
        if self.workspace.is_some() && self.is_ready() {
            self.step_life(&life::Input::SessionEnds);
        } else {
            // First time setup that is underway begins anew with the next session.
            self.is_ending = true;
        }
    }

    fn is_ready(&self) -> bool {
        self.fts.stage == Stage::Ready
    }

    /// What is set now. If not all that administrators set can be read, what was set before: the half of it may mean another machine.
    fn settings(&self) -> Settings {
        let now = Settings::read(&self.places.root);
        if now.administrators_fault().is_some() {
            return self.settings_before.borrow().clone().unwrap_or(now);
        }
        self.settings_before.replace(Some(now.clone()));
        now
    }

    /// The workspace, for a caller who wants something of it.
    fn workspace_or_error(&self) -> Result<&Workspace> {
        self.workspace.as_ref().ok_or_else(|| match &self.kept_out {
            Some(why) => why.error(),
            None => Workspace::none_is_installed(),
        })
    }
}
