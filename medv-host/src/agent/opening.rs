//! Applications and addresses that are opened in the guest.

use std::time::{SystemTime, UNIX_EPOCH};

use medv_codec::Error;
use medv_protocol::{AppId, RequestId, ToGuest};

use super::Agent;
use crate::control::{Caller, Reply};
use crate::event::{Event, EventId, Level};
use crate::life;
use crate::moment::Moment;

/// Something that waits for the machine.
pub(super) struct Awaited {
    pub(super) what: Opening,
    pub(super) caller: Caller,
}

/// What is opened.
#[derive(Clone, Debug)]
pub(super) enum Opening {
    App(AppId),
    Url(String),
}

/// What a request to the guest is for.
pub(super) enum Purpose {
    LogOn,
    /// It is being opened, and is to be by then.
    Opens(Opening, Caller, Moment),
    /// It was opened, and runs.
    Runs,
    /// Its log is to be there by then.
    FetchLog(Caller, Moment),
    /// Upgrades the program of that name.
    Upgrade(&'static str),
}

/// A guest may say that applications run only up to so many requests.
const MAX_REQUESTS: usize = 1024;

/// Where this agent begins to count. In a machine that was saved programs go on whose ends are told by the numbers of an earlier
/// agent: microseconds since 1970 are beyond all of those, and exact in JSON of any kind.
pub(super) fn before_first_request() -> RequestId {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    RequestId::try_from(since_1970.as_micros()).unwrap_or_default()
}

impl Agent {
    pub(super) fn new_request(&mut self, purpose: Purpose) -> RequestId {
        self.request_number += 1;
        self.requests.insert(self.request_number, purpose);
        self.request_number
    }

    pub(super) fn await_machine(&mut self, what: Opening, caller: Caller) {
        self.awaited.push(Awaited { what, caller });
        self.step_life(&life::Input::AppWanted);
    }

    pub(super) fn open_awaited(&mut self) {
        let due = self.patience();
        for Awaited { what, caller } in std::mem::take(&mut self.awaited) {
            let request = self.new_request(Purpose::Opens(what.clone(), caller, due));
            self.send(&match what {
                Opening::App(id) => ToGuest::StartApp { request, id },
                Opening::Url(url) => ToGuest::OpenUrl { request, url },
            });
        }
    }

    pub(super) fn refuse_awaited(&mut self, reason: &str) {
        for awaited in std::mem::take(&mut self.awaited) {
            awaited.caller.answer(Error::usage(format!("it cannot be opened: {reason}")));
        }
    }

    /// The guest's answer to a request.
    pub(super) fn done(&mut self, request: RequestId, error: Option<String>, wrong_password: bool) {
        let Some(purpose) = self.requests.remove(&request) else { return };
        match (purpose, error) {
            (Purpose::LogOn, Some(reason)) => {
                if !wrong_password {
                    self.tell_not_logged_on(&reason);
                }
                self.log_on_refused(&reason, wrong_password);
            }
            // `LoggedOn` follows.
            (Purpose::LogOn, None) => {}
            (Purpose::Opens(what, caller, _), None) => {
                self.requests.insert(request, Purpose::Runs);
                self.note(&Event::plain(Level::Information, format!("opened in the guest: {}", what.name())));
                caller.answer(Reply::Done);
                self.step_life(&life::Input::AppStarted);
            }
            (Purpose::Opens(what, caller, _), Some(reason)) => {
                let event = Event::numbered(EventId::AppStartFailed, format!("{}: {reason}", what.name()));
                self.note(&event);
                caller.answer(Error::usage(event.text));
            }
            (Purpose::FetchLog(caller, _), None) => caller.answer(Reply::Done),
            (Purpose::FetchLog(caller, _), Some(reason)) => caller.answer(Error::usage(reason)),
            (Purpose::Upgrade(program), error) => self.upgraded(program, error),
            (Purpose::Runs, _) => _ = self.requests.insert(request, Purpose::Runs),
        }
    }

    /// What an agent before this one has opened in a machine that was saved since.
    pub(super) fn still_runs(&mut self, requests: &[RequestId]) {
        let mut found = 0;
        for request in requests {
            if self.requests.len() < MAX_REQUESTS && !self.requests.contains_key(request) {
                self.requests.insert(*request, Purpose::Runs);
                found += 1;
            }
        }
        self.step_life(&life::Input::AppsFound(found));
    }

    /// What runs has ended. Of anything else a guest has no business to say so, and each ends once.
    pub(super) fn app_ended(&mut self, request: RequestId) {
        if matches!(self.requests.get(&request), Some(Purpose::Runs)) {
            self.requests.remove(&request);
            self.step_life(&life::Input::AppEnded);
        }
    }

    /// Until when the guest is to answer what it is asked now.
    pub(super) fn patience(&self) -> Moment {
        Moment::now().after(self.settings().life_rules().task_timeout)
    }

    /// When the first of its answers is due.
    pub(super) fn answer_due(&self) -> Option<Moment> {
        let due = |purpose: &Purpose| match purpose {
            Purpose::Opens(_, _, due) | Purpose::FetchLog(_, due) => Some(*due),
            Purpose::LogOn | Purpose::Runs | Purpose::Upgrade(_) => None,
        };
        self.requests.values().filter_map(due).min()
    }

    pub(super) fn put_off_answers(&mut self, seconds: i64) {
        for purpose in self.requests.values_mut() {
            if let Purpose::Opens(_, _, due) | Purpose::FetchLog(_, due) = purpose {
                *due = due.put_off(seconds);
            }
        }
    }

    pub(super) fn guest_is_silent(&mut self) {
        let reason = "the guest agent does not answer";
        self.note(&Event::numbered(EventId::VmTimedOut, reason));
        self.fail_requests(reason);
        self.step_life(&life::Input::GuestSilent);
    }

    /// There is nobody any more who could answer. The end of what runs may still be told.
    pub(super) fn fail_requests(&mut self, reason: &str) {
        for (request, purpose) in std::mem::take(&mut self.requests) {
            match purpose {
                Purpose::Opens(_, caller, _) | Purpose::FetchLog(caller, _) => {
                    caller.answer(Error::usage(reason));
                }
                Purpose::Runs => _ = self.requests.insert(request, purpose),
                Purpose::LogOn | Purpose::Upgrade(_) => {}
            }
        }
    }
}

impl Opening {
    fn name(&self) -> &str {
        match self {
            Self::App(id) => &id.0,
            Self::Url(url) => url,
        }
    }
}
