//! The user is logged on, in a thread of its own: a desktop takes its time.

use medv_protocol::{NewAccount, RequestId, Secret, ToHost};

use super::{Agent, Event};
use crate::log::Level;
use crate::system::session::Session;
use crate::{Result, new_account};

impl Agent {
    pub(super) fn log_on(
        &mut self,
        request: RequestId,
        user: &str,
        password: &Secret,
        wanted: Option<NewAccount>,
    ) {
        let session = match self.session_of(user, password, wanted) {
            Ok(session) => session,
            Err(error) => return self.done(request, Err(error)),
        };
        self.logging_on = Some(request);
        let (places, events) = (self.places.clone(), self.events.clone());
        std::thread::spawn(move || {
            let opened = session.open(&places);
            let _ = events.send(Event::LoggedOn(request, session, opened));
        });
    }

    fn session_of(&self, user: &str, password: &Secret, wanted: Option<NewAccount>) -> Result<Session> {
        if let Some(wanted) = wanted
            && new_account::ensure(&self.places, user, password.reveal(), wanted)?
        {
            self.log.note(Level::Information, &format!("{user} has an account now"));
        }
        Session::begin(&self.places, user, password.reveal())
    }

    pub(super) fn logged_on(&mut self, request: RequestId, session: Session, opened: Result<()>) {
        // Programs can be started for all that.
        if let Err(error) = opened {
            self.report(Level::Warning, error.to_string());
        }
        let user = session.user().to_owned();
        self.log.note(Level::Information, &format!("{user} is logged on"));
        self.session = Some(session);
        if self.logging_on.take_if(|waiting| *waiting == request).is_some() {
            self.done(request, Ok(()));
        }
        self.say(&ToHost::LoggedOn { user });
    }
}
