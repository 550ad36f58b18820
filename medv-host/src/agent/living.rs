//! What the life of a machine that is ready asks for, and how it is done.

use std::fs;
use std::io;
use std::path::Path;

use medv_codec::{Error, Result};
use medv_protocol::ToGuest;

use super::Agent;
use super::asking::Asked;
use crate::desktop::Question;
use crate::event::{Event, Level};
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
        let saved = layer::saved_state(&self.places.layer(&workspace.name, self.settings().is_shared()));
        let mut started = match from_saved {
            true => self.start_machine(None, Some(saved.clone()), WITH_WINDOW),
            false => self.boot(&saved),
        };
        if let (true, Err(error)) = (from_saved, &started) {
            // A state that does not fit any more is no reason not to start.
            self.note(&Event::of_error(Level::Warning, error));
            started = self.boot(&saved);
        }
        if let Err(error) = started {
            self.note(&Event::of_error(Level::Warning, &error));
            self.step_life(&Input::NotStarted(error.to_string()));
        }
    }

    /// Starts without a saved state. One that is there goes first: it would destroy a disk that has changed since.
    fn boot(&mut self, saved: &Path) -> Result<()> {
        match fs::remove_file(saved) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Error::io("cannot delete the saved state, which is not used any more", error)
                    .in_file(saved))
            }
            _ => self.start_machine(None, None, WITH_WINDOW),
        }
    }

    fn save(&mut self) {
        let Some(workspace) = &self.workspace else { return };
        let to = layer::saved_state(&self.places.layer(&workspace.name, self.settings().is_shared()));
        let saved = self.machine.as_ref().map(|machine| machine.save(&to));
        if let Some(Err(error)) = saved {
            self.step_life(&Input::NotSaved(error.to_string()));
        }
    }
}
