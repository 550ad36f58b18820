//! Events and their numbers. The numbers are those of Microsoft Enterprise Desktop Virtualization 2.0, so that what
//! administrators watch for still works; they are also what first time setup leaves as a user's result.

#[cfg(unix)]
mod journal;
mod log_file;
mod log_line;
mod system_log;

use std::error::Error as _;
use std::fmt;

use medv_codec::Error;

#[cfg(unix)]
pub use journal::Journal;
pub use log_file::LogFile;
pub use log_line::LogLine;
pub use system_log::{SystemLog, Threshold};

/// How much an event matters, as `EventLogLevel` counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something does not work.
    Error = 1,
    /// Something may not work.
    Warning = 2,
    /// Good to know.
    Information = 3,
    /// For whoever looks for a fault.
    Debug = 4,
}

impl Level {
    /// All of them, the gravest first.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warning, Self::Information, Self::Debug];

    /// What `EventLogLevel` stands for: events of this level and of all graver ones are noted. `None`: no events at all.
    pub fn from_setting(number: u32) -> Option<Self> {
        match number {
            0 => None,
            1 => Some(Self::Error),
            2 => Some(Self::Warning),
            3 => Some(Self::Information),
            _ => Some(Self::Debug),
        }
    }

    /// Its name in logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
            Self::Debug => "debug",
        }
    }
}

macro_rules! event_ids {
    ($($name:ident = $number:literal, $level:ident, $meaning:literal;)*) => {
        /// Events that have a number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventId {
            $(#[doc = $meaning] $name,)*
        }

        impl EventId {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its number.
            pub fn number(self) -> u32 {
                match self { $(Self::$name => $number,)* }
            }

            /// How much it matters.
            pub fn level(self) -> Level {
                match self { $(Self::$name => Level::$level,)* }
            }

            /// What it means.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
        }
    };
}

event_ids! {
    VmStartFailed = 3066, Error, "the machine could not be started; its disk may be damaged";
    PreparationFailed = 3071, Error, "the machine could not be prepared";
    PreparationFailedDisk = 3078, Error, "the machine could not be prepared; its disk may be damaged";
    PreparationRetried = 3079, Warning, "preparing the machine is tried again";
    PreparationInterrupted = 3080, Warning, "the host agent ended while the machine was prepared";
    MachineInvalid = 3084, Warning, "the machine is not usable; first time setup must run again";
    VmStartCallFailed = 3099, Error, "the hypervisor could not be called to start the machine";
    VmCommandFailed = 4022, Error, "a command to the machine failed; ending took longer than allowed";
    VmTimedOut = 4028, Error, "something that the machine was told took longer than allowed";
    AppStartFailed = 4038, Error, "an application could not be started";
    GuestRestartedNoSession = 4040, Warning, "the guest was restarted, as nobody could be logged on";
    GuestRecycleFailed = 4042, Error, "restarting the guest did not help";
    MachineNotFound = 8006, Error, "the machine was not found";
    NetworkNotCollected = 8008, Error, "what the host's network is could not be found out";
    NetworkNotDelivered = 8010, Error, "a change of the host's network could not be told to the guest";
    MenuFileFailed = 10015, Warning, "a file of the menu could not be read; the others are not affected";
    MenuEntryFailed = 10021, Warning, "a menu entry could not be changed; the others are not affected";
    WakeUpUsage = 11001, Error, "the command to wake up the machine was wrong";
    WakeUpNoNetwork = 11002, Warning, "not woken up for updates: the host has no network";
    WakeUpOnBattery = 11003, Warning, "not woken up for updates: the host runs on battery";
    StatusTruncated = 14003, Warning, "the status was too long and was cut";
    Unhandled = 14004, Error, "the host agent has met an error that it did not expect, and ends";
    AlreadyRunning = 14005, Error, "another host agent of this session is running";
    RegistryNotChanged = 14006, Error, "a setting could not be changed or removed";
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number, if it has one.
    pub id: Option<EventId>,
    /// How much it matters.
    pub level: Level,
    /// What happened, in a sentence or a few.
    pub text: String,
}

impl Event {
    /// An event with a number: what it means, and what is to be known besides.
    pub fn numbered(id: EventId, detail: impl fmt::Display) -> Self {
        let detail = detail.to_string();
        let text =
            if detail.is_empty() { id.meaning().to_owned() } else { format!("{}: {detail}", id.meaning()) };
        Self { id: Some(id), level: id.level(), text }
    }

    /// What an error says, with its causes and what to do about it.
    pub fn of_error(level: Level, error: &Error) -> Self {
        let mut text = with_causes(error);
        if let Some(advice) = error.advised() {
            text = format!("{text}; {advice}");
        }
        Self::plain(level, text)
    }

    /// An event without a number.
    pub fn plain(level: Level, text: impl Into<String>) -> Self {
        Self { id: None, level, text: text.into() }
    }
}

/// What an error says, and what its causes say.
pub fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Some errors have said what their cause says.
        if !text.ends_with(&error.to_string()) {
            text = format!("{text}: {error}");
        }
        cause = error.source();
    }
    text
}

/// Where events go.
pub trait EventLog: Send + Sync {
    /// Notes an event. That it could not be noted is nobody's fault.
    fn note(&self, event: &Event);
}
