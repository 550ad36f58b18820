//! A desktop that follows freedesktop.org: notices and questions are notifications, passwords are asked for by pinentry.
//!
//! Nothing runs and no connection is open but while a question is.

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use medv_codec::{Error, Result};

use super::asked::{Answered, Asked, in_background, lock};
use super::fitted::fitted;
use super::notifications::{Notification, Notifications, Outcome, Outcomes};
use super::pinentry::{self, Ending, Pinentry, Request};
use super::wording::{self, HELP, Reply, Worded};
use super::{Answer, Desktop, Notice, Question};
use crate::event::{Event, EventLog, Level};
use crate::session_bus::SessionBus;

/// The longest texts, in UTF-16 units. No service says what it takes; none shows more.
const LONGEST_TITLE: usize = 100;
const LONGEST_TEXT: usize = 1000;

const YES: &str = "yes";
const LATER: &str = "later";
const OPEN_HELP: &str = "help";

/// The desktop behind the session's D-Bus.
pub struct Freedesktop {
    bus: SessionBus,
    pinentry: Option<PathBuf>,
    log: Arc<dyn EventLog>,
    asked: Mutex<Option<Arc<Asked<ShownAs>>>>,
}

/// How a question is shown.
enum ShownAs {
    /// A notification with buttons; the number can change.
    Buttons { service: Notifications, number: Arc<AtomicU32> },
    /// A notification that only says how to answer.
    Notice { number: u32 },
    /// A pinentry.
    Pinentry(Ending),
}

impl Freedesktop {
    /// The desktop behind `bus`. Passwords are asked for by the program `pinentry`; without one, a notice says which command
    /// asks.
    pub fn new(bus: SessionBus, pinentry: Option<PathBuf>, log: Arc<dyn EventLog>) -> Self {
        Self { bus, pinentry, log, asked: Mutex::default() }
    }

    /// The desktop of this session, with the pinentry that `PATH` has if there is a screen.
    pub fn of_this_session(log: Arc<dyn EventLog>) -> Self {
        Self::new(SessionBus::of_this_session(), pinentry::find(), log)
    }

    fn ask_with_buttons(&self, worded: Worded, yes: &'static str, answered: Answered) -> Result<()> {
        let service = Notifications::connect(&self.bus)?;
        if !service.has_buttons() {
            return self.ask_for_a_command(worded, answered);
        }
        let mut buttons = vec![(YES, yes), (LATER, wording::LATER)];
        buttons.extend(worded.link.as_ref().map(|_| (OPEN_HELP, HELP)));
        let outcomes = service.listen()?;
        let number = Arc::new(AtomicU32::new(show(&service, &worded, &buttons, &*self.log)?));
        let asked =
            self.remember(answered, ShownAs::Buttons { service: service.clone(), number: number.clone() });
        let log = self.log.clone();
        in_background(move || {
            if let Some(answer) = wait(&service, outcomes, &number, &worded, &buttons, &*log) {
                asked.answer(answer);
            }
            service.disconnect();
        })
    }

    fn ask_with_pinentry(
        &self,
        pinentry: Pinentry,
        worded: Worded,
        may_keep: bool,
        answered: Answered,
    ) -> Result<()> {
        let asked = self.remember(answered, ShownAs::Pinentry(pinentry.ending()));
        let (bus, log) = (self.bus.clone(), self.log.clone());
        in_background(move || {
            let request = Request { title: worded.title.to_owned(), text: worded.text.clone(), may_keep };
            match pinentry.ask(&request) {
                Ok(answer) => asked.answer(answer),
                Err(_) if asked.is_over() => {}
                Err(error) => {
                    log.note(&Event::of_error(Level::Warning, &error));
                    let shown = show_with_commands(&bus, worded, &*log);
                    match shown {
                        Ok(notice) => *asked.shown_as() = notice,
                        Err(error) => log.note(&Event::of_error(Level::Error, &error)),
                    }
                }
            }
        })
    }

    /// Shows which commands answer. The notification may be closed, the question stands.
    fn ask_for_a_command(&self, worded: Worded, answered: Answered) -> Result<()> {
        let shown = show_with_commands(&self.bus, worded, &*self.log)?;
        self.remember(answered, shown);
        Ok(())
    }

    fn remember(&self, answered: Answered, shown_as: ShownAs) -> Arc<Asked<ShownAs>> {
        let asked = Arc::new(Asked::new(answered, shown_as));
        *lock(&self.asked) = Some(asked.clone());
        asked
    }
}

impl Desktop for Freedesktop {
    fn tell(&self, notice: &Notice) -> Result<()> {
        let service = Notifications::connect(&self.bus)?;
        let shown = service.show(&Notification {
            title: &fitted(&notice.title, LONGEST_TITLE, &*self.log),
            text: &fitted(&notice.text, LONGEST_TEXT, &*self.log),
            urgency: notice.urgency,
            stays: false,
            buttons: &[],
        });
        service.disconnect();
        shown.map(drop)
    }

    fn ask(&self, question: &Question, answer: Answered) -> Result<()> {
        self.withdraw();
        let worded = Worded::new(question);
        match (worded.reply.clone(), &self.pinentry) {
            (Reply::Buttons { yes }, _) => self.ask_with_buttons(worded, yes, answer),
            (Reply::Password { may_keep, .. }, Some(program)) => {
                self.ask_with_pinentry(Pinentry::start(program)?, worded, may_keep, answer)
            }
            (Reply::Password { .. }, None) => self.ask_for_a_command(worded, answer),
        }
    }

    fn withdraw(&self) {
        let Some(asked) = lock(&self.asked).take() else { return };
        if asked.withdraw() {
            take_back(&asked.shown_as(), &self.bus);
        }
    }
}

impl Drop for Freedesktop {
    fn drop(&mut self) {
        self.withdraw();
    }
}

impl fmt::Debug for Freedesktop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Freedesktop").field("pinentry", &self.pinentry).finish_non_exhaustive()
    }
}

fn take_back(shown_as: &ShownAs, bus: &SessionBus) {
    match shown_as {
        ShownAs::Buttons { service, number } => {
            service.close(number.load(Ordering::Relaxed));
            // Ends the waiting, too.
            service.clone().disconnect();
        }
        ShownAs::Notice { number } => {
            if let Ok(service) = Notifications::connect(bus) {
                service.close(*number);
                service.disconnect();
            }
        }
        ShownAs::Pinentry(ending) => ending.end(),
    }
}

/// Waits for a button, or the end; `None` if the connection ends first.
fn wait(
    service: &Notifications,
    outcomes: Outcomes,
    number: &AtomicU32,
    worded: &Worded,
    buttons: &[(&str, &str)],
    log: &dyn EventLog,
) -> Option<Answer> {
    for (about, outcome) in outcomes {
        let shown = number.load(Ordering::Relaxed);
        if about != shown {
            continue;
        }
        match outcome {
            Outcome::Pressed(key) if key == YES => return Some(Answer::Yes),
            Outcome::Pressed(key) if key == OPEN_HELP => {
                open(worded.link.as_deref().unwrap_or_default(), log);
                // Most services close what a button was pressed of; the question still stands.
                match show(service, worded, buttons, log) {
                    Ok(again) => number.store(again, Ordering::Relaxed),
                    Err(error) => log.note(&Event::of_error(Level::Warning, &error)),
                }
                service.close(shown);
            }
            Outcome::Pressed(_) | Outcome::Closed => return Some(Answer::Later),
            // The question stands: commands and the icon's menu answer it, or its time is over.
            Outcome::Expired => {}
        }
    }
    None
}

fn show(
    service: &Notifications,
    worded: &Worded,
    buttons: &[(&str, &str)],
    log: &dyn EventLog,
) -> Result<u32> {
    service.show(&Notification {
        title: worded.title,
        text: &fitted(&worded.text, LONGEST_TEXT, log),
        urgency: worded.urgency,
        stays: true,
        buttons,
    })
}

fn show_with_commands(bus: &SessionBus, worded: Worded, log: &dyn EventLog) -> Result<ShownAs> {
    let service = Notifications::connect(bus)?;
    let shown = show(&service, &worded.with_commands(), &[], log);
    service.disconnect();
    shown.map(|number| ShownAs::Notice { number })
}

/// Opens a page in the user's browser.
fn open(link: &str, log: &dyn EventLog) {
    let mut command = Command::new("xdg-open");
    command.arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn() {
        // It ends when the browser has the page; somebody must hear of that.
        Ok(mut child) => _ = thread::spawn(move || child.wait()),
        Err(error) => {
            let error = Error::io("cannot be started to open the page with help", error).in_file("xdg-open");
            log.note(&Event::of_error(Level::Warning, &error));
        }
    }
}
