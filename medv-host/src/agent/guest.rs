//! What the guest agent says. Nothing of it is trusted: it may be anybody's.

use medv_protocol::{App, AppId, Hello, MAX_APPS, Phase, ToHost, knows_version};

use super::Agent;
use super::asking::Asked;
use crate::desktop::Question;
use crate::event::{Event, EventId, Level};
use crate::fts;
use crate::life::{self, CloseAction};

impl Agent {
    pub(super) fn guest_says(&mut self, message: ToHost) {
        match message {
            ToHost::Hello(hello) if knows_version(hello.protocol) => self.hello(hello),
            ToHost::Hello(hello) => {
                let text = format!(
                    "the guest agent speaks version {} of the protocol, which is none",
                    hello.protocol
                );
                self.note(&Event::plain(Level::Error, text));
            }
            // Before it has said who it is, nothing counts.
            _ if self.guest.is_none() => {}
            ToHost::SetupTask(task) => self.step_fts(&fts::Input::GuestTask(task)),
            ToHost::CommandEnded { name, code, output } => self.command_ended(&name, code, &output),
            ToHost::Log(part) => self.keep_log_part(&part),
            ToHost::SetupEnded(outcome) => self.step_fts(&fts::Input::GuestEnded(outcome)),
            ToHost::LoggedOn { user } if user == self.parts.user => self.logged_on(),
            // Who had the shared machine before, and was logged on when it was saved.
            ToHost::LoggedOn { user } => {
                self.note(&Event::plain(Level::Debug, format!("{user} is logged on in the guest")));
            }
            ToHost::Apps { apps, more } => self.apps_arrive(apps, more),
            ToHost::AppAdded { app } => self.app_added(app),
            ToHost::AppRemoved { id } => self.app_removed(&id),
            ToHost::Done { request, error, wrong_password } => self.done(request, error, wrong_password),
            ToHost::AppEnded { request } => self.app_ended(request),
            ToHost::StillRuns { requests } => self.still_runs(&requests),
            ToHost::RestartRequired { reason } => {
                if self.is_ready() {
                    self.step_life(&life::Input::RestartRequired(reason));
                } else {
                    self.restart_reason = Some(reason);
                }
            }
            ToHost::Event { level, text } => {
                let level = Level::from_setting(level.into()).unwrap_or(Level::Debug);
                self.note(&Event::plain(level, format!("guest: {text}")));
            }
            ToHost::Bye | ToHost::Unknown => {}
        }
    }

    fn hello(&mut self, hello: Hello) {
        let phase = hello.phase;
        self.note(&Event::plain(
            Level::Information,
            format!("the guest agent {} of {} speaks, boot {}", hello.agent, hello.machine, hello.boot),
        ));
        self.babbled = 0;
        self.restart_reason = None;
        self.guest = Some(hello);
        self.arriving.clear();
        // Another agent may be there than the one that was asked.
        self.fail_requests("the guest agent has begun anew");
        if self.is_ready() && phase == Phase::Ready && self.begins_upgrade() {
            // The next agent is told all of it.
            return;
        }
        self.tell_network();
        if phase == Phase::Ready {
            self.look_for_printers();
        }
        match (self.is_ready(), phase) {
            (false, phase) => self.step_fts(&fts::Input::Hello(phase)),
            (true, Phase::Ready) => self.step_life(&life::Input::Hello),
            // Only a new one helps, but what is on its disk is the user's.
            (true, Phase::Setup) => {
                self.note(&Event::numbered(EventId::MachineInvalid, "the guest is not set up any more"));
                let message = "The guest is not set up any more. If it is set up anew, all that is on its disk is lost.";
                let link = self.settings().help_page();
                self.step_life(&life::Input::StopWanted(CloseAction::ShutDown));
                self.ask(Asked::Anew, &Question::Retry { message: message.to_owned(), link });
            }
        }
    }

    fn command_ended(&mut self, name: &str, code: Option<i32>, output: &str) {
        let ended = match code {
            Some(code) => format!("the command {name} of first time setup has ended with exit code {code}"),
            None => {
                format!("the command {name} of first time setup was ended by a signal, or could not be run")
            }
        };
        let level = if code == Some(0) { Level::Information } else { Level::Warning };
        self.note(&Event::plain(level, &ended));
        self.keep_command_output(&ended, output);
    }

    fn logged_on(&mut self) {
        if self.upgrade.ends().is_some() {
            // The agent that says it is about to end. Its successor is asked.
            return;
        }
        if matches!(self.asked, Some((_, Asked::Password))) {
            self.withdraw_question();
        }
        // No password is looked for any more.
        self.vault_look += 1;
        if std::mem::take(&mut self.keeps_password) {
            self.keep_password();
        }
        if self.is_ready() {
            return self.step_life(&life::Input::LoggedOn);
        }
        self.step_fts(&fts::Input::LoggedOn);
        // They were listed when the guest had started.
        if self.are_apps_known {
            self.step_fts(&fts::Input::AppsListed);
        }
    }

    fn apps_arrive(&mut self, apps: Vec<App>, more: bool) {
        let room = MAX_APPS.saturating_sub(self.arriving.len());
        if apps.len() > room {
            let found = format!("the guest has more than {MAX_APPS} applications; the others are left out");
            self.note(&Event::plain(Level::Warning, found));
        }
        self.arriving.extend(apps.into_iter().take(room));
        if more {
            return;
        }
        self.apps = std::mem::take(&mut self.arriving);
        self.are_apps_known = true;
        self.publish();
        self.step_fts(&fts::Input::AppsListed);
    }

    fn app_added(&mut self, app: App) {
        let has_room = self.apps.len() < MAX_APPS;
        match self.apps.iter_mut().find(|known| known.id == app.id) {
            Some(known) => *known = app,
            None if has_room => self.apps.push(app),
            None => return,
        }
        self.publish();
    }

    fn app_removed(&mut self, id: &AppId) {
        self.apps.retain(|app| app.id != *id);
        self.publish();
    }

    pub(super) fn guest_babbles(&mut self, what: &str) {
        self.babbled = self.babbled.saturating_add(1);
        // The first one is news, the thousandth is not.
        let level = if self.babbled == 1 { Level::Warning } else { Level::Debug };
        self.note(&Event::plain(level, format!("the guest agent has sent {what}")));
    }
}
