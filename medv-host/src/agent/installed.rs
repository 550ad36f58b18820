//! What is installed and set on this machine, and what follows when that changes.

use std::path::Path;

use medv_codec::{Error, ErrorKind, Result};

use super::Agent;
use super::kept::Kept;
use super::sharing::KeptOut;
use crate::event::{Event, EventId, Level};
use crate::folder_id;
use crate::fts::{self, Stage};
use crate::layer;
use crate::life;
use crate::settings::Settings;
use crate::wakeup::{self, Alarm};
use crate::workspace::Workspace;

impl Agent {
    /// Looks what is installed now. The machine of a workspace that has gone is shut down first.
    ///
    /// # Errors
    /// If that cannot be read.
    pub(super) fn look(&mut self) -> Result<()> {
        self.note_settings_faults();
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

    /// The workspace that is installed, if this user has it.
    fn installed(&mut self) -> Result<Option<Workspace>> {
        let settings = self.settings();
        let found = Workspace::installed(&self.places, &settings)?;
        let Some(workspace) = &found else {
            self.kept_out = None;
            return Ok(None);
        };
        // None were ever whole. Whose machine it is, for one, is not known.
        if let Some(fault) = settings.administrators_fault() {
            self.keep_out(KeptOut::Unusable(fault.to_owned()));
            return Ok(None);
        }
        let is_ours = !workspace.is_shared || self.take_shared_machine(&workspace.name);
        Ok(found.filter(|_| is_ours))
    }

    fn note_settings_faults(&mut self) {
        let faults: Vec<_> = Settings::read(&self.places.root).faults().map(str::to_owned).collect();
        for fault in faults.iter().filter(|fault| !self.settings_faults.contains(fault)) {
            self.parts.log.note(&Event::plain(Level::Error, fault));
        }
        self.settings_faults = faults;
    }

    fn change_workspace(&mut self, found: Option<Workspace>) {
        self.leave("the workspace is another one now");
        if let Some(workspace) = found {
            self.begin(workspace);
        } else {
            self.workspace = None;
        }
        if !self.has_shared_machine() {
            self.shared_lock = None;
        }
    }

    fn follow_settings(&mut self) {
        match self.workspace {
            Some(_) => self.publish(),
            // What it has published is of use again when it is.
            None if self.is_unusable() => {}
            None => self.withdraw_left_menus(),
        }
        self.schedule_wake_up();
        self.tell_log_level();
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

    fn begin(&mut self, workspace: Workspace) {
        self.workspace = None;
        self.kept_in = folder_id::of(&workspace.progress(&self.places));
        let (kept, invalid) = match self.what_is_there(&workspace) {
            Ok(there) => there,
            // Rather no machine than a new one in place of one that is there.
            Err(error) => {
                return self.keep_out(KeptOut::Unusable(Event::of_error(Level::Error, &error).text));
            }
        };
        self.kept_out = None;
        self.open_menu(&workspace);
        self.computer_name = kept.machine;
        self.fts = kept.progress;
        let layer = workspace.layer(&self.places);
        self.workspace = Some(workspace);
        self.step_fts(&fts::Input::AgentStarted { invalid });
        if self.is_ready() {
            self.step_life(&life::Input::AgentStarted { saved: layer::saved_state(&layer).exists() });
        }
    }

    /// If what is kept lies in another folder than it did, a disk was mounted there, and all begins with what is on that.
    pub(super) fn begins_elsewhere(&mut self) -> bool {
        let Some(workspace) = self.workspace.clone() else { return false };
        let now = folder_id::of(&workspace.progress(&self.places));
        let is_elsewhere = now.zip(self.kept_in).is_some_and(|(now, before)| now != before);
        if is_elsewhere {
            self.note(&Event::plain(
                Level::Warning,
                "the user's folder is another one now: a disk was mounted",
            ));
            self.change_workspace(Some(workspace));
            self.follow_settings();
        }
        is_elsewhere
    }

    /// What there is of the user's machine; and what is wrong with it, if it was ready once.
    ///
    /// # Errors
    /// If that cannot be found out now.
    fn what_is_there(&mut self, workspace: &Workspace) -> Result<(Kept, Option<EventId>)> {
        let kept = match Kept::read(&workspace.progress(&self.places)) {
            Err(error) if error.kind() == ErrorKind::Damaged => {
                self.note(&Event::of_error(Level::Warning, &error));
                None
            }
            kept => kept?,
        };
        let kept = kept.unwrap_or_else(|| Kept::of(workspace));
        if kept.progress.stage != Stage::Ready {
            return Ok((kept, None));
        }
        let layer = workspace.layer(&self.places);
        if !is_there(&layer)? {
            return Ok((kept, Some(EventId::MachineNotFound)));
        }
        let is_valid = match layer::check(&layer, &workspace.master()?) {
            Err(error) if error.kind() == ErrorKind::Damaged => false,
            checked => checked.map(|()| kept.image_digest == workspace.image_digest)?,
        };
        Ok((kept, (!is_valid).then_some(EventId::MachineInvalid)))
    }

    /// What was in the way may have gone: a disk that was not mounted.
    pub(super) fn look_again(&mut self) {
        if let Err(error) = self.look() {
            self.note(&Event::of_error(Level::Warning, &error));
        }
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

fn is_there(path: &Path) -> Result<bool> {
    path.try_exists().map_err(|error| Error::io("cannot look for", error).in_file(path))
}
