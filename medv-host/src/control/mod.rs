//! How the agent of a session is spoken to: by a socket that is the user's alone (on Windows a named pipe), in lines of
//! JSON. A caller sends one [`Request`], and gets [`Reply`]s up to the last one.

mod client;
mod server;
mod status;

pub use client::Client;
pub use server::{Caller, Conversations, serve};
pub use status::{EventDetail, FtsDetail, MachineDetail, QuestionDetail, Status};

use medv_codec::{Error, ErrorKind};
use medv_protocol::{App, Secret};
use serde::{Deserialize, Serialize};

/// What a caller wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub enum Request {
    /// How it is. With `watch`, again after each change, until the caller goes.
    Status {
        /// See above.
        watch: bool,
    },
    /// Start the machine.
    Start,
    /// Close the machine.
    Stop {
        /// How; none for the way of the settings.
        how: Option<StopHow>,
    },
    /// Restart the guest.
    Restart,
    /// Throw the machine away and set up a new one. The caller has asked whether that is meant.
    Reset,
    /// The guest's applications.
    Apps,
    /// Start an application; answered when it runs.
    App {
        /// Its id, or its name.
        app: String,
    },
    /// Open an address: in the guest if the list says so.
    Open {
        /// The address.
        url: String,
    },
    /// Answer what the user was asked.
    Answer {
        /// Yes, or later.
        yes: bool,
    },
    /// Give the password that was asked for.
    Password {
        /// It.
        password: Secret,
        /// Whether it is to be kept, if that is allowed.
        keep: bool,
    },
    /// Forget the password, also the one that is kept.
    ForgetPassword,
    /// Fetch the guest agent's log; answered when it is there.
    FetchGuestLog,
    /// Write a picture of the machine's screen.
    Screenshot {
        /// Where, a PNG file.
        path: String,
    },
    /// Show the machine's screen in a window.
    Show,
    /// Wake the machine up for its updates.
    WakeUp {
        /// For how long.
        minutes: u32,
    },
    /// Look again at what is installed and set.
    Refresh,
    /// End the agent; answered when the machine is closed.
    End,
}

/// How a machine is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopHow {
    /// Its state is saved.
    Save,
    /// The guest shuts down.
    ShutDown,
    /// It loses its power.
    TurnOff,
}

/// What the agent answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "kebab-case")]
pub enum Reply {
    /// It is done, or has begun. The last reply.
    Done,
    /// The address is for the host's own browser. The last reply.
    OpenOnHost,
    /// It cannot be done. The last reply.
    Failed {
        /// Why.
        message: String,
        /// What to do.
        advice: Option<String>,
        /// Whose fault it is.
        kind: FailureKind,
    },
    /// How it is.
    Status {
        /// All of it.
        status: Box<Status>,
    },
    /// Some of the guest's applications, without their pictures.
    Apps {
        /// These.
        apps: Vec<App>,
    },
}

/// [`ErrorKind`] as it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureKind {
    /// [`ErrorKind::Usage`]
    Usage,
    /// [`ErrorKind::Damaged`]
    Damaged,
    /// [`ErrorKind::Unsupported`]
    Unsupported,
    /// [`ErrorKind::Limit`]
    Limit,
    /// [`ErrorKind::Cancelled`]
    Cancelled,
    /// [`ErrorKind::Io`]
    Io,
}

impl Reply {
    /// Whether nothing follows.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Done | Self::OpenOnHost | Self::Failed { .. })
    }
}

impl From<Error> for Reply {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::Usage => FailureKind::Usage,
            ErrorKind::Damaged => FailureKind::Damaged,
            ErrorKind::Unsupported => FailureKind::Unsupported,
            ErrorKind::Limit => FailureKind::Limit,
            ErrorKind::Cancelled => FailureKind::Cancelled,
            ErrorKind::Io => FailureKind::Io,
        };
        Self::Failed { message: error.to_string(), advice: error.advised().map(str::to_owned), kind }
    }
}

impl Reply {
    /// The error that a last reply stands for.
    ///
    /// # Errors
    /// If the agent could not do it.
    pub fn into_result(self) -> Result<Self, Error> {
        let Self::Failed { message, advice, kind } = self else { return Ok(self) };
        let kind = match kind {
            FailureKind::Usage => ErrorKind::Usage,
            FailureKind::Damaged => ErrorKind::Damaged,
            FailureKind::Unsupported => ErrorKind::Unsupported,
            FailureKind::Limit => ErrorKind::Limit,
            FailureKind::Cancelled => ErrorKind::Cancelled,
            FailureKind::Io => ErrorKind::Io,
        };
        let error = Error::new(kind, message);
        Err(match advice {
            Some(advice) => error.advice(advice),
            None => error,
        })
    }
}
