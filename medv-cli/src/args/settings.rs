//! `medv settings …`, as it is typed.

use std::path::PathBuf;

use clap::{Args as Options, Subcommand, ValueEnum, ValueHint};

use super::with_exit_codes;

const EXAMPLES: &str = "\
Examples:
  medv settings list --current                         what all are on this machine
  medv settings show VmMemory                          what one means, and what it is
  medv settings set VmMemory 1024                      for all users of this machine
  medv settings export --set VmMemory=1024 -o ram.reg  for other machines";

/// Look up the settings of workspaces, and change them
///
/// Machine policy, user policy, machine and user are asked for a setting in this order, and the first one that has it
/// counts. A NAME is as in the registry, `VM\Memory`, as in PowerShell, `VmMemory`, or short, `Memory`.
#[derive(Debug, Options)]
#[command(after_help = EXAMPLES, after_long_help = with_exit_codes(EXAMPLES))]
pub(crate) struct Settings {
    #[command(subcommand)]
    pub(crate) command: SettingsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    List(List),
    Show(Show),
    Export(Export),
    Set(Set),
    Clear(Clear),
}

/// Where this machine keeps settings.
#[derive(Clone, Debug, Options)]
pub(crate) struct Kept {
    /// Use the files of settings below this folder, as if it were the root of the file system
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) root: Option<PathBuf>,
}

const LIST_EXAMPLES: &str = "\
Examples:
  medv settings list
  medv settings list --group VM --current";

/// List all settings, with their defaults or with what they are
#[derive(Debug, Options)]
#[command(after_help = LIST_EXAMPLES, after_long_help = with_exit_codes(LIST_EXAMPLES))]
pub(crate) struct List {
    /// Only the settings of this group
    #[arg(long, value_enum, value_name = "GROUP", ignore_case = true)]
    pub(crate) group: Option<GroupName>,
    /// What the settings are on this machine and who says so, instead of the defaults
    #[arg(long)]
    pub(crate) current: bool,
    #[command(flatten)]
    pub(crate) kept: Kept,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GroupName {
    /// Event logs
    Diagnostics,
    /// First time setup
    Fts,
    /// What the user sees
    #[value(name = "UserExperience", alias = "ux")]
    UserExperience,
    /// The virtual machine
    #[value(name = "VM")]
    Vm,
    /// Inside the guest
    Guest,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  medv settings show VmMemory
  medv settings show 'VM\\Memory' --json";

/// Show what a setting means, what it can be, what it is and who says so
#[derive(Debug, Options)]
#[command(after_help = SHOW_EXAMPLES, after_long_help = with_exit_codes(SHOW_EXAMPLES))]
pub(crate) struct Show {
    /// The setting
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) kept: Kept,
}

const EXPORT_EXAMPLES: &str = "\
Examples:
  medv settings export --set VmMemory=1024 --set NetworkingMode=Bridged -o changes.reg
  medv settings export --set 'RedirectUrls=http://*.contoso.com;https://intranet/app/*' -o urls.reg
  medv settings export --force-defaults -o all.reg";

/// Write settings into a .reg file, for the registries of other machines
///
/// Only what is given is written: a setting that is not stays as it is on a machine that imports the file.
#[derive(Debug, Options)]
#[command(after_help = EXPORT_EXAMPLES, after_long_help = with_exit_codes(EXPORT_EXAMPLES))]
pub(crate) struct Export {
    /// A setting and its value; may be given again. The parts of a list have semicolons between them, or come in --set
    /// after --set; \; is a semicolon in a part
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(crate) sets: Vec<String>,
    /// Write every other setting too, with its default, so that users have no choice left
    #[arg(long)]
    pub(crate) force_defaults: bool,
    /// Write behind what is in the file already, if there is one
    #[arg(long)]
    pub(crate) append: bool,
    /// Replace the file if it exists
    #[arg(short, long, conflicts_with = "append")]
    pub(crate) force: bool,
    /// The file to write, or - for standard output
    #[arg(short, long, value_name = "FILE.reg", value_hint = ValueHint::FilePath)]
    pub(crate) output: PathBuf,
}

const SET_EXAMPLES: &str = "\
Examples:
  medv settings set VmMemory 1024
  medv settings set LogonStartEnabled no --user
  medv settings set RedirectUrls 'http://*.contoso.com' 'https://intranet/app/*'";

/// Set a setting on this machine
#[derive(Debug, Options)]
#[command(after_help = SET_EXAMPLES, after_long_help = with_exit_codes(SET_EXAMPLES))]
pub(crate) struct Set {
    /// The setting
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// What to set it to. The parts of a list come one by one, or with semicolons between them
    #[arg(value_name = "VALUE", required = true, allow_negative_numbers = true)]
    pub(crate) values: Vec<String>,
    #[command(flatten)]
    pub(crate) whose: Whose,
    #[command(flatten)]
    pub(crate) kept: Kept,
}

const CLEAR_EXAMPLES: &str = "\
Examples:
  medv settings clear VmMemory
  medv settings clear LogonStartEnabled --user";

/// Take back what was set, so that somebody else's value or the default counts
#[derive(Debug, Options)]
#[command(after_help = CLEAR_EXAMPLES, after_long_help = with_exit_codes(CLEAR_EXAMPLES))]
pub(crate) struct Clear {
    /// The setting
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) whose: Whose,
    #[command(flatten)]
    pub(crate) kept: Kept,
}

/// For whom.
#[derive(Clone, Debug, Options)]
pub(crate) struct Whose {
    /// For all users of this machine (this is the default)
    #[arg(long, conflicts_with = "user")]
    pub(crate) machine: bool,
    /// For you alone
    #[arg(long)]
    pub(crate) user: bool,
}
