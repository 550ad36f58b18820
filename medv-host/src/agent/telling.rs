//! What others are told: the log, the user, whoever asks for the status.

use super::Agent;
use super::asking::Asked;
use super::sharing::KeptOut;
use crate::control::{Caller, EventDetail, FtsDetail, MachineDetail, QuestionDetail, Reply, Status};
use crate::desktop::{Notice, Urgency};
use crate::event::{Event, Level};
use crate::fts;
use crate::moment::Moment;

impl Agent {
    /// Notes an event in the logs.
    pub(super) fn note(&mut self, event: &Event) {
        self.parts.log.note(event);
        if event.level <= Level::Information {
            self.last_event = Some(EventDetail {
                time: Moment::now(),
                id: event.id.map(crate::event::EventId::number),
                level: event.level as u8,
                text: event.text.clone(),
            });
        }
    }

    pub(super) fn tell(&mut self, notice: fts::Notice) {
        let (what, text, urgency) = match notice {
            fts::Notice::Begins => (
                "is being set up",
                "This takes a while, and you can go on working. You are asked for your password now."
                    .to_owned(),
                Urgency::Normal,
            ),
            fts::Notice::Ready => {
                ("is ready", "Its applications are in the menu now.".to_owned(), Urgency::Normal)
            }
            fts::Notice::Failed => {
                let settings = self.settings();
                let mut text = settings.message("FtsFailureDialogMsg");
                text.extend(settings.help_page().map(|page| format!("\n{page}")));
                ("could not be set up", text, Urgency::Critical)
            }
        };
        self.tell_of_workspace(what, text, urgency);
    }

    pub(super) fn tell_broken(&mut self, reason: &str) {
        self.tell_of_workspace("cannot be started", reason.to_owned(), Urgency::Critical);
    }

    pub(super) fn tell_not_logged_on(&mut self, reason: &str) {
        self.tell_of_workspace("does not log you on", reason.to_owned(), Urgency::Critical);
    }

    /// Tells the user what the workspace is or does.
    pub(super) fn tell_of_workspace(&mut self, what: &str, text: String, urgency: Urgency) {
        let name = self.workspace.as_ref().map(|workspace| workspace.name.as_str()).unwrap_or_default();
        self.tell_user(&Notice { title: format!("{name} {what}"), text, urgency });
    }

    pub(super) fn tell_kept_out(&mut self, why: &KeptOut) {
        let (title, text) = match why {
            KeptOut::InUse => (
                "The workspace is in use",
                "Another user of this computer uses it. It is yours when he has logged off.".to_owned(),
            ),
            _ => ("The workspace cannot be used", Event::of_error(Level::Error, &why.error()).text),
        };
        self.tell_user(&Notice { title: title.to_owned(), text, urgency: Urgency::Critical });
    }

    /// What the user is told is in the log as well: he may not be there.
    fn tell_user(&mut self, notice: &Notice) {
        self.note(&Event::plain(Level::Information, format!("{}: {}", notice.title, notice.text)));
        if let Err(error) = self.parts.desktop.tell(notice) {
            self.note(&Event::of_error(Level::Debug, &error));
        }
    }

    fn status(&self) -> Status {
        let settings = self.settings();
        let question = self.asked.map(|(_, what)| {
            let (question, answer) = match what {
                Asked::Start => ("may first time setup start?", "medv-host answer yes|later"),
                Asked::Retry => {
                    ("first time setup has failed; is it to be tried again?", "medv-host answer yes|later")
                }
                Asked::Password => ("the password for the guest", "medv-host password"),
                Asked::Anew => (
                    "the guest is not set up any more; may it be set up anew, and all that is on its disk be lost?",
                    "medv-host answer yes|later",
                ),
                Asked::Restart => ("may the guest restart?", "medv-host answer yes|later"),
            };
            QuestionDetail { question: question.to_owned(), answer: answer.to_owned() }
        });
        let has_machine = self.workspace.is_some() && self.is_ready();
        Status {
            workspace: self.workspace.as_ref().map(|workspace| workspace.name.clone()),
            version: self.workspace.as_ref().map(|workspace| workspace.version.clone()),
            kept_out: self.kept_out.as_ref().map(|why| why.error().to_string()),
            hypervisor: self.parts.hypervisor.describe(),
            first_time_setup: self
                .workspace
                .as_ref()
                .map(|_| self.fts_detail(settings.fts_rules().max_retries)),
            machine: has_machine.then(|| MachineDetail {
                power: self.life.power,
                meaning: match self.no_room {
                    Some(_) => "waits until there is room on the host's disk".to_owned(),
                    None => self.life.power.meaning().to_owned(),
                },
                name: self.guest.as_ref().map(|hello| hello.machine.clone()),
                apps: self.life.apps,
            }),
            question,
            published: self.published,
            last_event: self.last_event.clone(),
        }
    }

    fn fts_detail(&self, max_retries: u32) -> FtsDetail {
        let task = self.fts.task.as_ref().map(|task| match task.number {
            Some((number, of)) => format!("{} ({number} of {of})", task.name),
            None => task.name.clone(),
        });
        FtsDetail {
            stage: self.fts.stage,
            meaning: self.fts.stage.meaning().to_owned(),
            task,
            attempt: self.fts.retries.saturating_add(1),
            attempts: max_retries.saturating_add(1),
            deadline: self.fts.deadline,
            failure: self.fts.failure,
        }
    }

    pub(super) fn status_for(&mut self, caller: Caller, watch: bool) {
        let status = self.status();
        let is_there = caller.hears(Reply::Status { status: Box::new(status.clone()) });
        match watch {
            true if is_there => self.watchers.push((caller, Some(status))),
            true => {}
            false => caller.answer(Reply::Done),
        }
    }

    /// Whoever watches hears of every change.
    pub(super) fn tell_watchers(&mut self) {
        if self.watchers.is_empty() {
            return;
        }
        let status = self.status();
        self.watchers.retain_mut(|(caller, seen)| {
            if seen.as_ref() == Some(&status) {
                return true;
            }
            *seen = Some(status.clone());
            caller.hears(Reply::Status { status: Box::new(status.clone()) })
        });
    }
}
