//! Programs that the host has started: applications, and the browser.

use std::ffi::OsString;
use std::sync::Arc;

use medv_protocol::{AppId, RequestId, ToHost};

use super::{Agent, Event};
use crate::log::Level;
use crate::running::Started;
use crate::system::process;
use crate::{Error, Result, system};

/// So many requests are in one line.
const MAX_TOLD: usize = 1024;

impl Agent {
    pub(super) fn start(&mut self, request: RequestId, id: &AppId) -> Result<()> {
        let installed = self.apps.get(id).ok_or_else(|| Error::new(format!("no application {id}")))?;
        let command = installed.command.clone();
        self.log.note(Level::Information, &format!("{id} is started"));
        self.spawn(request, &command)
    }

    pub(super) fn open(&mut self, request: RequestId, url: &str) -> Result<()> {
        // It becomes an argument of a program: an address and nothing else.
        let is_web = ["http://", "https://"]
            .iter()
            .any(|scheme| url.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)));
        if !is_web || url.len() > 2083 || url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '"')
        {
            return Err(Error::new(
                "not the address of a page: http:// or https://, at most 2083 bytes, no blanks",
            ));
        }
        self.spawn(request, &system::apps::browser(&self.places, url)?)
    }

    fn spawn(&mut self, request: RequestId, command: &[OsString]) -> Result<()> {
        let session = self.session.as_ref().ok_or_else(|| Error::new("nobody is logged on: log on first"))?;
        let mut child = session.spawn(&self.places, command)?;
        let noted = process::of(&child)
            .and_then(|process| self.running.add(&self.places, Started { request, process }));
        if let Err(error) = noted {
            self.log.note(Level::Warning, &format!("the next agent will not know what runs: {error}"));
        }
        let (events, log) = (self.events.clone(), Arc::clone(&self.log));
        std::thread::spawn(move || {
            if let Some(failure) = process::failure(&mut child) {
                log.note(Level::Information, &format!("request {request}: the program ended with {failure}"));
            }
            let _ = events.send(Event::Ended(request));
        });
        Ok(())
    }

    /// An agent before this one has started them, and was killed, or ended.
    pub(super) fn wait_for_left_programs(&self) {
        for &Started { request, process } in self.running.programs() {
            let (events, log) = (self.events.clone(), Arc::clone(&self.log));
            std::thread::spawn(move || match process::wait_for(process) {
                Ok(()) => drop(events.send(Event::Ended(request))),
                Err(error) => log.note(Level::Warning, &format!("request {request}: {error}")),
            });
        }
    }

    /// The host may be another one than the one that had them started.
    pub(super) fn tell_what_runs(&self) {
        let runs = self.running.programs().iter().map(|program| program.request);
        let requests: Vec<RequestId> = runs.take(MAX_TOLD).collect();
        if !requests.is_empty() {
            self.say(&ToHost::StillRuns { requests });
        }
    }

    /// Until a host has heard of it, the next agent must be able to tell it.
    pub(super) fn tell_end(&mut self, request: RequestId) {
        if !self.is_welcome || self.outbox.say(&ToHost::AppEnded { request }).is_err() {
            self.ended.push(request);
        } else if let Err(error) = self.running.remove(&self.places, request) {
            self.log.note(Level::Warning, &format!("what runs cannot be written down: {error}"));
        }
    }
}
