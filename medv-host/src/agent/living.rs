//! What the life of a machine that is ready asks for, and how it is done.

use std::fs;
use std::io;
use std::path::Path;

use medv_codec::{Error, Result};
use medv_protocol::ToGuest;

use super::Agent;
use super::asking::Asked;
use crate::desktop::Question;
use crate::event::{Event, EventId, Level, with_causes};
use crate::layer;
use crate::life::{Action, Input};
use crate::moment::Moment;

/// Elsewhere a viewer shows the screen of a machine that runs already; on Windows nothing but QEMU's own window does.
const WITH_WINDOW: bool = cfg!(windows);

impl Agent {
    pub(super) fn step_life(&mut self, input: &Input) {
        let rules = self.settings().life_rules();
        for action in self.life.step(input, &rules, Moment::now()) {
            self.do_for_life(action);
        }
    }

    fn do_for_life(&mut self, action: Action) {
        match action {
            Action::Start { from_saved } => self.start_ready_machine(from_saved),
            Action::GetPassword { again } => self.get_password(again),
            Action::LogOn => self.log_on(),
            Action::OpenAwaited => self.open_awaited(),
            Action::RefuseAwaited(reason) => self.refuse_awaited(&reason),
            Action::Save => self.save(),
            Action::ShutDownGuest => self.send(&ToGuest::ShutDown),
            Action::PressPowerButton => {
                let pressed = self.machine.as_ref().map(|machine| machine.press_power_button());
                if let Some(Err(error)) = pressed {
                    self.note(&Event::of_error(Level::Warning, &error));
                }
            }
            Action::TurnOff => self.turn_off(),
            Action::AskRestart(reason) => self.ask(Asked::Restart, &Question::Restart { reason }),
            Action::Withdraw => self.withdraw_question(),
            Action::Note(id, detail) => self.note(&Event::numbered(id, detail)),
            Action::TellBroken(reason) => self.tell_broken(&reason),
            Action::LeaveWorkspace => self.leave_workspace(),
            Action::EndAgent => self.is_ending = true,
        }
    }

    fn start_ready_machine(&mut self, from_saved: bool) {
        let Some(workspace) = &self.workspace else { return };
        let layer = workspace.layer(&self.places);
        let saved = layer::saved_state(&layer);
        let mut started = match from_saved {
            true => self.start_machine(None, Some(saved.clone()), WITH_WINDOW),
            false => self.boot(&layer),
        };
        if let (true, Err(error)) = (from_saved, &started) {
            // A state that does not fit any more is no reason not to start.
            self.note(&Event::of_error(Level::Warning, error));
            started = self.boot(&layer);
        }
        if let Err(error) = started {
            self.note(&Event::numbered(EventId::VmStartFailed, with_causes(&error)));
            self.step_life(&Input::NotStarted { reason: error.to_string(), saved: saved.exists() });
        }
    }

    /// Starts without a saved state. One that is there is set aside first: it would destroy a disk that has changed since. It comes
    /// back only if nothing was started, and the disk is what it was.
    fn boot(&mut self, layer: &Path) -> Result<()> {
        let (saved, unused) = (layer::saved_state(layer), layer::unused_state(layer));
        // Without one, what lies there was set aside by an agent that was killed: nobody knows what its disk has become.
        let is_set_aside = match fs::rename(&saved, &unused) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => {
                return Err(Error::io("cannot set aside the saved state, which is not used any more", error)
                    .in_file(saved));
            }
        };
        let before = layer::stamp(layer).filter(|_| is_set_aside);
        let started = self.start_machine(None, None, WITH_WINDOW);
        let tidied = match started.is_err() && before.is_some() && layer::stamp(layer) == before {
            true => fs::rename(&unused, &saved),
            false => fs::remove_file(&unused),
        };
        if let Some(error) = tidied.err().filter(|error| error.kind() != io::ErrorKind::NotFound) {
            let error = Error::io("cannot tidy up the saved state that is not used", error).in_file(unused);
            self.note(&Event::of_error(Level::Warning, &error));
        }
        started
    }

    fn save(&mut self) {
        let Some(workspace) = &self.workspace else { return };
        let to = layer::saved_state(&workspace.layer(&self.places));
        let saved = self.machine.as_ref().map(|machine| machine.save(&to));
        if let Some(Err(error)) = saved {
            self.step_life(&Input::NotSaved(Event::of_error(Level::Warning, &error).text));
        }
    }
}
