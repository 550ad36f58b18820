//! What is installed and set on this machine, and what follows when that changes.

use medv_codec::{Error, Result};

use super::Agent;
use super::kept::Kept;
use crate::event::{Event, EventId, Level};
use crate::fts::{self, Stage};
use crate::layer;
use crate::life;
use crate::wakeup::{self, Alarm};
use crate::workspace::Workspace;

impl Agent {
    /// Looks what is installed now. The machine of a workspace that has gone is shut down first.
    ///
    /// # Errors
    /// If that cannot be read.
    pub(super) fn look(&mut self) -> Result<()> {
        let found = self.installed()?;
        match (&found, &self.workspace) {
            (Some(new), Some(old)) if new.has_the_machine_of(old) => self.workspace = found,
            (None, None) => {}
            (_, Some(_)) if self.is_ready() => {
                self.step_life(&life::Input::WorkspaceGoes);
                return Ok(());
            }
            _ => self.change_workspace(found),
        }
        self.follow_settings();
        Ok(())
    }

    /// The machine of the workspace that has gone is off.
    pub(super) fn leave_workspace(&mut self) {
        let found = self.installed().unwrap_or_else(|error| {
            self.note(&Event::of_error(Level::Warning, &error));
            None
        });
        self.change_workspace(found);
        self.follow_settings();
    }

    /// The workspace that is installed for this user.
    fn installed(&mut self) -> Result<Option<Workspace>> {
        let found = Workspace::installed(&self.places)?;
        match &found {
            Some(workspace) if workspace.is_shared => {
                let is_ours = self.take_shared_machine(&workspace.name);
                Ok(found.filter(|_| is_ours))
            }
            _ => {
                self.kept_out = None;
                Ok(found)
            }
        }
    }

    fn change_workspace(&mut self, found: Option<Workspace>) {
        self.leave("the workspace is another one now");
        self.workspace = found;
        if !self.has_shared_machine() {
            self.shared_lock = None;
        }
        if let Some(workspace) = self.workspace.clone() {
            self.begin(&workspace);
        }
    }

    fn follow_settings(&mut self) {
        match self.workspace {
            Some(_) => self.publish(),
            None => self.withdraw_left_menus(),
        }
        self.schedule_wake_up();
    }

    /// The workspace goes, and with it everything that belongs to it.
    fn leave(&mut self, reason: &str) {
        self.withdraw_question();
        self.errands.forget();
        self.refuse_awaited(reason);
        self.end_machine(reason);
        self.remove_answers();
        self.withdraw_menu();
        self.apps.clear();
        self.are_apps_known = false;
        self.password = None;
    }

    fn begin(&mut self, workspace: &Workspace) {
        self.open_menu(workspace);
        let kept = Kept::read(&workspace.progress(&self.places));
        let kept = kept.unwrap_or_else(|error| {
            self.note(&Event::of_error(Level::Warning, &error));
            None
        });
        let invalid = self.what_is_wrong(workspace, kept.as_ref());
        let kept = kept.unwrap_or_else(|| Kept::of(workspace));
        self.computer_name = kept.machine;
        self.fts = kept.progress;
        self.step_fts(&fts::Input::AgentStarted { invalid });
        if self.is_ready() {
            let saved = layer::saved_state(&workspace.layer(&self.places)).exists();
            self.step_life(&life::Input::AgentStarted { saved });
        }
    }

    /// What is wrong with the user's machine, if it was ready once.
    fn what_is_wrong(&self, workspace: &Workspace, kept: Option<&Kept>) -> Option<EventId> {
        let kept = kept.filter(|kept| kept.progress.stage == Stage::Ready)?;
        let layer = workspace.layer(&self.places);
        if !layer.exists() {
            return Some(EventId::MachineNotFound);
        }
        let is_whole = workspace.master().and_then(|master| layer::check(&layer, &master)).is_ok();
        let is_valid = is_whole && kept.image_digest == workspace.image_digest;
        (!is_valid).then_some(EventId::MachineInvalid)
    }

    fn schedule_wake_up(&mut self) {
        let settings = self.settings();
        let (time, minutes) = (settings.text("VmGuestUpdateTime"), settings.number("VmGuestUpdateDuration"));
        let plan = match &self.workspace {
            // A machine that runs all the time needs no waking up.
            Some(workspace) if !settings.is_on("UxLogonStartEnabled") => {
                wakeup::Plan::new(&self.parts.program, &workspace.name, &time, minutes)
            }
            _ => Ok(None),
        };
        let scheduled = match &plan {
            Ok(plan) => (self.parts.schedule_wake_up)(plan.as_ref()),
            Err(_) => Ok(()),
        };
        let before = self.alarm.take();
        match (plan, scheduled) {
            (Ok(Some(plan)), Err(error)) => self.set_alarm(plan, before, &error),
            (Err(error), _) | (_, Err(error)) => self.note(&Event::of_error(Level::Information, &error)),
            (Ok(_), Ok(())) => {}
        }
    }

    /// The system does not see to the plan, so the agent does.
    fn set_alarm(&mut self, plan: wakeup::Plan, before: Option<Alarm>, error: &Error) {
        if let Some(before) = before.filter(|before| *before.plan() == plan) {
            self.alarm = Some(before);
            return;
        }
        let alarm = Alarm::new(plan, (self.parts.clock)());
        let why = Event::of_error(Level::Information, error).text;
        let text = format!("{why}; the agent wakes the machine up itself, as long as it runs");
        self.note(&Event::plain(Level::Information, text));
        self.alarm = Some(alarm);
    }

    /// Wakes the machine up if it is time, and the system does not see to it.
    pub(super) fn look_at_alarm(&mut self) {
        let Some(alarm) = self.alarm.as_mut() else { return };
        let now = (self.parts.clock)();
        if !alarm.look(now).is_zero() {
            return;
        }
        alarm.rung(now);
        let minutes = alarm.plan().minutes();
        match self.must_be_ready() {
            // What is in the way is noted there.
            Ok(()) => _ = self.wake_up(minutes),
            Err(error) => self.note(&Event::of_error(Level::Information, &error)),
        }
    }
}
