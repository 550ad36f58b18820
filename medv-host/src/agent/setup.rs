//! What first time setup asks for, and how it is done.

use std::path::Path;
use std::sync::Arc;

use medv_codec::disk::{OpenOptions, open};
use medv_codec::{Error, Result};
use medv_protocol::ToGuest;

use super::asking::Asked;
use super::kept::Kept;
use super::{Agent, Message};
use crate::answers::{self, GuestKind, Made};
use crate::desktop::Question;
use crate::event::{Event, EventId, Level};
use crate::fts::{Action, Failure, Input, Mode, Stage};
use crate::host_facts;
use crate::hypervisor::{End, Guest};
use crate::layer;
use crate::life::{self, Life};
use crate::moment::Moment;
use crate::result::SetupResult;

/// What came of writing the medium with answers.
pub struct Written {
    /// The medium; none if it is not known what the guest could read.
    made: Option<Made>,
    /// The guest's computer name, if it is told one.
    computer_name: Option<String>,
}

impl Agent {
    pub(super) fn step_fts(&mut self, input: &Input) {
        if self.workspace.is_none() || self.begins_elsewhere() {
            return;
        }
        let was_ready = self.is_ready();
        let rules = self.settings().fts_rules();
        let actions = self.fts.step(input, &rules, Moment::now());
        // What comes now may be cut short: it is written down first how far it is.
        self.keep();
        if self.is_ready() && !was_ready {
            self.life = Life::after_first_time_setup(&self.settings().life_rules(), Moment::now());
            self.publish();
        } else if was_ready && !self.is_ready() {
            self.refuse_awaited("first time setup runs again");
        }
        for action in actions {
            self.perform(action);
        }
        if let Some(reason) = self.restart_reason.take_if(|_| self.fts.stage == Stage::Ready) {
            self.step_life(&life::Input::RestartRequired(reason));
        }
    }

    fn perform(&mut self, action: Action) {
        let settings = self.settings();
        match action {
            Action::AskStart => {
                let message = settings.message("FtsStartDialogMsg");
                self.ask(Asked::Start, &Question::Start { message, link: settings.help_page() });
            }
            Action::AskRetry => {
                let message = settings.message("FtsRetryDialogMsg");
                self.ask(Asked::Retry, &Question::Retry { message, link: settings.help_page() });
            }
            Action::GetPassword { again } => self.get_password(again),
            Action::Withdraw => self.withdraw_question(),
            Action::CreateLayer => self.create_layer(),
            Action::WriteAnswers => self.write_answers(),
            Action::RemoveAnswers => self.remove_answers(),
            Action::StartMachine { with_answers } => {
                let visible = settings.fts_rules().mode == Mode::Attended && with_answers;
                let medium = self.medium.clone().filter(|_| with_answers);
                if let Err(error) = self.start_machine(medium, None, visible) {
                    self.setup_failed(EventId::VmStartCallFailed, &error);
                }
            }
            Action::RunSetup => {
                let message = ToGuest::RunSetup {
                    user: self.parts.user.clone(),
                    administrator: settings.is_on("FtsAddUserToAdminGroupEnabled"),
                    group_tries: settings.number("FtsGiveUserGroupRightsMaxRetryCount"),
                    group_timeout: settings.number("FtsGiveUserGroupRightsTimeout").into(),
                    log_paths: settings.lines("FtsLogFilePaths"),
                    desktop_timeout: settings.number("FtsExplorerTimeout").into(),
                };
                self.send(&message);
            }
            Action::LogOn => self.log_on(),
            Action::ShutDownGuest => self.send(&ToGuest::ShutDown),
            Action::TurnOff => self.turn_off(),
            Action::DeleteMachine => self.delete_machine(),
            Action::Note(id, detail) => self.note(&Event::numbered(id, detail)),
            Action::Record(code) => self.record(code),
            Action::Tell(notice) => self.tell(notice),
        }
    }

    /// Writes down how far it is.
    fn keep(&mut self) {
        let Some(workspace) = &self.workspace else { return };
        let kept = Kept {
            image_digest: workspace.image_digest.clone(),
            machine: self.computer_name.clone(),
            progress: self.fts.clone(),
        };
        let path = workspace.progress(&self.places);
        if let Err(error) = kept.write(&path) {
            self.note(&Event::of_error(Level::Error, &error));
        }
    }

    fn setup_failed(&self, id: EventId, error: &Error) {
        let reason = Event::of_error(Level::Error, error).text;
        let errand = self.errands.begin().number();
        let _ = self.outbox.send(Message::Setup(errand, Input::Failed(Failure { id, reason })));
    }

    /// Does something in a thread of its own, and says `done` when it is done.
    fn work(&self, done: Input, on_failure: EventId, work: impl FnOnce() -> Result<()> + Send + 'static) {
        let (errand, outbox) = (self.errands.begin(), self.outbox.clone());
        let number = errand.number();
        errand.run(work, move |outcome| {
            let input = match outcome {
                Ok(()) => done,
                Err(error) => Input::Failed(Failure {
                    id: on_failure,
                    reason: Event::of_error(Level::Error, &error).text,
                }),
            };
            let _ = outbox.send(Message::Setup(number, input));
        });
    }

    fn create_layer(&self) {
        let Some(workspace) = self.workspace.clone() else { return };
        let path = workspace.layer(&self.places);
        self.work(Input::LayerCreated, EventId::PreparationFailedDisk, move || {
            // One that nothing is known of any more is in the way.
            layer::delete(&path)?;
            layer::create(&path, &workspace.master()?)
        });
    }

    fn delete_machine(&mut self) {
        self.end_machine("the machine is deleted");
        self.apps.clear();
        self.withdraw_menu();
        self.remove_answers();
        let Some(workspace) = &self.workspace else { return };
        let layer = workspace.layer(&self.places);
        self.work(Input::Deleted, EventId::PreparationFailed, move || layer::delete(&layer));
    }

    /// What the guest is told at its first boot is decided and written in a thread: it means reading the disk.
    fn write_answers(&mut self) {
        let Some(workspace) = self.workspace.clone() else { return };
        let (settings, to) = (self.settings(), self.places.answers());
        let (password, programs) = (self.password.clone(), self.parts.guest_programs.clone());
        let (errand, outbox) = (self.errands.begin(), self.outbox.clone());
        let work = move || -> Result<Written> {
            let kind = guest_kind(&workspace.master)?;
            let facts = host_facts::gather();
            let plan = answers::plan(settings.store(), &facts, kind, password.as_ref(), answers::random)?;
            let made = answers::make(&plan, programs.as_deref(), &to)?;
            Ok(Written { made, computer_name: plan.answers.computer_name })
        };
        let number = errand.number();
        errand.run(work, move |written| _ = outbox.send(Message::AnswersWritten(number, written)));
    }

    pub(super) fn answers_written(&mut self, written: Result<Written>) {
        let written = match written {
            Ok(written) => written,
            Err(error) => return self.setup_failed(EventId::PreparationFailed, &error),
        };
        self.computer_name = written.computer_name.unwrap_or_default();
        let untold = match &written.made {
            Some(made) => made.untold.clone(),
            None => {
                vec!["no system is known on the disk, so the guest is told nothing of its host".to_owned()]
            }
        };
        for reason in untold {
            self.note(&Event::plain(Level::Warning, reason));
        }
        self.medium = written.made.map(|made| made.medium);
        self.step_fts(&Input::AnswersWritten);
    }

    /// The medium may have passwords: it is not there longer than the guest needs it.
    pub(super) fn remove_answers(&mut self) {
        self.medium = None;
        // An agent that was killed has left it behind.
        if let Err(error) = answers::remove(&self.places.answers()) {
            self.note(&Event::of_error(Level::Warning, &error));
        }
    }

    fn record(&mut self, status_code: u32) {
        let machine = self.guest.as_ref().map_or(&self.computer_name, |hello| &hello.machine).clone();
        let result = SetupResult { user: self.parts.user.clone(), machine, status_code, time: Moment::now() };
        if let Err(error) = result.keep(&self.places.monitoring()) {
            self.note(&Event::of_error(Level::Warning, &error));
        }
    }

    /// Without a machine it is off at once.
    pub(super) fn turn_off(&mut self) {
        let turned_off = self.machine.as_ref().map(|machine| machine.turn_off());
        match turned_off {
            Some(Ok(())) => {}
            Some(Err(error)) => self.note(&Event::of_error(Level::Warning, &error)),
            None => self.machine_ended(End::TurnedOff),
        }
    }
}

/// What system the master disk holds.
fn guest_kind(master: &Path) -> Result<GuestKind> {
    answers::guest_kind(&Arc::from(open(master, &OpenOptions::default())?.disk))
}

/// What the machine's devices must suit.
pub(super) fn guest_of(master: &Path) -> Result<Guest> {
    Ok(match guest_kind(master)? {
        GuestKind::Xp { .. } => Guest::WindowsXp,
        GuestKind::Windows { .. } => Guest::Windows,
        GuestKind::Linux | GuestKind::Unknown => Guest::Linux,
    })
}
