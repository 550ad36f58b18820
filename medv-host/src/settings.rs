//! The settings as the host agent needs them. They are looked up each time, so that a change counts from then on.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use medv_codec::Result;
use medv_packager::engine_error;
use medv_settings::{Scope, Store, Value, find, readable_store, resolve, system_store};
use time::{Date, Month, PrimitiveDateTime, Time};

use crate::event::{Event, Level};
use crate::fts::{self, Mode};
use crate::hypervisor::{Network, Sharing};
use crate::life::{self, CloseAction};
use crate::memory;
use crate::moment::Moment;

/// What is set now.
#[derive(Clone)]
pub struct Settings {
    store: Arc<dyn Store + Send + Sync>,
    /// Why places could not be read.
    faults: Vec<(Scope, String)>,
}

impl Settings {
    /// Reads the places where settings are kept. One that cannot be read hinders none of the others.
    pub fn read(root: &Path) -> Self {
        let (store, faults) = readable_store(below(root));
        let told = |(scope, fault)| (scope, Event::of_error(Level::Error, &engine_error(fault)).text);
        Self { store: store.into(), faults: faults.into_iter().map(told).collect() }
    }

    /// The places that could not be read: why.
    pub fn faults(&self) -> impl Iterator<Item = &str> {
        self.faults.iter().map(|(_, why)| why.as_str())
    }

    /// Why one could not be read that is not the user's own: what is set there may mean another machine.
    pub fn administrators_fault(&self) -> Option<&str> {
        self.faults.iter().find(|(scope, _)| *scope != Scope::User).map(|(_, why)| why.as_str())
    }

    /// The places where settings are kept, to read or to change them.
    ///
    /// # Errors
    /// If one of them is there and cannot be read.
    pub fn open(root: &Path) -> Result<Box<dyn Store>> {
        system_store(below(root)).map_err(engine_error)
    }

    /// Where they are kept.
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// What a setting is set to. One that cannot be read is as it is by default.
    fn value(&self, name: &str) -> Value {
        let found = find(name);
        debug_assert!(found.is_ok(), "there is no setting {name}");
        let Ok(setting) = found else { return Value::Lines(Vec::new()) };
        resolve(self.store(), setting).map_or_else(|_| setting.default(), |resolved| resolved.value)
    }

    /// A setting that is a number or a yes.
    pub fn number(&self, name: &str) -> u32 {
        match self.value(name) {
            Value::Number(number) => number,
            Value::Text(_) | Value::Lines(_) => 0,
        }
    }

    /// A setting that is yes or no.
    pub fn is_on(&self, name: &str) -> bool {
        self.number(name) != 0
    }

    /// A setting that is a text.
    pub fn text(&self, name: &str) -> String {
        match self.value(name) {
            Value::Text(text) => text,
            Value::Number(_) | Value::Lines(_) => String::new(),
        }
    }

    /// A setting that is several lines.
    pub fn lines(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Value::Lines(lines) => lines,
            Value::Number(_) | Value::Text(_) => Vec::new(),
        }
    }

    fn seconds(&self, name: &str) -> Duration {
        Duration::from_secs(self.number(name).into())
    }

    fn minutes(&self, name: &str) -> Duration {
        self.seconds(name) * 60
    }

    /// Whether all users of the machine share one workspace.
    pub fn is_shared(&self) -> bool {
        self.is_on("VmMultiUserEnabled")
    }

    /// Whether the user's password may be kept. Smart cards and kept passwords exclude each other.
    pub fn may_keep_password(&self) -> bool {
        self.is_on("UxCredentialCacheEnabled") && !self.is_on("UxSmartCardLogonEnabled")
    }

    /// The rules of first time setup.
    pub fn fts_rules(&self) -> fts::Rules {
        fts::Rules {
            mode: match self.text("FtsMode").to_ascii_lowercase().as_str() {
                "attended" => Mode::Attended,
                "silent" => Mode::Silent,
                _ => Mode::Unattended,
            },
            dialog_timeout: self.seconds("UxDialogTimeout"),
            max_postpone: self.minutes("FtsMaxPostponeTime") * 60,
            postpone_limit: utc_moment(&self.text("FtsPostponeUtcDateTimeLimit")),
            max_retries: self.number("FtsMaxRetryCount"),
            attempt_timeout: self.minutes("FtsNonInteractiveTimeout"),
            attempt_timeout_more: self.minutes("FtsNonInteractiveRetryTimeoutInc"),
            task_timeout: self.seconds("VmTaskTimeout"),
            cancel_timeout: self.seconds("FtsTaskCancelTimeout"),
            turn_off_timeout: self.seconds("FtsTaskVMTurnOffTimeout"),
            delete_timeout: self.seconds("FtsDeleteVMStateTimeout"),
            detach_timeout: self.seconds("FtsDetachVfdTimeout"),
            desktop_timeout: self.seconds("FtsExplorerTimeout"),
        }
    }

    /// The rules of a machine's life.
    pub fn life_rules(&self) -> life::Rules {
        life::Rules {
            logon_start: self.is_on("UxLogonStartEnabled"),
            close_action: match self.text("VmCloseAction").as_str() {
                "SHUTDOWN" => CloseAction::ShutDown,
                "TURN-OFF" => CloseAction::TurnOff,
                // The next user must not find the desktop of the one before.
                _ if self.is_shared() => CloseAction::ShutDown,
                _ => CloseAction::Hibernate,
            },
            task_timeout: self.seconds("VmTaskTimeout"),
            cancel_timeout: self.seconds("FtsTaskCancelTimeout"),
            turn_off_timeout: self.seconds("FtsTaskVMTurnOffTimeout"),
            restart_delay: self.minutes("UxRebootAbsoluteDelayTimeout"),
        }
    }

    /// How long an upgrade of the guest agent may take.
    pub fn upgrade_timeout(&self) -> Duration {
        self.seconds("FtsUpgradeTimeout")
    }

    /// What is shared with the guest.
    pub fn sharing(&self) -> Sharing {
        Sharing {
            audio: self.is_on("UxAudioSharingEnabled"),
            clipboard: self.is_on("UxClipboardSharingEnabled"),
            printers: self.is_on("UxPrinterSharingEnabled"),
        }
    }

    /// The guest's memory, in MiB.
    ///
    /// # Errors
    /// If it depends on the host's, and the system does not tell how much that is.
    pub fn guest_memory(&self) -> Result<u32> {
        if !self.is_on("VmHostMemToGuestMemCalcEnabled") {
            return Ok(self.number("VmMemory"));
        }
        let numbers =
            |name| -> Vec<u32> { self.lines(name).iter().filter_map(|line| line.parse().ok()).collect() };
        let (hosts, guests) = (numbers("VmHostMemToGuestMem"), numbers("VmGuestMemFromHostMem"));
        let found = memory::for_guest(memory::of_host()?, &hosts, &guests);
        Ok(found.unwrap_or_else(|| self.number("VmMemory")))
    }

    /// How the guest is connected.
    pub fn network(&self) -> Network {
        match self.text("VmNetworkingMode").eq_ignore_ascii_case("Bridged") {
            true => Network::Bridged,
            false => Network::Nat,
        }
    }

    /// The text of several lines; empty if none is set.
    pub fn message(&self, name: &str) -> String {
        self.lines(name).join("\n")
    }

    /// The page with help, if there is one.
    pub fn help_page(&self) -> Option<String> {
        Some(self.text("FtsDialogUrl")).filter(|url| !url.is_empty())
    }
}

/// The folder that stands for the root of the file system, if that is another one.
fn below(root: &Path) -> Option<&Path> {
    (root != Path::new("/")).then_some(root)
}

/// `YYYY-MM-DD HH:MM`, UTC. The catalogue has checked it; what it did not let through is no limit.
fn utc_moment(text: &str) -> Option<Moment> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u16>().ok();
    let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(year.into(), month, u8::try_from(day).ok()?).ok()?;
    let time =
        Time::from_hms(u8::try_from(part(11..13)?).ok()?, u8::try_from(part(14..16)?).ok()?, 0).ok()?;
    let seconds = PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp();
    u64::try_from(seconds).ok().map(Moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_set_is_the_defaults_of_the_catalogue() {
        let root = tempfile::tempdir().unwrap();
        let settings = Settings::read(root.path());
        let (fts, life) = (settings.fts_rules(), settings.life_rules());
        assert_eq!((fts.mode, fts.max_retries), (Mode::Unattended, 3));
        assert_eq!(fts.max_postpone, Duration::from_secs(120 * 3600));
        assert_eq!(fts.attempt_timeout, Duration::from_secs(45 * 60));
        assert_eq!(fts.postpone_limit, None);
        assert_eq!((life.logon_start, life.close_action), (true, CloseAction::Hibernate));
        assert_eq!(settings.network(), Network::Nat);
        assert!(!settings.may_keep_password() && !settings.is_shared() && settings.help_page().is_none());
        assert!(settings.sharing().audio && settings.message("FtsStartDialogMsg").len() > 10);
    }

    #[test]
    fn a_moment_is_utc() {
        assert_eq!(utc_moment("2026-11-25 13:00"), Some(Moment(1_795_611_600)));
        assert_eq!(utc_moment(""), None);
        assert_eq!(utc_moment("2026-02-30 00:00"), None);
    }
}
