//! The messages of both directions.

use serde::{Deserialize, Serialize};

use crate::app::{App, AppId};
use crate::network::HostNetwork;
use crate::printer::Printer;
use crate::secret::Secret;

/// The version of the protocol. Both sides say theirs first; the lower one counts.
pub const VERSION: u32 = 1;

/// Whether this version can speak with one that says it is of version `protocol`: with all later ones, and none before the first.
pub fn knows_version(protocol: u32) -> bool {
    protocol >= 1
}

/// What the host calls a request, so that it knows the answer to it. None of its runs uses one of an earlier run's.
pub type RequestId = u64;

/// What the guest says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToHost {
    /// The first line of every connection.
    Hello(Hello),
    /// First time setup begins a part of its work.
    SetupTask(SetupTask),
    /// An administrator's command has ended.
    CommandEnded {
        /// Its name.
        name: String,
        /// Its exit code; none if a signal ended it or it could not be run.
        code: Option<i32>,
        /// The end of what it printed, at most 16 KiB.
        output: String,
    },
    /// A piece of a log.
    Log(LogPart),
    /// The guest has done what was to be done, or cannot; it restarts now if it has.
    SetupEnded(SetupOutcome),
    /// The user is logged on, and applications can be started.
    LoggedOn {
        /// Who.
        user: String,
    },
    /// All applications, after each connection of a guest that is ready.
    Apps {
        /// All of them.
        apps: Vec<App>,
        /// `true` if another message with more follows.
        #[serde(default)]
        more: bool,
    },
    /// There is another application, or one is no longer what it was.
    AppAdded {
        /// It.
        app: App,
    },
    /// An application is gone.
    AppRemoved {
        /// Which one.
        id: AppId,
    },
    /// The answer to a request: done, or why not.
    Done {
        /// The request.
        request: RequestId,
        /// Why not; none if it was done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// Whether that is because the password is not the user's.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        wrong_password: bool,
    },
    /// An application that the host had started has ended.
    AppEnded {
        /// The request that had started it.
        request: RequestId,
    },
    /// Applications that an earlier host, or this one, has had started, and that run.
    StillRuns {
        /// The requests that had started them.
        requests: Vec<RequestId>,
    },
    /// Something was installed that wants a restart of the guest.
    RestartRequired {
        /// What.
        reason: String,
    },
    /// Something worth a line in the host's log.
    Event {
        /// 1 error, 2 warning, 3 information, 4 debug.
        level: u8,
        /// What happened.
        text: String,
    },
    /// The guest shuts down or restarts.
    Bye,
    /// A message of a later version.
    #[serde(other)]
    Unknown,
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`VERSION`] of the guest.
    pub protocol: u32,
    /// The version of the guest agent.
    pub agent: String,
    /// `linux` or `windows`.
    pub system: String,
    /// The computer name.
    pub machine: String,
    /// How often the guest has booted since the agent was installed, from 1.
    pub boot: u64,
    /// What it is doing.
    pub phase: Phase,
}

/// What the guest is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// First time setup has not ended.
    Setup,
    /// It has.
    Ready,
}

/// A part of first time setup, inside the guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum SetupTask {
    /// What the host said about the user, the computer and the region is applied.
    Personalise,
    /// An administrator's command runs.
    Command {
        /// Its name.
        name: String,
        /// Which one, from 1.
        number: u32,
        /// Of how many.
        of: u32,
    },
    /// ftscompletion runs: the user's groups, the logs.
    Completion,
}

/// A piece of a file, in order, without gaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPart {
    /// The file's path in the guest.
    pub path: String,
    /// Where in what is sent of the file this begins, in bytes.
    pub offset: u64,
    /// The bytes, in base64; at most 32 KiB of them.
    pub base64: String,
    /// Whether the file ends here.
    pub last: bool,
}

/// How first time setup ended inside the guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum SetupOutcome {
    /// All is done; the guest restarts.
    Complete,
    /// It cannot be done.
    Failed {
        /// Why.
        reason: String,
    },
}

/// What an account becomes that is made for a user who has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAccount {
    /// Whether the user becomes an administrator.
    pub administrator: bool,
}

/// What the host says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToGuest {
    /// The first line of every connection.
    Welcome {
        /// [`VERSION`] of the host.
        protocol: u32,
        /// The version of the host agent: the guest agent's is to be the same.
        agent: String,
        /// The host's time, in seconds since 1970, UTC.
        now: u64,
        /// `EventLogLevel`.
        log_level: u8,
    },
    /// What has changed of what [`Self::Welcome`] said.
    Adjust {
        /// The host's time, in seconds since 1970, UTC.
        now: u64,
        /// `EventLogLevel`.
        log_level: u8,
    },
    /// Go on with first time setup: the administrator's commands, then ftscompletion.
    RunSetup {
        /// The user whose machine this becomes.
        user: String,
        /// Whether he becomes an administrator.
        administrator: bool,
        /// How often giving him his groups is tried, and how long each time, in seconds.
        group_tries: u32,
        /// See above.
        group_timeout: u64,
        /// Files whose content is wanted on the host.
        log_paths: Vec<String>,
        /// How long to wait for the desktop before the restart, in seconds.
        desktop_timeout: u64,
    },
    /// Log the user on. The answer is `Done`; then `LoggedOn` follows.
    LogOn {
        /// The request.
        request: RequestId,
        /// Who.
        user: String,
        /// The password; it is checked.
        password: Secret,
        /// Given if an account may be made for who has none: by a host whose users share the machine.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        new_account: Option<NewAccount>,
    },
    /// Start an application. `AppEnded` follows when it has ended.
    StartApp {
        /// The request.
        request: RequestId,
        /// Which one.
        id: AppId,
    },
    /// Open an address in the browser. `AppEnded` follows when it was closed.
    OpenUrl {
        /// The request.
        request: RequestId,
        /// Which one.
        url: String,
    },
    /// Send the end of the agent's own log, as `Log`; then `Done`.
    SendLog {
        /// The request.
        request: RequestId,
    },
    /// A piece of the guest agent's next version, in order; after the last piece it is installed, and the agent restarts.
    Upgrade {
        /// The request; answered after the last piece.
        request: RequestId,
        /// The program: `medv-guest` or `ftscompletion`.
        program: String,
        /// The bytes, in base64; at most 32 KiB of them.
        base64: String,
        /// Whether the program ends here.
        last: bool,
    },
    /// What the host's network is, if the machine shares it.
    HostNetwork(HostNetwork),
    /// All printers of the host's network that the guest is to have, and no others of the host's.
    Printers {
        /// All of them.
        printers: Vec<Printer>,
        /// `true` if another message with more follows.
        #[serde(default)]
        more: bool,
    },
    /// Shut down.
    ShutDown,
    /// Restart.
    Restart,
    /// A message of a later version.
    #[serde(other)]
    Unknown,
}
