//! The desktop of Windows: notices are balloons, questions are dialogs, passwords are asked for by Windows' own prompt.

use std::fmt;
use std::sync::{Arc, Mutex};

use medv_codec::{Error, Result};

use super::asked::{Answered, Asked, in_background, lock};
use super::fitted::fitted;
use super::wording::{HELP, LATER, Reply, Worded};
use super::{Answer, Desktop, Notice, Question, Urgency};
use crate::event::{Event, EventLog, Level};
use crate::windows::task_dialog::{self, Closing};
use crate::windows::{balloon, password_prompt};

/// The desktop of this session.
pub struct Windows {
    log: Arc<dyn EventLog>,
    /// A dialog can be closed. The prompt for a password cannot; what it answers is then not heard.
    asked: Mutex<Option<Arc<Asked<Closing>>>>,
}

impl Windows {
    /// The desktop of this session.
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        Self { log, asked: Mutex::default() }
    }
}

impl Desktop for Windows {
    fn tell(&self, notice: &Notice) -> Result<()> {
        let title = fitted(&notice.title, balloon::LONGEST_TITLE, &*self.log);
        let text = fitted(&notice.text, balloon::LONGEST_TEXT, &*self.log);
        balloon::show(&title, &text, notice.urgency == Urgency::Critical)
            .map_err(|error| Error::io("cannot show a notice", error))
    }

    fn ask(&self, question: &Question, answer: Answered) -> Result<()> {
        self.withdraw();
        let question = question.clone();
        let closing = Closing::default();
        let asked = Arc::new(Asked::new(answer, closing.clone()));
        *lock(&self.asked) = Some(asked.clone());
        let log = self.log.clone();
        in_background(move || match put(&question, &closing) {
            Ok(answer) => asked.answer(answer),
            Err(_) if asked.is_over() => {}
            Err(error) => {
                log.note(&Event::of_error(Level::Warning, &error));
                let Worded { title, text, .. } = Worded::new(&question).with_commands();
                _ = balloon::show(title, &fitted(&text, balloon::LONGEST_TEXT, &*log), false);
            }
        })
    }

    fn withdraw(&self) {
        let Some(asked) = lock(&self.asked).take() else { return };
        if asked.withdraw() {
            asked.shown_as().close();
        }
    }
}

impl Drop for Windows {
    fn drop(&mut self) {
        self.withdraw();
    }
}

impl fmt::Debug for Windows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Windows").finish_non_exhaustive()
    }
}

/// Puts a question, and waits for the answer.
fn put(question: &Question, closing: &Closing) -> Result<Answer> {
    let Worded { title, text, link, reply, .. } = Worded::new(question);
    let answer = match reply {
        Reply::Password { user, may_keep } => {
            password_prompt::ask(title, &text, &user, may_keep).map(|given| match given {
                Some((password, keep)) => Answer::Password { password, keep },
                None => Answer::Later,
            })
        }
        Reply::Buttons { yes } => {
            let link = link.as_deref().map(|link| (HELP, link));
            task_dialog::ask(title, &text, &[yes, LATER], link, closing).map(|pressed| match pressed {
                Some(0) => Answer::Yes,
                _ => Answer::Later,
            })
        }
    };
    answer.map_err(|error| Error::io("cannot ask the user", error))
}
