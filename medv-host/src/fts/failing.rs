//! What follows when an attempt has failed: the machine is ended and deleted, and it is tried again or given up.

use super::action::{Action, Notice};
use super::input::{Failure, Input};
use super::progress::{Progress, Then};
use super::rules::{Mode, Rules};
use super::stage::Stage;
use super::step::failure;
use crate::event::EventId;
use crate::hypervisor::End;
use crate::moment::Moment;

impl Progress {
    /// Everything that is not part of a good run.
    #[expect(clippy::match_same_arms, reason = "a row for each case, as in the table of a state machine")]
    pub(super) fn step_after_failure(&mut self, input: &Input, rules: &Rules, now: Moment) -> Vec<Action> {
        let has_machine = self.stage.is_inside_guest()
            || matches!(self.stage, Stage::Restarting | Stage::LoggingOn | Stage::Configuring);
        match (self.stage, input) {
            (Stage::Cancelling, Input::MachineEnded(_)) => self.delete(self.then, rules, now),
            (Stage::Cancelling, Input::TimeUp | Input::Panicked) => self.turn_off(rules, now),
            (Stage::TurningOff, Input::MachineEnded(_)) => self.delete(self.then, rules, now),
            (Stage::TurningOff, Input::TimeUp) => {
                let mut actions = vec![Action::Note(EventId::VmTimedOut, "turning it off".to_owned())];
                actions.extend(self.delete(self.then, rules, now));
                actions
            }
            // What could not be deleted is in the way of the next attempt, which will say so.
            (Stage::Deleting, Input::Deleted | Input::Failed(_) | Input::TimeUp) => {
                self.after_deleting(rules, now)
            }
            (Stage::AskingRetry, Input::Yes | Input::TimeUp) => self.retry(rules),
            (Stage::AskingRetry, Input::Later) => self.give_up(vec![Action::Withdraw]),

            (Stage::Creating | Stage::Personalising, Input::Failed(failure)) => {
                self.fail(failure, false, rules, now)
            }
            (Stage::Creating | Stage::Personalising, Input::TimeUp) => {
                self.fail(&failure(EventId::PreparationFailed, "it took too long"), false, rules, now)
            }
            (_, Input::Failed(failure)) if has_machine => self.fail(failure, false, rules, now),
            (_, Input::MachineEnded(end)) if has_machine => {
                let reason = match end {
                    End::Died(reason) => format!("the machine ended: {reason}"),
                    End::Off | End::Restart | End::Saved | End::TurnedOff => {
                        "the machine was ended by somebody else".to_owned()
                    }
                };
                self.fail(&failure(EventId::PreparationFailed, &reason), false, rules, now)
            }
            (_, Input::Panicked) if has_machine => {
                let crashed = failure(EventId::PreparationFailed, "the guest's system has crashed");
                self.fail_hard(&crashed, rules, now)
            }
            (Stage::LoggingOn, Input::TimeUp) => {
                let nobody = failure(EventId::GuestRecycleFailed, "nobody could be logged on");
                self.fail(&nobody, true, rules, now)
            }
            (stage, Input::TimeUp) if has_machine => {
                let late = format!("it took too long: {}", stage.meaning());
                self.fail(&failure(EventId::PreparationFailed, &late), true, rules, now)
            }
            _ => Vec::new(),
        }
    }

    /// An attempt has failed. `is_running` tells whether there is a machine that has to be ended first.
    pub(super) fn fail(
        &mut self,
        failure: &Failure,
        is_running: bool,
        rules: &Rules,
        now: Moment,
    ) -> Vec<Action> {
        let mut actions = self.note(failure);
        if is_running {
            self.enter(Stage::Cancelling, Some(now.after(rules.cancel_timeout)));
            actions.push(Action::ShutDownGuest);
        } else {
            actions.extend(self.delete(Then::Retry, rules, now));
        }
        actions
    }

    /// As `fail`, but there is nobody in the guest to be told.
    fn fail_hard(&mut self, failure: &Failure, rules: &Rules, now: Moment) -> Vec<Action> {
        let mut actions = self.note(failure);
        actions.extend(self.turn_off(rules, now));
        actions
    }

    fn note(&mut self, failure: &Failure) -> Vec<Action> {
        self.fails_with(failure.id);
        self.task = None;
        self.then = Then::Retry;
        vec![Action::Withdraw, Action::Note(failure.id, failure.reason.clone())]
    }

    pub(super) fn turn_off(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        self.enter(Stage::TurningOff, Some(now.after(rules.turn_off_timeout)));
        vec![Action::TurnOff]
    }

    pub(super) fn delete(&mut self, then: Then, rules: &Rules, now: Moment) -> Vec<Action> {
        self.then = then;
        self.enter(Stage::Deleting, Some(now.after(rules.delete_timeout)));
        vec![Action::DeleteMachine]
    }

    fn after_deleting(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        match self.then {
            Then::Begin => self.ask(rules, now),
            Then::BeginAtOnce => self.get_password(Vec::new()),
            Then::Retry if self.retries >= rules.max_retries => self.give_up(Vec::new()),
            Then::Retry if rules.mode == Mode::Silent => self.retry(rules),
            Then::Retry => {
                self.enter(Stage::AskingRetry, Some(now.after(rules.dialog_timeout)));
                vec![Action::AskRetry]
            }
        }
    }

    /// The password may have been forgotten, or refused, since; one that is known is not asked for.
    fn retry(&mut self, rules: &Rules) -> Vec<Action> {
        self.retries = self.retries.saturating_add(1);
        let count = format!("{} of {}", self.retries, rules.max_retries);
        self.get_password(vec![Action::Withdraw, Action::Note(EventId::PreparationRetried, count)])
    }

    fn give_up(&mut self, mut before: Vec<Action>) -> Vec<Action> {
        self.enter(Stage::GivenUp, None);
        let id = self.failure.unwrap_or(EventId::PreparationFailed.number());
        before.extend([Action::Record(id), Action::Tell(Notice::Failed)]);
        before
    }
}
