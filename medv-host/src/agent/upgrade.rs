//! The guest agent is kept as new as the host's.
//!
//! While an upgrade lasts, nothing else is asked of the guest: what an agent has not answered when it ends is lost. The new
//! agent says hello, and all goes on from there.

use medv_codec::Result;
use medv_protocol::{MAX_PIECE, RequestId, ToGuest, to_base64};

use super::Agent;
use super::opening::Purpose;
use crate::answers::guest_programs;
use crate::event::{Event, Level};
use crate::life;
use crate::moment::Moment;

/// The version that guests are to have.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The program that restarts when it was replaced.
const AGENT: &str = "medv-guest";

/// How far the upgrade of the guest agent is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Upgrade {
    /// None was tried in this session.
    #[default]
    Untried,
    /// The guest gets it. After this moment the guest goes on with the agent that it has.
    Until(Moment),
    /// It was tried, and is not tried again in this session: what fails once would fail at each hello.
    Tried,
}

impl Upgrade {
    /// When it ends at the latest, if one is underway.
    pub(super) fn ends(self) -> Option<Moment> {
        match self {
            Self::Until(moment) => Some(moment),
            Self::Untried | Self::Tried => None,
        }
    }

    /// It may take so many seconds longer.
    pub(super) fn put_off(&mut self, seconds: i64) {
        if let Self::Until(ends) = self {
            *ends = ends.put_off(seconds);
        }
    }

    /// One that is underway is over.
    pub(super) fn end(&mut self) {
        if self.ends().is_some() {
            *self = Self::Tried;
        }
    }
}

impl Agent {
    /// At a hello: sends the guest the host's version, if it has another one and no application runs that would be lost sight
    /// of. `false` if all goes on with the agent that has said hello.
    pub(super) fn begins_upgrade(&mut self) -> bool {
        self.upgrade.end();
        let Some(hello) = self.guest.clone().filter(|hello| hello.agent != VERSION) else { return false };
        let had = &hello.agent;
        if self.upgrade == Upgrade::Tried {
            let text = format!("the guest agent is of version {had} still, the host agent of {VERSION}");
            self.note(&Event::plain(Level::Warning, text));
            return false;
        }
        if self.life.apps > 0 {
            return false;
        }
        self.upgrade = Upgrade::Tried;
        let text = format!("the guest agent is upgraded from {had} to {VERSION}");
        self.note(&Event::plain(Level::Information, text));
        let programs = guest_programs(self.parts.guest_programs.as_deref(), &hello.system);
        if let Err(error) = programs.and_then(|programs| self.send_programs(programs)) {
            self.note(&Event::of_error(Level::Warning, &error));
            return false;
        }
        let ends = Moment::now().after(self.settings().upgrade_timeout());
        self.upgrade = Upgrade::Until(ends);
        self.step_life(&life::Input::Upgrading(ends));
        true
    }

    fn send_programs(&mut self, mut programs: Vec<(&'static str, Vec<u8>)>) -> Result<()> {
        programs.sort_by_key(|(name, _)| name.starts_with(AGENT));
        let mut numbered = Vec::new();
        for (name, bytes) in programs {
            let name = name.trim_end_matches(".exe");
            numbered.push((self.new_request(Purpose::Upgrade(name)), name, bytes));
        }
        let pieces = numbered.into_iter().flat_map(|(request, name, bytes)| pieces(request, name, bytes));
        self.machine.as_ref().map_or(Ok(()), |machine| machine.send_all(Box::new(pieces)))
    }

    /// The guest's answer. An agent that was replaced says hello next.
    pub(super) fn upgraded(&mut self, program: &str, error: Option<String>) {
        match error {
            None => {}
            Some(reason) if program == AGENT => self.upgrade_failed(&reason),
            Some(reason) => {
                let text = format!("{program} in the guest could not be upgraded: {reason}");
                self.note(&Event::plain(Level::Warning, text));
            }
        }
    }

    pub(super) fn upgrade_takes_too_long(&mut self) {
        let limit = self.settings().upgrade_timeout().as_secs();
        self.upgrade_failed(&format!("it took longer than {limit} s (UpgradeTimeout)"));
    }

    /// The guest goes on with what it has: greeted again, it tells its state anew.
    fn upgrade_failed(&mut self, reason: &str) {
        self.note(&Event::plain(Level::Warning, format!("the guest agent could not be upgraded: {reason}")));
        self.upgrade.end();
        self.greet();
    }
}

/// The pieces of a program, made one by one: all of them in base64 would be large.
fn pieces(request: RequestId, program: &'static str, bytes: Vec<u8>) -> impl Iterator<Item = ToGuest> + Send {
    let count = bytes.len().div_ceil(MAX_PIECE);
    (1..=count).map(move |number| {
        let piece = bytes.chunks(MAX_PIECE).nth(number - 1).unwrap_or_default();
        ToGuest::Upgrade {
            request,
            program: program.to_owned(),
            base64: to_base64(piece),
            last: number == count,
        }
    })
}
