//! What callers want.

use std::path::Path;
use std::time::Duration;

use medv_codec::{Error, Result};
use medv_packager::engine_error;
use medv_protocol::{App, AppId, ToGuest};

use super::Agent;
use super::asking::Asked;
use super::opening::{Opening, Purpose};
use crate::control::{Caller, Reply, Request, StopHow};
use crate::desktop::Answer;
use crate::event::Event;
use crate::fts::{self, Stage};
use crate::hypervisor::Machine;
use crate::life::{self, CloseAction};
use crate::menu::Menu;
use crate::moment::Moment;
use crate::redirect::{self, Address, Side};
use crate::wakeup::not_woken;

/// Applications in a line: without pictures, they are small.
const APPS_IN_A_REPLY: usize = 50;

impl Agent {
    pub(super) fn request(&mut self, request: Request, caller: Caller) {
        let answer = match request {
            Request::Status { watch } => return self.status_for(caller, watch),
            Request::App { app } => return self.open_app(&app, caller),
            Request::Open { url } => return self.open_url(&url, caller),
            Request::FetchGuestLog => return self.fetch_guest_log(caller),
            Request::End => {
                self.enders.push(caller);
                return self.session_ends();
            }
            Request::Start => self.start(),
            Request::Stop { how } => self.stop(how),
            Request::Restart => self.for_ready(&life::Input::RestartWanted),
            Request::Reset => self.workspace_or_error().map(drop).map(|()| self.step_fts(&fts::Input::Reset)),
            Request::Apps => self.list_apps(&caller),
            Request::Answer { yes } => self.answer(yes),
            Request::Password { password, keep } => self.password(Answer::Password { password, keep }),
            Request::ForgetPassword => {
                self.forget_password();
                Ok(())
            }
            Request::Screenshot { path } => {
                self.machine().and_then(|machine| machine.screenshot(Path::new(&path)))
            }
            Request::Show => self.machine().and_then(Machine::show),
            Request::WakeUp { minutes } => self.wake_up(minutes),
            Request::Refresh => self.look(),
        };
        caller.answer(answer.map_or_else(Reply::from, |()| Reply::Done));
    }

    fn machine(&self) -> Result<&dyn Machine> {
        self.machine
            .as_deref()
            .ok_or_else(|| Error::usage("the machine is off").advice("start it: medv-host start NAME"))
    }

    /// What only a machine that is ready can do.
    fn for_ready(&mut self, input: &life::Input) -> Result<()> {
        self.must_be_ready()?;
        self.step_life(input);
        Ok(())
    }

    pub(super) fn must_be_ready(&self) -> Result<()> {
        self.workspace_or_error()?;
        if self.is_ready() {
            return Ok(());
        }
        let stage = self.fts.stage;
        let advice = match stage {
            Stage::Asking | Stage::Postponed | Stage::AskingRetry => "let it start: medv-host answer yes",
            Stage::Credentials => "give the password: medv-host password",
            Stage::GivenUp => "begin anew: medv-host reset NAME",
            _ => "wait until it is done: medv-host status --watch",
        };
        Err(Error::usage(format!("first time setup is not done: {}", stage.meaning())).advice(advice))
    }

    fn start(&mut self) -> Result<()> {
        if self.fts.stage == Stage::Postponed && self.workspace.is_some() {
            self.step_fts(&fts::Input::Yes);
            return Ok(());
        }
        self.for_ready(&life::Input::StartWanted)
    }

    fn stop(&mut self, how: Option<StopHow>) -> Result<()> {
        let how = match how {
            None => self.settings().life_rules().close_action,
            Some(StopHow::Save) => CloseAction::Hibernate,
            Some(StopHow::ShutDown) => CloseAction::ShutDown,
            Some(StopHow::TurnOff) => CloseAction::TurnOff,
        };
        self.for_ready(&life::Input::StopWanted(how))
    }

    fn list_apps(&self, caller: &Caller) -> Result<()> {
        self.workspace_or_error()?;
        let plain = |app: &App| App { icon: None, ..app.clone() };
        for apps in self.apps.chunks(APPS_IN_A_REPLY) {
            caller.hears(Reply::Apps { apps: apps.iter().map(plain).collect() });
        }
        Ok(())
    }

    /// Id and name of what the guest has; until it has run in this session, of what it had, as far as the menu tells.
    fn known_apps(&self) -> Vec<(&AppId, &str)> {
        match self.apps.is_empty() {
            true => {
                let entries = self.menu.iter().flat_map(Menu::list);
                entries.map(|entry| (&entry.id, entry.name.as_str())).collect()
            }
            false => self.apps.iter().map(|app| (&app.id, app.name.as_str())).collect(),
        }
    }

    /// By its id, or by its name if only one has it.
    fn find_app(&self, wanted: &str) -> Result<AppId> {
        let known = self.known_apps();
        // Nothing is known: an id is taken as it is.
        if known.is_empty() || known.iter().any(|(id, _)| id.0 == wanted) {
            return Ok(AppId(wanted.to_owned()));
        }
        let mut named = known.iter().filter(|(_, name)| name.eq_ignore_ascii_case(wanted));
        match (named.next(), named.next()) {
            (Some((id, _)), None) => Ok((*id).clone()),
            (Some(_), Some(_)) => Err(Error::usage(format!("several applications are called {wanted}"))
                .advice("say the id of one: medv-host apps NAME")),
            (None, _) => Err(Error::usage(format!("the guest has no application {wanted}"))
                .advice("see which it has: medv-host apps NAME")),
        }
    }

    fn open_app(&mut self, wanted: &str, caller: Caller) {
        match self.must_be_ready().and_then(|()| self.find_app(wanted)) {
            Ok(id) => self.await_machine(Opening::App(id), caller),
            Err(error) => caller.answer(error),
        }
    }

    /// Who opens an address, and its normal form. Until the machine is ready, everything is for the host.
    fn side_of(&mut self, url: &str) -> Result<(Side, String)> {
        let address = Address::parse(url)?;
        let settings = self.settings();
        if !self.is_ready() || self.workspace.is_none() {
            return Ok((Side::Host, String::new()));
        }
        let (side, warnings) = redirect::decide(settings.store(), &address).map_err(engine_error)?;
        for warning in warnings {
            self.note(&warning);
        }
        Ok((side, address.as_str().to_owned()))
    }

    fn open_url(&mut self, url: &str, caller: Caller) {
        match self.side_of(url) {
            Ok((Side::Guest, address)) => self.await_machine(Opening::Url(address), caller),
            Ok((Side::Host, _)) => caller.answer(Reply::OpenOnHost),
            Err(error) => caller.answer(error),
        }
    }

    fn fetch_guest_log(&mut self, caller: Caller) {
        if self.guest.is_none() {
            return caller.answer(
                Error::usage("the guest agent is not there")
                    .advice("start the machine: medv-host start NAME"),
            );
        }
        let request = self.new_request(Purpose::FetchLog(caller, self.patience()));
        self.send(&ToGuest::SendLog { request });
    }

    fn answer(&mut self, yes: bool) -> Result<()> {
        let answer = if yes { Answer::Yes } else { Answer::Later };
        match self.asked {
            Some((_, Asked::Password)) if yes => {
                Err(Error::usage("the password is asked for").advice("give it: medv-host password"))
            }
            Some((number, _)) => {
                self.parts.desktop.withdraw();
                self.answered(number, answer);
                Ok(())
            }
            None if yes && self.fts.stage == Stage::Postponed => self.start(),
            None => Err(Error::usage("nothing is asked").advice("see what is going on: medv-host status")),
        }
    }

    fn password(&mut self, answer: Answer) -> Result<()> {
        match self.asked {
            Some((number, Asked::Password)) => {
                self.parts.desktop.withdraw();
                self.answered(number, answer);
                Ok(())
            }
            _ => {
                Err(Error::usage("no password is asked for").advice("see what is going on: medv-host status"))
            }
        }
    }

    /// Wakes the machine up for its updates, unless something is in the way, which is noted.
    pub(super) fn wake_up(&mut self, minutes: u32) -> Result<()> {
        if let Err(error) = self.must_be_ready() {
            self.note(&not_woken(&error));
            return Err(error);
        }
        if let Some(hindrance) = (self.parts.hindrance)() {
            let event = Event::numbered(hindrance.event(), "");
            self.note(&event);
            return Err(Error::usage(event.text));
        }
        let until = Moment::now().after(Duration::from_secs(u64::from(minutes) * 60));
        self.for_ready(&life::Input::WakeUp(until))
    }
}
