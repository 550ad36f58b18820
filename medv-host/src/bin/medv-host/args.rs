//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::exit::Exit;

#[derive(Parser)]
#[command(
    name = "medv-host",
    version,
    about = "The host agent of medv: a workspace's machine, its first time setup, its applications on the menu",
    max_term_width = 110,
    after_help = Exit::table(),
    arg_required_else_help = true
)]
pub(crate) struct Args {
    /// A folder that stands for the root of the file system
    #[arg(long, value_name = "DIR", global = true, hide = true)]
    pub(crate) root: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Be the agent of this session, until the session ends; what starts with each session
    Run,
    /// The workspace, first time setup, the machine, and what happened last
    Status(Status),
    /// Start the machine
    Start(OfMachine),
    /// Close the machine, as the settings say or as told
    Stop(Stop),
    /// Restart the guest; its applications are closed
    Restart(OfMachine),
    /// Throw the user's machine away, with all that is in it, and set up a new one
    Reset(Reset),
    /// The guest's applications
    Apps(OfWorkspace),
    /// Start an application of the guest, and the machine if it is off
    App(App),
    /// Open a web address: in the guest's browser if the list of the settings has it, else in the host's
    Open {
        /// An http or https address
        url: String,
    },
    /// Have web addresses of this user's desktop pass through `medv-host open`, or not any more
    Handler {
        /// What to do
        change: HandlerChange,
    },
    /// Answer what the user is asked
    Answer {
        /// The answer
        answer: Answer,
    },
    /// Give the password that is asked for: typed, or a line of standard input
    Password(Password),
    /// The agent's log, or what came out of the guest
    Logs(Logs),
    /// How first time setup went, for each user of this computer
    Results(Results),
    /// Write a picture of the machine's screen
    Screenshot {
        /// The workspace
        name: String,
        /// The PNG file
        file: PathBuf,
    },
    /// Show the machine's screen in a window
    Show {
        /// The workspace
        name: String,
    },
    /// Wake the machine up for its updates, unless the computer runs on battery or has no network
    WakeUp(WakeUp),
    /// The settings and who set them: what `medv settings` has
    Settings {
        /// As for `medv settings`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// All of this in the terminal: state, logs, applications, settings; restart and reset
    Toolkit,
    /// Have the agent look again at what is installed and set
    Refresh,
    /// Close the machine and end the agent
    Quit,
}

#[derive(clap::Args)]
pub(crate) struct Status {
    /// Go on, and show every change
    #[arg(long)]
    pub(crate) watch: bool,
    /// One JSON document; with --watch one for each change
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct OfWorkspace {
    /// The workspace
    pub(crate) name: String,
    /// One JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct OfMachine {
    /// The workspace
    pub(crate) name: String,
    /// Return when it is done
    #[arg(long)]
    pub(crate) wait: bool,
}

#[derive(clap::Args)]
pub(crate) struct Stop {
    #[command(flatten)]
    pub(crate) of: OfMachine,
    /// How it is closed
    #[arg(long, value_enum)]
    pub(crate) how: Option<How>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum How {
    /// Its state is saved
    Save,
    /// The guest shuts down
    ShutDown,
    /// It loses its power
    TurnOff,
}

#[derive(clap::Args)]
pub(crate) struct Reset {
    /// The workspace
    pub(crate) name: String,
    /// Do not ask whether that is meant
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(clap::Args)]
pub(crate) struct App {
    /// The workspace
    pub(crate) name: String,
    /// The application's id or name
    pub(crate) app: String,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum HandlerChange {
    /// Web addresses pass through medv-host
    Install,
    /// The browser from before has them again
    Remove,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Answer {
    /// Yes, now
    Yes,
    /// Later
    Later,
}

#[derive(clap::Args)]
pub(crate) struct Password {
    /// Keep it in the desktop's vault, if the settings allow that
    #[arg(long, conflicts_with = "forget")]
    pub(crate) keep: bool,
    /// Forget the password instead, also the one that is kept
    #[arg(long)]
    pub(crate) forget: bool,
}

#[derive(clap::Args)]
pub(crate) struct Logs {
    /// The workspace
    pub(crate) name: String,
    /// Logs that came out of the guest; those of the guest agent are fetched first if it is there
    #[arg(long)]
    pub(crate) guest: bool,
    /// So many lines, the last ones
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) lines: usize,
    /// Events of this level and graver ones
    #[arg(long, value_enum, default_value_t = LogLevel::Information)]
    pub(crate) level: LogLevel,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum LogLevel {
    /// Errors
    Error,
    /// Errors and warnings
    Warning,
    /// Also what is good to know
    Information,
    /// Everything
    Debug,
}

#[derive(clap::Args)]
pub(crate) struct Results {
    /// Only those that failed
    #[arg(long)]
    pub(crate) failed: bool,
    /// One JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct WakeUp {
    /// The workspace
    #[arg(long, value_name = "NAME")]
    pub(crate) workspace: String,
    /// For how long
    #[arg(long, value_name = "N", default_value_t = 240)]
    pub(crate) minutes: u32,
}
