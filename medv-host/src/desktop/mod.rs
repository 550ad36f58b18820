//! Talking to the user: a trait, so that there is room for the desktop's own ways, and for tests.
//!
//! `wording.rs` has the words, `fitted.rs` cuts what is too long, `asked.rs` is a question until it is answered. On Linux, `freedesktop.rs` talks through the desktop's
//! notification service (`notifications.rs`) and asks for passwords with pinentry (`pinentry.rs`). On Windows,
//! `windows.rs` does it with dialogs and balloons.

mod asked;
mod fitted;
#[cfg(unix)]
mod freedesktop;
#[cfg(unix)]
mod notifications;
#[cfg(unix)]
mod pinentry;
#[cfg(windows)]
mod windows;
mod wording;

use std::sync::Arc;

use medv_codec::Result;
use medv_protocol::Secret;

use crate::event::EventLog;

pub(crate) use fitted::fitted;
#[cfg(unix)]
pub use freedesktop::Freedesktop;
#[cfg(windows)]
pub use windows::Windows;

/// The desktop of this session. Whatever goes wrong after a question was asked, and what had to be cut, is noted in `log`.
pub fn system_desktop(log: Arc<dyn EventLog>) -> Box<dyn Desktop> {
    #[cfg(unix)]
    return Box::new(Freedesktop::of_this_session(log));
    #[cfg(windows)]
    return Box::new(Windows::new(log));
}

/// The user's desktop.
pub trait Desktop: Send + Sync {
    /// Tells something that needs no answer.
    ///
    /// # Errors
    /// If there is nobody to tell.
    fn tell(&self, notice: &Notice) -> Result<()>;

    /// Asks, and calls `answer` once, from any thread, when there is an answer. It returns at once. What was asked before
    /// is withdrawn.
    ///
    /// # Errors
    /// If there is nobody to ask; `answer` is not called then.
    fn ask(&self, question: &Question, answer: Box<dyn FnOnce(Answer) + Send>) -> Result<()>;

    /// Takes back what was asked, as it was answered elsewhere or in time.
    fn withdraw(&self);
}

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The first line.
    pub title: String,
    /// What happened, and what to do.
    pub text: String,
    /// How much it matters.
    pub urgency: Urgency,
}

/// How much something matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Good to know.
    Normal,
    /// Something failed.
    Critical,
}

/// Something to ask. Whatever is not a password is answered with yes or later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// May first time setup start now?
    Start {
        /// The administrator's words.
        message: String,
        /// A page with help.
        link: Option<String>,
    },
    /// First time setup has failed: try again now, or later?
    Retry {
        /// The administrator's words.
        message: String,
        /// A page with help.
        link: Option<String>,
    },
    /// The user's password for the guest.
    Password {
        /// Whose.
        user: String,
        /// Whether it may be kept, and so whether to ask that.
        may_keep: bool,
        /// Whether the one before was wrong.
        again: bool,
    },
    /// May the guest restart now?
    Restart {
        /// Why.
        reason: String,
    },
}

/// What the user says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes, now.
    Yes,
    /// Later. Also: the question was closed.
    Later,
    /// The password.
    Password {
        /// It.
        password: Secret,
        /// Whether it is to be kept.
        keep: bool,
    },
}
