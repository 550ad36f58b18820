//! Steps that are taken from several places.

use super::action::Action;
use super::power::Power;
use super::rules::{CloseAction, LINGER, Rules};
use super::{Life, Then};
use crate::moment::Moment;

impl Life {
    pub(super) fn enter(&mut self, power: Power, ends: Option<Moment>) {
        self.power = power;
        self.state_ends = ends;
    }

    pub(super) fn start(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        let from_saved = self.power == Power::Saved;
        self.then = Then::Stay;
        self.enter(Power::Starting, Some(now.after(rules.task_timeout)));
        vec![Action::Start { from_saved }]
    }

    pub(super) fn not_started(&mut self, reason: &str, saved: bool) -> Vec<Action> {
        self.enter(if saved { Power::Saved } else { Power::Off }, None);
        self.woken = None;
        let mut actions = self.refuse_awaited(reason);
        actions.push(Action::TellBroken(reason.to_owned()));
        actions
    }

    /// Whether something runs or waits for it, or is just being opened.
    pub(super) fn is_used(&self, now: Moment) -> bool {
        self.apps > 0 || self.is_opening(now)
    }

    /// Whether something waits for it, or is just being opened.
    pub(super) fn is_opening(&self, now: Moment) -> bool {
        self.is_awaited || self.opens.is_some_and(|until| now < until)
    }

    /// Nobody uses it: if that stays so, it is closed.
    pub(super) fn linger(&mut self, rules: &Rules, now: Moment) {
        let stays = rules.logon_start || self.is_held || self.woken.is_some();
        self.closes = (!stays).then(|| now.after(LINGER));
    }

    /// What waits is opened.
    pub(super) fn open_awaited(&mut self, now: Moment) -> Vec<Action> {
        self.is_awaited = false;
        self.opens = Some(now.after(LINGER));
        vec![Action::OpenAwaited]
    }

    /// A user thinks as long as he likes: this state ends only when he has answered.
    pub(super) fn log_on(&mut self) -> Vec<Action> {
        self.enter(Power::LoggingOn, None);
        vec![Action::GetPassword { again: false }]
    }

    pub(super) fn close(&mut self, how: CloseAction, rules: &Rules, now: Moment) -> Vec<Action> {
        match how {
            CloseAction::Hibernate => {
                self.closes = None;
                self.enter(Power::Saving, Some(now.after(rules.task_timeout)));
                vec![Action::Save]
            }
            CloseAction::ShutDown => self.shut_down(rules, now),
            CloseAction::TurnOff => self.turn_off(rules, now),
        }
    }

    pub(super) fn shut_down(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        self.closes = None;
        self.enter(Power::ShuttingDown, Some(now.after(rules.cancel_timeout)));
        vec![Action::ShutDownGuest]
    }

    pub(super) fn turn_off(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        self.closes = None;
        self.enter(Power::TurningOff, Some(now.after(rules.turn_off_timeout)));
        vec![Action::TurnOff]
    }

    /// The guest shuts down and starts again: a fresh start is as good as a restart, and can be insisted on.
    pub(super) fn restart(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        (self.restart_since, self.restart_reason) = (None, None);
        self.then = Then::Start;
        let mut actions = vec![Action::Withdraw];
        actions.extend(self.shut_down(rules, now));
        actions
    }

    pub(super) fn refuse_awaited(&mut self, reason: &str) -> Vec<Action> {
        match std::mem::take(&mut self.is_awaited) {
            true => vec![Action::RefuseAwaited(reason.to_owned())],
            false => Vec::new(),
        }
    }
}
