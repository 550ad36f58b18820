//! Questions to the user, and the password: from memory, the vault, or the user.

use std::sync::Arc;
use std::thread;

use medv_codec::Result;
use medv_protocol::{NewAccount, Secret, ToGuest};

use super::opening::Purpose;
use super::{Agent, Message};
use crate::desktop::{Answer, Question};
use crate::event::{Event, Level};
use crate::fts;
use crate::life;
use crate::vault::Vault;

/// What the user is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Start,
    Retry,
    Password,
    Restart,
    /// Whether a guest that has forgotten its setup may lose the rest, too.
    Anew,
}

impl Agent {
    pub(super) fn ask(&mut self, what: Asked, question: &Question) {
        self.question_number += 1;
        let (number, outbox) = (self.question_number, self.outbox.clone());
        self.asked = Some((number, what));
        let answer = move |answer| _ = outbox.send(Message::Answered(number, answer));
        // Nobody to ask is no answer: the question stays, and a command can answer it.
        if let Err(error) = self.parts.desktop.ask(question, Box::new(answer)) {
            let is_news = !std::mem::replace(&mut self.is_nobody_there, true);
            let level = if is_news { Level::Information } else { Level::Debug };
            self.note(&Event::of_error(level, &error));
        }
    }

    pub(super) fn withdraw_question(&mut self) {
        // What the vault says to it is not wanted either.
        self.vault_look += 1;
        if self.asked.take().is_some() {
            self.parts.desktop.withdraw();
        }
    }

    pub(super) fn answered(&mut self, number: u64, answer: Answer) {
        let Some((_, what)) = self.asked.take_if(|(asked, _)| *asked == number) else { return };
        match (what, answer) {
            (Asked::Start | Asked::Retry, Answer::Yes) => self.step_fts(&fts::Input::Yes),
            (Asked::Start | Asked::Retry, _) => self.step_fts(&fts::Input::Later),
            (Asked::Password, Answer::Password { password, keep }) => {
                self.keeps_password = keep && self.settings().may_keep_password();
                self.password = Some(password);
                self.password_known();
            }
            (Asked::Password, _) => match self.is_ready() {
                true => self.step_life(&life::Input::PasswordRefused),
                false => self.step_fts(&fts::Input::Later),
            },
            (Asked::Anew, Answer::Yes) => self.step_fts(&fts::Input::Reset),
            // The machine stays off until it is wanted.
            (Asked::Anew, _) => {}
            (Asked::Restart, Answer::Yes) => self.step_life(&life::Input::Yes),
            (Asked::Restart, _) => self.step_life(&life::Input::Later),
        }
    }

    pub(super) fn get_password(&mut self, again: bool) {
        if again {
            self.password = None;
        }
        let is_asked = matches!(self.asked, Some((_, Asked::Password)));
        if self.password.is_some() {
            self.password_known();
        } else if is_asked && !again {
            // For a guest agent that is gone; the answer will do for the next one.
        } else if !again && self.settings().may_keep_password() {
            self.look_into_vault();
        } else {
            self.ask_password(again);
        }
    }

    /// A vault may ask its user to unlock it, which takes as long as it takes.
    fn look_into_vault(&mut self) {
        let Some(vault) = self.vault() else { return };
        self.vault_look += 1;
        let (look, outbox) = (self.vault_look, self.outbox.clone());
        thread::spawn(move || _ = outbox.send(Message::FromVault(look, vault.get())));
    }

    pub(super) fn vault_answers(&mut self, found: Result<Option<Secret>>) {
        match found {
            Ok(Some(password)) => {
                self.password = Some(password);
                self.password_known();
            }
            Ok(None) => self.ask_password(false),
            Err(error) => {
                self.note(&Event::of_error(Level::Warning, &error));
                self.ask_password(false);
            }
        }
    }

    fn ask_password(&mut self, again: bool) {
        let may_keep = self.settings().may_keep_password();
        let again = again && self.is_password_wrong;
        let question = Question::Password { user: self.parts.user.clone(), may_keep, again };
        self.ask(Asked::Password, &question);
    }

    fn password_known(&mut self) {
        match self.is_ready() {
            true => self.step_life(&life::Input::PasswordKnown),
            false => self.step_fts(&fts::Input::PasswordKnown),
        }
    }

    pub(super) fn log_on(&mut self) {
        let Some(password) = self.password.clone() else {
            return self.log_on_refused("no password is known", false);
        };
        let request = self.new_request(Purpose::LogOn);
        let settings = self.settings();
        // First time setup makes an account for one user only.
        let new_account = self
            .has_shared_machine()
            .then(|| NewAccount { administrator: settings.is_on("FtsAddUserToAdminGroupEnabled") });
        self.send(&ToGuest::LogOn { request, user: self.parts.user.clone(), password, new_account });
    }

    /// The user is asked for his password again. One that is kept is forgotten only if it is wrong: it is not to blame for an account that
    /// is locked, or a domain that is not reached.
    pub(super) fn log_on_refused(&mut self, reason: &str, is_password_wrong: bool) {
        self.is_password_wrong = is_password_wrong;
        self.note(&Event::plain(Level::Warning, format!("the user could not be logged on: {reason}")));
        match is_password_wrong && self.settings().may_keep_password() {
            true => self.forget_password(),
            // There need not be a vault.
            false => self.drop_password(),
        }
        match self.is_ready() {
            true => self.step_life(&life::Input::LogOnRefused),
            false => self.step_fts(&fts::Input::LogOnRefused),
        }
    }

    /// Only a password that the guest has taken is kept.
    pub(super) fn keep_password(&self) {
        let (Some(vault), Some(password)) = (self.vault(), self.password.clone()) else { return };
        self.with_vault(move || vault.keep(&password));
    }

    /// Wherever it is kept, even if it may not be kept any more.
    pub(super) fn forget_password(&mut self) {
        self.drop_password();
        let Some(vault) = self.vault() else { return };
        self.with_vault(move || vault.forget());
    }

    fn drop_password(&mut self) {
        self.password = None;
        self.keeps_password = false;
    }

    fn with_vault(&self, work: impl FnOnce() -> Result<()> + Send + 'static) {
        let outbox = self.outbox.clone();
        thread::spawn(move || {
            if let Err(error) = work() {
                let _ = outbox.send(Message::Note(Event::of_error(Level::Warning, &error)));
            }
        });
    }

    fn vault(&self) -> Option<Arc<dyn Vault>> {
        let workspace = self.workspace.as_ref()?;
        Some(Arc::from((self.parts.vault)(&workspace.name, &self.parts.user)))
    }
}
