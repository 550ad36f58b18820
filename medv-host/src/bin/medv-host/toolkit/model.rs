//! What the toolkit shows: all of it, without I/O.

use medv_host::control::Status;
use medv_host::event::Level;
use medv_protocol::App;
use ratatui::layout::Size;

use super::facts::{Fact, Facts};

/// Everything that the screen depends on.
pub(crate) struct Model {
    pub(crate) page: Page,
    pub(crate) mode: Mode,
    pub(crate) size: Size,
    pub(crate) agent: Agent,
    /// The guest's applications, as the agent said last.
    pub(crate) apps: Vec<App>,
    pub(crate) facts: Facts,
    /// The first line that is shown, of each page. It may lie behind the last one: then the end is shown, also when more comes.
    pub(crate) positions: [usize; Page::ALL.len()],
    /// Whether only the users are shown whose first time setup has failed.
    pub(crate) failed_only: bool,
    /// Events of this level and graver ones are shown.
    pub(crate) level: Level,
    /// Which of the guest's logs is shown.
    pub(crate) guest_log: usize,
    /// What the names, values or origins of the settings that are shown contain.
    pub(crate) filter: String,
    /// What became of the last that was done.
    pub(crate) message: String,
}

/// A page, in the order of the tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    State,
    Setup,
    HostLog,
    GuestLogs,
    Apps,
    Addresses,
    Settings,
    Level,
    Actions,
}

/// What keys are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Going about.
    Look,
    /// The filter of the settings is typed.
    Filter,
    /// A restart is to be confirmed.
    Restart,
    /// A reset is to be confirmed by typing the workspace's name; so much of it is there.
    Reset(String),
}

/// The host agent of this session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Agent {
    /// It has not answered yet.
    Asked,
    /// It is not running.
    Absent,
    /// It cannot be spoken to, and why.
    Failed(String),
    /// How it is.
    There(Box<Status>),
}

/// What the agent is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Restart,
    Reset,
    Show,
    FetchGuestLog,
}

/// What must be done besides drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Quit,
    ReadFacts,
    ListApps,
    SetLevel(Level),
    Do(Task),
}

impl Page {
    pub(crate) const ALL: [Self; 9] = [
        Self::State,
        Self::Setup,
        Self::HostLog,
        Self::GuestLogs,
        Self::Apps,
        Self::Addresses,
        Self::Settings,
        Self::Level,
        Self::Actions,
    ];

    /// What its tab says: a row of tabs is 80 columns wide.
    pub(crate) fn tab(self) -> &'static str {
        match self {
            Self::State => "State",
            Self::Setup => "Setup",
            Self::HostLog => "Host log",
            Self::GuestLogs => "Guest",
            Self::Apps => "Apps",
            Self::Addresses => "URLs",
            Self::Settings => "Settings",
            Self::Level => "Level",
            Self::Actions => "Actions",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::State => "State",
            Self::Setup => "First time setup of all users",
            Self::HostLog => "Log of the host agent",
            Self::GuestLogs => "Logs that came out of the guest",
            Self::Apps => "Published applications",
            Self::Addresses => "Redirected web addresses",
            Self::Settings => "Settings",
            Self::Level => "Level of events",
            Self::Actions => "Actions",
        }
    }

    /// The key that opens it: `1` to `9`.
    pub(crate) fn key(self) -> char {
        ('1'..).nth(self as usize).unwrap_or('9')
    }

    /// The page so many tabs further on, around the end.
    pub(crate) fn further(self, tabs: usize) -> Self {
        Self::ALL[(self as usize + tabs) % Self::ALL.len()]
    }
}

impl Model {
    /// At the start: the agent was asked, files were read.
    pub(crate) fn new(size: Size, facts: Facts) -> Self {
        let mut positions = [0; Page::ALL.len()];
        // A log is read from its end.
        positions[Page::HostLog as usize] = usize::MAX;
        positions[Page::GuestLogs as usize] = usize::MAX;
        Self {
            page: Page::State,
            mode: Mode::Look,
            size,
            agent: Agent::Asked,
            apps: Vec::new(),
            facts,
            positions,
            failed_only: false,
            level: Level::Information,
            guest_log: 0,
            filter: String::new(),
            message: String::new(),
        }
    }

    /// The name of the workspace that is installed.
    pub(crate) fn workspace(&self) -> Fact<String> {
        let installed = self.facts.workspace.as_ref().map_err(Clone::clone)?;
        installed
            .as_ref()
            .map(|found| found.name.clone())
            .ok_or_else(|| "no workspace is installed".to_owned())
    }

    /// Whether there is an agent to do what is wanted; what to do about it if not.
    pub(crate) fn agent_must_be_there(&self) -> Fact<()> {
        match &self.agent {
            Agent::There(_) => Ok(()),
            Agent::Failed(why) => Err(why.clone()),
            Agent::Asked | Agent::Absent => {
                Err("the host agent of this session is not running; start it: medv-host run".to_owned())
            }
        }
    }
}
