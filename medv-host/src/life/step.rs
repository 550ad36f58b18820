//! What follows from what.

use super::action::Action;
use super::input::Input;
use super::power::Power;
use super::rules::{CRASHES, CRASHES_WITHIN, CloseAction, RESTARTS_APART, Rules};
use super::{Life, Then, Woken};
use crate::event::EventId;
use crate::hypervisor::End;
use crate::moment::Moment;

impl Life {
    /// Takes what has happened, and says what to do. What has no meaning in the present state changes nothing.
    #[expect(clippy::match_same_arms, reason = "a row for each case, as in the table of a state machine")]
    pub fn step(&mut self, input: &Input, rules: &Rules, now: Moment) -> Vec<Action> {
        use Power::{
            Awake, Insisting, LoggingOn, Off, Running, Saved, Saving, ShuttingDown, Starting, TurningOff,
        };
        match (self.power, input) {
            (_, Input::AgentStarted { saved }) => {
                *self = Self { power: if *saved { Saved } else { Off }, ..Self::new() };
                if rules.logon_start { self.start(rules, now) } else { Vec::new() }
            }

            (_, Input::StartWanted) => self.start_wanted(rules, now),
            (Off | Saved, Input::AppWanted) => {
                self.is_awaited = true;
                self.start(rules, now)
            }
            (Awake, Input::AppWanted) => {
                self.is_awaited = true;
                self.log_on()
            }
            (Running, Input::AppWanted) => {
                self.linger(rules, now);
                self.open_awaited(now)
            }
            // The user had closed the question, and now wants something.
            (LoggingOn, Input::AppWanted) if self.state_ends.is_none() => {
                self.is_awaited = true;
                vec![Action::GetPassword { again: false }]
            }
            (_, Input::AppWanted) => {
                self.is_awaited = true;
                Vec::new()
            }
            (_, Input::AppStarted) => {
                self.apps = self.apps.saturating_add(1);
                (self.closes, self.opens) = (None, None);
                // Who opened an application keeps the machine up.
                self.woken = None;
                Vec::new()
            }
            (_, Input::AppsFound(found)) => {
                self.apps = self.apps.saturating_add(*found);
                Vec::new()
            }
            (_, Input::AppEnded) => self.app_ended(rules, now),

            (Starting, Input::NotStarted { reason, saved }) => self.not_started(reason, *saved),
            (Starting, Input::Hello) if self.woken.is_some() && !self.is_awaited => {
                self.enter(Awake, None);
                Vec::new()
            }
            (Starting, Input::Hello) => self.log_on(),
            // Another agent than the one that has logged him on.
            (LoggingOn | Running, Input::Hello) => self.log_on(),
            (Starting | Awake | LoggingOn | Running, Input::Upgrading(until)) => {
                self.closes = None;
                self.enter(Starting, Some(until.after(rules.task_timeout)));
                Vec::new()
            }
            (LoggingOn, Input::PasswordKnown) => {
                self.state_ends = Some(now.after(rules.task_timeout));
                vec![Action::LogOn]
            }
            (LoggingOn, Input::LogOnRefused) => {
                self.state_ends = None;
                vec![Action::GetPassword { again: true }]
            }
            (LoggingOn, Input::PasswordRefused) => {
                self.is_awaited = false;
                self.linger(rules, now);
                vec![Action::RefuseAwaited("no password was given".to_owned())]
            }
            // What runs there may be seen still, and is not cut off.
            (Running, Input::GuestSilent) if self.apps == 0 => self.cure(rules, now),
            // A guest that was saved with its user logged on says so at once.
            (Starting | LoggingOn | Awake, Input::LoggedOn) => self.logged_on(rules, now),

            (_, Input::RestartRequired(reason)) => self.restart_required(reason, rules, now),
            (Running, Input::Yes) if self.restart_since.is_some() => self.restart(rules, now),
            (_, Input::RestartWanted) => self.restart_wanted(rules, now),
            (Off | Saved, Input::WakeUp(until)) if !rules.logon_start => {
                self.woken = Some(Woken { until: *until, was_saved: self.power == Saved });
                self.start(rules, now)
            }

            (_, Input::StopWanted(how)) => self.stop_wanted(*how, rules, now),
            (_, Input::WorkspaceGoes) if self.then == Then::EndAgent => Vec::new(),
            (_, Input::WorkspaceGoes) => self.end(Then::LeaveWorkspace, CloseAction::ShutDown, rules, now),
            (_, Input::SessionEnds) => self.end(Then::EndAgent, rules.close_action, rules, now),

            (Saving, Input::NotSaved(reason)) => {
                let mut actions = vec![Action::Note(EventId::VmCommandFailed, reason.clone())];
                actions.extend(self.shut_down(rules, now));
                actions
            }
            (_, Input::MachineEnded(end)) => self.ended(end, rules, now),
            (Starting | LoggingOn | Awake | Running, Input::Panicked) => {
                let reason = "the guest's system has crashed".to_owned();
                self.then = if self.may_start_again(now) { Then::Start } else { Then::Stay };
                let mut actions = vec![Action::Note(EventId::VmCommandFailed, reason)];
                actions.extend(self.turn_off(rules, now));
                actions
            }
            (Saving | ShuttingDown | Insisting, Input::Panicked) => self.turn_off(rules, now),
            (TurningOff, Input::Panicked) => Vec::new(),
            (_, Input::TimeUp) => self.time_up(rules, now),
            _ => Vec::new(),
        }
    }

    fn app_ended(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        self.apps = self.apps.saturating_sub(1);
        if self.apps > 0 || self.power != Power::Running {
            return Vec::new();
        }
        if self.restart_since.is_some() {
            return self.restart(rules, now);
        }
        self.linger(rules, now);
        Vec::new()
    }

    fn logged_on(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        self.enter(Power::Running, None);
        self.recycled = false;
        self.linger(rules, now);
        let reason = self.restart_reason.take();
        if reason.is_some() && self.may_restart(now) {
            // What waits is opened after that.
            return self.restart_for_guest(rules, now);
        }
        let mut actions = if self.is_awaited { self.open_awaited(now) } else { Vec::new() };
        actions.extend(reason.map(|reason| self.ask_restart(reason, now)));
        actions
    }

    fn start_wanted(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        self.is_held = true;
        (self.closes, self.woken) = (None, None);
        match self.power {
            power if power.is_off() => return self.start(rules, now),
            Power::Awake => return self.log_on(),
            power if power.is_ending() && self.then == Then::Stay => self.then = Then::Start,
            _ => {}
        }
        Vec::new()
    }

    /// One that ends anyway is not started again; it can be ended the hard way.
    fn stop_wanted(&mut self, how: CloseAction, rules: &Rules, now: Moment) -> Vec<Action> {
        self.is_held = false;
        if self.then == Then::Start {
            self.then = Then::Stay;
        }
        let mut actions = self.refuse_awaited(Then::Stay.reason());
        let is_harder = how == CloseAction::TurnOff && self.power != Power::TurningOff;
        if !self.power.is_off() && (!self.power.is_ending() || is_harder) {
            actions.extend(self.close(how, rules, now));
        }
        actions
    }

    fn restart_required(&mut self, reason: &str, rules: &Rules, now: Moment) -> Vec<Action> {
        let is_used = self.is_used(now);
        match self.power {
            Power::Running if !is_used && self.may_restart(now) => self.restart_for_guest(rules, now),
            Power::Running if self.restart_since.is_none() => {
                vec![self.ask_restart(reason.to_owned(), now)]
            }
            Power::Awake if self.may_restart(now) => self.restart_for_guest(rules, now),
            Power::Starting | Power::LoggingOn => {
                self.restart_reason = Some(reason.to_owned());
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Whether nobody is asked. A guest that always wants to be restarted would otherwise never be there.
    fn may_restart(&self, now: Moment) -> bool {
        self.restarted.is_none_or(|restarted| restarted.after(RESTARTS_APART) <= now)
    }

    fn restart_for_guest(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        self.restarted = Some(now);
        self.restart(rules, now)
    }

    fn ask_restart(&mut self, reason: String, now: Moment) -> Action {
        self.restart_since = Some(now);
        Action::AskRestart(reason)
    }

    fn restart_wanted(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        match self.power {
            power if power.is_off() => self.start(rules, now),
            power if power.is_ending() => {
                if self.then == Then::Stay {
                    self.then = Then::Start;
                }
                Vec::new()
            }
            _ => self.restart(rules, now),
        }
    }

    /// Closes the machine for good: something else follows than the machine's next start.
    fn end(&mut self, then: Then, how: CloseAction, rules: &Rules, now: Moment) -> Vec<Action> {
        self.woken = None;
        if self.power.is_off() {
            return self.follow(then, rules, now);
        }
        let mut actions = self.refuse_awaited(then.reason());
        if !self.power.is_ending() {
            actions.extend(self.close(how, rules, now));
        }
        self.then = then;
        actions
    }

    /// The machine is gone, wanted or not.
    fn ended(&mut self, end: &End, rules: &Rules, now: Moment) -> Vec<Action> {
        let was = self.power;
        if was.is_off() {
            return Vec::new();
        }
        self.enter(if *end == End::Saved { Power::Saved } else { Power::Off }, None);
        (self.apps, self.closes, self.opens) = (0, None, None);
        (self.restart_since, self.restart_reason) = (None, None);
        let mut actions = Vec::new();
        if let (End::Died(reason), false) = (end, was.is_ending()) {
            actions.push(Action::Note(EventId::VmCommandFailed, format!("the machine ended: {reason}")));
            let is_wanted = rules.logon_start || self.is_awaited || was != Power::Awake;
            if is_wanted && self.then == Then::Stay {
                if self.may_start_again(now) {
                    self.then = Then::Start;
                } else {
                    actions.push(Action::TellBroken(reason.clone()));
                    actions.extend(self.refuse_awaited(reason));
                }
            }
        }
        if *end == End::Restart && !was.is_ending() {
            self.then = Then::Start;
        }
        let then = std::mem::replace(&mut self.then, Then::Stay);
        actions.extend(self.follow(then, rules, now));
        actions
    }

    /// What follows when it is off.
    fn follow(&mut self, then: Then, rules: &Rules, now: Moment) -> Vec<Action> {
        let last = match then {
            Then::Start => return self.start(rules, now),
            Then::Stay if self.is_awaited => return self.start(rules, now),
            Then::Stay => {
                self.woken = None;
                self.is_held = false;
                return Vec::new();
            }
            Then::LeaveWorkspace => Action::LeaveWorkspace,
            Then::EndAgent => Action::EndAgent,
        };
        let mut actions = self.refuse_awaited(then.reason());
        actions.push(last);
        actions
    }

    /// Notes that the machine has failed, and tells whether it has not done so too often.
    fn may_start_again(&mut self, now: Moment) -> bool {
        self.crashes.retain(|crash| crash.after(CRASHES_WITHIN) > now);
        self.crashes.push(now);
        self.crashes.len() <= CRASHES
    }

    fn time_up(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        let passed = |moment: Option<Moment>| moment.is_some_and(|moment| moment <= now);
        if passed(self.state_ends) {
            return self.state_took_too_long(rules, now);
        }
        if passed(self.woken.map(|woken| woken.until)) {
            return self.wake_ends(rules, now);
        }
        if passed(self.restart_since.map(|since| since.after(rules.restart_delay))) {
            return self.restart(rules, now);
        }
        if passed(self.closes) {
            self.closes = None;
            let is_idle = match self.power {
                Power::Running => self.apps == 0,
                // The user had closed the question for his password.
                Power::LoggingOn => self.state_ends.is_none() && !self.is_awaited,
                _ => false,
            };
            let closes = is_idle && !rules.logon_start;
            return if closes { self.close(rules.close_action, rules, now) } else { Vec::new() };
        }
        Vec::new()
    }

    fn wake_ends(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        let Some(woken) = self.woken.take() else { return Vec::new() };
        let how = if woken.was_saved { CloseAction::Hibernate } else { CloseAction::ShutDown };
        // What was open before is saved again.
        let may_close = !self.is_opening(now) && (woken.was_saved || self.apps == 0);
        match self.power {
            Power::Awake | Power::Starting | Power::LoggingOn | Power::Running if may_close => {
                self.close(how, rules, now)
            }
            Power::Running => {
                self.linger(rules, now);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// A guest that hears nobody is started again, once.
    fn cure(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        let mut actions = Vec::new();
        if std::mem::replace(&mut self.recycled, true) {
            let reason = "nobody could be logged on";
            self.recycled = false;
            actions.push(Action::Note(EventId::GuestRecycleFailed, reason.to_owned()));
            actions.extend(self.refuse_awaited(reason));
            actions.push(Action::TellBroken(reason.to_owned()));
        } else {
            self.then = Then::Start;
            actions.push(Action::Note(EventId::GuestRestartedNoSession, String::new()));
        }
        actions.extend(self.turn_off(rules, now));
        actions
    }

    fn state_took_too_long(&mut self, rules: &Rules, now: Moment) -> Vec<Action> {
        match self.power {
            Power::Starting | Power::LoggingOn => self.cure(rules, now),
            Power::ShuttingDown => {
                self.enter(Power::Insisting, Some(now.after(rules.task_timeout)));
                vec![Action::PressPowerButton]
            }
            Power::Saving | Power::Insisting => {
                let late =
                    format!("{}, for longer than {} s", self.power.meaning(), rules.task_timeout.as_secs());
                let mut actions = vec![Action::Note(EventId::VmTimedOut, late)];
                actions.extend(self.turn_off(rules, now));
                actions
            }
            // The hypervisor does not say that it is gone. It is not waited for any longer.
            Power::TurningOff => {
                let mut actions = vec![Action::Note(EventId::VmCommandFailed, "turning it off".to_owned())];
                actions.extend(self.ended(&End::TurnedOff, rules, now));
                actions
            }
            _ => {
                self.state_ends = None;
                Vec::new()
            }
        }
    }
}
