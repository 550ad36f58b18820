//! `medv workspace …`, as it is typed.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args as Options, Subcommand, ValueHint};

use super::with_exit_codes;

const EXAMPLES: &str = "\
Examples:
  medv workspace new                           ask, page by page, and write workspace.toml
  medv workspace check workspace.toml          every rule that it breaks
  medv workspace build workspace.toml          the package, in a folder of the workspace's name";

/// Make packages that install a disk, with its settings, on many computers
#[derive(Debug, Options)]
#[command(after_help = EXAMPLES, after_long_help = with_exit_codes(EXAMPLES))]
pub(crate) struct Workspace {
    #[command(subcommand)]
    pub(crate) command: WorkspaceCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorkspaceCommand {
    New(New),
    Check(Check),
    Build(Box<Build>),
    #[cfg(unix)]
    Install(Install),
    #[cfg(unix)]
    Uninstall(Uninstall),
    #[cfg(unix)]
    List(Installed),
}

const NEW_EXAMPLES: &str = "\
Examples:
  medv workspace new                                             ask for everything
  medv workspace new --name Office --image office.vhd            ask for the rest
  medv workspace new --name Office --image office.vhd --no-questions \\
      --set first-time-setup.mode=silent --set computer-name.mask='XP-%username%[4]*'";

/// Write the definition of a workspace, workspace.toml
///
/// Asks the questions of the original wizard, page by page. What was given as an option is not asked; without a terminal
/// nothing is.
#[derive(Debug, Options)]
#[command(after_help = NEW_EXAMPLES, after_long_help = with_exit_codes(NEW_EXAMPLES))]
pub(crate) struct New {
    /// The workspace's name, which users see
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The disk: a VHD or a raw image
    #[arg(long, value_name = "DISK", value_hint = ValueHint::FilePath)]
    pub(crate) image: Option<PathBuf>,
    /// Answer a question: the key as in workspace.toml, such as messages.start; may be given again
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) answers: Vec<String>,
    /// Ask nothing
    #[arg(long)]
    pub(crate) no_questions: bool,
    /// The file to write
    #[arg(short, long, value_name = "FILE", default_value = "workspace.toml", value_hint = ValueHint::FilePath)]
    pub(crate) output: PathBuf,
    /// Replace the file if it exists
    #[arg(short, long)]
    pub(crate) force: bool,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  medv workspace check workspace.toml
  medv workspace check workspace.toml --json";

/// Check the definition of a workspace
///
/// Names every rule that is broken, with its line and what to do, and what guests will be called on this computer. Looks
/// at the disk, too: is it sealed, so that each computer's copy becomes a machine of its own?
#[derive(Debug, Options)]
#[command(after_help = CHECK_EXAMPLES, after_long_help = with_exit_codes(CHECK_EXAMPLES))]
pub(crate) struct Check {
    /// The definition
    #[arg(value_name = "FILE", default_value = "workspace.toml", value_hint = ValueHint::FilePath)]
    pub(crate) definition: PathBuf,
    #[command(flatten)]
    pub(crate) sealing: Sealing,
}

/// Whether the disk has to be sealed.
#[derive(Clone, Copy, Debug, Options)]
pub(crate) struct Sealing {
    /// Refuse a disk that is not sealed, or of which that cannot be seen
    #[arg(long)]
    pub(crate) require_sealed: bool,
}

const BUILD_EXAMPLES: &str = "\
Examples:
  medv workspace build workspace.toml                          into a folder of the workspace's name
  medv workspace build workspace.toml -o /srv/packages/xp --force
  medv workspace build --name XP --image xp.vhd --settings-file xp.reg";

/// Build the package of a workspace
///
/// Writes setup.exe, the .msi, the .medv, the .reg, the .ps1, install-all.cmd, a README and SHA256SUMS side by side. If only
/// settings have changed since the last build into the same folder, the disk is not packed again.
#[derive(Debug, Options)]
#[expect(clippy::struct_excessive_bools, reason = "one a switch")]
#[command(after_help = BUILD_EXAMPLES, after_long_help = with_exit_codes(BUILD_EXAMPLES))]
pub(crate) struct Build {
    /// The definition [default: workspace.toml]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["name", "image"])]
    pub(crate) definition: Option<PathBuf>,
    /// The folder of the package [default: the workspace's name]
    #[arg(short, long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) output: Option<PathBuf>,
    /// Without a definition: the workspace's name
    #[arg(long, value_name = "NAME", requires = "image")]
    pub(crate) name: Option<String>,
    /// Without a definition: the disk
    #[arg(long, value_name = "DISK", requires = "name", value_hint = ValueHint::FilePath)]
    pub(crate) image: Option<PathBuf>,
    /// Without a definition: the settings, a .reg file
    #[arg(long, value_name = "REG", requires = "name", value_hint = ValueHint::FilePath)]
    pub(crate) settings_file: Option<PathBuf>,
    /// Without a definition: the workspace's version
    #[arg(long, value_name = "X.Y.Z", requires = "name")]
    pub(crate) version: Option<String>,
    /// Without a definition: the level to pack the disk with
    #[arg(short, long, value_name = "LEVEL", requires = "name")]
    pub(crate) level: Option<i32>,
    /// Without a definition: leave out what the disk's volumes call free
    #[arg(long, requires = "name")]
    pub(crate) trim: bool,
    /// Replace the package that is there
    #[arg(short, long)]
    pub(crate) force: bool,
    /// Make a Debian package as well, which does on `apt install` what `medv workspace install` does
    #[arg(long)]
    pub(crate) deb: bool,
    /// Pack the disk even if that was done before
    #[arg(long)]
    pub(crate) pack_again: bool,
    /// Worker threads [default: one a core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Where setup.exe, uninstall.exe and medv-actions.dll are [default: beside medv]
    #[arg(long, value_name = "DIR", env = "MEDV_PROGRAMS", value_hint = ValueHint::DirPath)]
    pub(crate) programs: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) sealing: Sealing,
}

#[cfg(unix)]
const INSTALL_EXAMPLES: &str = "\
Examples:
  sudo medv workspace install /media/usb/xp
  sudo medv workspace install https://host/packages/xp --overwrite";

/// Install a package for all users of this computer
///
/// Expands the disk, every byte checked, makes the settings, and has the host agent start with each session. If anything
/// fails the computer is as it was; an installation that was cut short goes on where it stopped.
#[cfg(unix)]
#[derive(Debug, Options)]
#[command(after_help = INSTALL_EXAMPLES, after_long_help = with_exit_codes(INSTALL_EXAMPLES))]
pub(crate) struct Install {
    /// The package: its folder, or its http:// or https:// address
    #[arg(value_name = "PACKAGE", value_hint = ValueHint::DirPath)]
    pub(crate) package: String,
    /// Where the disk goes [default: /var/lib/medv/workspace]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) dir: Option<PathBuf>,
    /// Replace a disk of the same name that is there
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Do not start the host agent afterwards; it starts with the next session
    #[arg(long)]
    pub(crate) no_launch: bool,
    /// Do not ask for a hypervisor, which may be installed later
    #[arg(long)]
    pub(crate) ignore_prerequisites: bool,
    #[command(flatten)]
    pub(crate) on: On,
    #[command(flatten)]
    pub(crate) fetching: super::Fetching,
}

/// Which file system to work on.
#[cfg(unix)]
#[derive(Clone, Debug, Options)]
pub(crate) struct On {
    /// Work below this folder, as if it were the root of the file system
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) root: Option<PathBuf>,
}

#[cfg(unix)]
const UNINSTALL_EXAMPLES: &str = "\
Examples:
  sudo medv workspace uninstall \"Office XP\"
  sudo medv workspace uninstall \"Office XP\" --delete-disks";

/// Remove an installed workspace
///
/// Takes its settings and the start of the host agent away. Its disk and what users have in it stay, unless --delete-disks is
/// given.
#[cfg(unix)]
#[derive(Debug, Options)]
#[command(after_help = UNINSTALL_EXAMPLES, after_long_help = with_exit_codes(UNINSTALL_EXAMPLES))]
pub(crate) struct Uninstall {
    /// The workspace's name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Delete the disk, and everything that users have in it
    #[arg(long)]
    pub(crate) delete_disks: bool,
    #[command(flatten)]
    pub(crate) on: On,
}

#[cfg(unix)]
const LIST_EXAMPLES: &str = "\
Examples:
  medv workspace list
  medv workspace list --json";

/// Show the workspace that is installed on this computer
#[cfg(unix)]
#[derive(Debug, Options)]
#[command(after_help = LIST_EXAMPLES, after_long_help = with_exit_codes(LIST_EXAMPLES))]
pub(crate) struct Installed {
    #[command(flatten)]
    pub(crate) on: On,
}
