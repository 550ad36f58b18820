//! What follows from what, as long as all goes well.

use medv_protocol::{Phase, SetupOutcome, SetupTask};

use super::action::{Action, Notice};
use super::input::{Failure, Input};
use super::progress::{Progress, Task, Then};
use super::rules::{ASK_AGAIN_AFTER, Mode, Rules};
use super::stage::Stage;
use crate::event::EventId;
use crate::hypervisor::End;
use crate::moment::Moment;

impl Progress {
    /// Takes what has happened, and says what to do. What has no meaning in the present stage changes nothing: it comes from
    /// a machine or a question that is gone.
    #[expect(clippy::match_same_arms, reason = "a row for each case, as in the table of a state machine")]
    pub fn step(&mut self, input: &Input, rules: &Rules, now: Moment) -> Vec<Action> {
        match (self.stage, input) {
            (stage, Input::AgentStarted { invalid }) => self.start(stage, *invalid, rules, now),
            (stage, Input::Reset) => self.reset(stage, rules, now),

            (Stage::Asking, Input::Yes) => self.get_password(vec![Action::Withdraw]),
            (Stage::Asking, Input::Later | Input::TimeUp) => self.postpone(rules, now),
            (Stage::Postponed, Input::Yes) => self.get_password(Vec::new()),
            (Stage::Postponed, Input::TimeUp) => self.ask(rules, now),
            (Stage::Credentials, Input::PasswordKnown) => self.create(Vec::new(), rules, now),
            (Stage::Credentials, Input::Later) => self.postpone(rules, now),

            (Stage::Creating, Input::LayerCreated) => {
                self.enter(Stage::Personalising, Some(now.after(rules.task_timeout)));
                vec![Action::WriteAnswers]
            }
            (Stage::Personalising, Input::AnswersWritten) => {
                self.attempt_ends = rules.attempt_ends(now, self.retries);
                self.enter(Stage::MiniSetup, self.attempt_ends);
                vec![Action::StartMachine { with_answers: true }]
            }
            (Stage::MiniSetup | Stage::Commands | Stage::Completing, Input::Hello(Phase::Setup)) => {
                self.enter(Stage::Commands, self.attempt_ends);
                vec![Action::RunSetup]
            }
            (Stage::Commands | Stage::Completing, Input::GuestTask(task)) => self.guest_task(task),
            (Stage::Commands | Stage::Completing, Input::GuestEnded(SetupOutcome::Complete)) => {
                let restart = rules.desktop_timeout.saturating_add(rules.detach_timeout);
                self.task = None;
                self.enter(Stage::Restarting, Some(now.after(restart)));
                Vec::new()
            }
            (Stage::Commands | Stage::Completing, Input::GuestEnded(SetupOutcome::Failed { reason })) => {
                self.fail(&failure(EventId::PreparationFailed, reason), true, rules, now)
            }
            // It restarted before its last words were heard. The next start is without the answers.
            (stage, Input::Hello(Phase::Ready)) if stage.is_inside_guest() => {
                self.task = None;
                self.enter(Stage::Restarting, Some(now.after(rules.detach_timeout)));
                vec![Action::ShutDownGuest]
            }
            // Setting up an operating system takes restarts, and some of them are shutdowns.
            (stage, Input::MachineEnded(End::Restart | End::Off)) if stage.is_inside_guest() => {
                vec![Action::StartMachine { with_answers: true }]
            }
            (Stage::Restarting, Input::MachineEnded(End::Restart | End::Off)) => {
                self.recycled = false;
                self.enter(Stage::LoggingOn, Some(now.after(rules.task_timeout)));
                vec![Action::RemoveAnswers, Action::StartMachine { with_answers: false }]
            }
            (Stage::LoggingOn, Input::Hello(Phase::Ready)) => {
                self.deadline = Some(now.after(rules.task_timeout));
                vec![Action::LogOn]
            }
            // The guest agent was started anew. What is left to do is to restart; nobody is logged on any more.
            (Stage::Restarting, Input::Hello(Phase::Ready)) => vec![Action::ShutDownGuest],
            (Stage::Configuring, Input::Hello(Phase::Ready)) => {
                self.enter(Stage::LoggingOn, Some(now.after(rules.task_timeout)));
                vec![Action::LogOn]
            }
            // The user thinks as long as he likes.
            (Stage::LoggingOn, Input::LogOnRefused) => {
                self.deadline = None;
                vec![Action::GetPassword { again: true }]
            }
            (Stage::LoggingOn, Input::Later) => vec![Action::GetPassword { again: true }],
            (Stage::LoggingOn, Input::PasswordKnown) => {
                self.deadline = Some(now.after(rules.task_timeout));
                vec![Action::LogOn]
            }
            (Stage::LoggingOn, Input::LoggedOn) => {
                self.enter(Stage::Configuring, Some(now.after(rules.task_timeout)));
                Vec::new()
            }
            (Stage::LoggingOn, Input::MachineEnded(End::Restart | End::Off | End::TurnedOff)) => {
                self.deadline = Some(now.after(rules.task_timeout));
                vec![Action::StartMachine { with_answers: false }]
            }
            (Stage::LoggingOn, Input::TimeUp) if !self.recycled => {
                self.recycled = true;
                self.deadline = Some(now.after(rules.task_timeout));
                vec![Action::Note(EventId::GuestRestartedNoSession, String::new()), Action::TurnOff]
            }
            (Stage::Configuring, Input::MachineEnded(End::Restart | End::Off)) => {
                self.enter(Stage::LoggingOn, Some(now.after(rules.task_timeout)));
                vec![Action::StartMachine { with_answers: false }]
            }
            (Stage::Configuring, Input::AppsListed) => {
                *self = Self { stage: Stage::Ready, ..Self::new() };
                vec![Action::Record(0), Action::Tell(Notice::Ready)]
            }
            (_, input) => self.step_after_failure(input, rules, now),
        }
    }

    /// A new run of the agent: whatever was underway begins anew, and all retries are there again.
    fn start(&mut self, stage: Stage, invalid: Option<EventId>, rules: &Rules, now: Moment) -> Vec<Action> {
        self.retries = 0;
        let begin = Self { first_asked: self.first_asked, ..Self::new() };
        let note = match (stage, invalid) {
            (Stage::Ready, None) => return Vec::new(),
            (Stage::Ready, Some(id)) => id,
            (stage, _) if stage.is_underway() => EventId::PreparationInterrupted,
            _ => {
                *self = begin;
                return self.ask(rules, now);
            }
        };
        *self = begin;
        let mut actions = vec![Action::Note(note, String::new())];
        actions.extend(self.delete(Then::Begin, rules, now));
        actions
    }

    fn reset(&mut self, stage: Stage, rules: &Rules, now: Moment) -> Vec<Action> {
        self.then = Then::BeginAtOnce;
        self.retries = 0;
        match stage {
            // It is on its way out already.
            Stage::Cancelling | Stage::TurningOff | Stage::Deleting => Vec::new(),
            _ => {
                let mut actions = vec![Action::Withdraw];
                actions.extend(self.turn_off(rules, now));
                actions
            }
        }
    }

    /// Asks the user, if that is the mode and there is still a choice.
    pub(super) fn ask(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        if rules.mode == Mode::Silent {
            return self.get_password(Vec::new());
        }
        let first_asked = *self.first_asked.get_or_insert(now);
        if now >= rules.may_wait_until(first_asked) {
            return self.get_password(vec![Action::Tell(Notice::Begins)]);
        }
        self.enter(Stage::Asking, Some(now.after(rules.dialog_timeout)));
        vec![Action::AskStart]
    }

    /// Later; but not later than allowed.
    fn postpone(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        let limit = rules.may_wait_until(self.first_asked.unwrap_or(now));
        let again = now.after(ASK_AGAIN_AFTER);
        // Without a choice the password is what is asked for, and the user can close that, too.
        let wake = if limit > now { again.min(limit) } else { again };
        self.enter(Stage::Postponed, Some(wake));
        vec![Action::Withdraw]
    }

    pub(super) fn get_password(&mut self, mut before: Vec<Action>) -> Vec<Action> {
        self.enter(Stage::Credentials, None);
        before.push(Action::GetPassword { again: false });
        before
    }

    pub(super) fn create(&mut self, mut before: Vec<Action>, rules: &Rules, now: Moment) -> Vec<Action> {
        self.failure = None;
        self.enter(Stage::Creating, Some(now.after(rules.task_timeout)));
        before.push(Action::CreateLayer);
        before
    }

    fn guest_task(&mut self, task: &SetupTask) -> Vec<Action> {
        self.task = Some(match task {
            SetupTask::Personalise => Task { name: "personalising the guest".to_owned(), number: None },
            SetupTask::Command { name, number, of } => {
                Task { name: name.clone(), number: Some((*number, *of)) }
            }
            SetupTask::Completion => Task { name: "ftscompletion".to_owned(), number: None },
        });
        let stage = if *task == SetupTask::Completion { Stage::Completing } else { Stage::Commands };
        self.enter(stage, self.attempt_ends);
        Vec::new()
    }
}

pub(super) fn failure(id: EventId, reason: &str) -> Failure {
    Failure { id, reason: reason.to_owned() }
}
