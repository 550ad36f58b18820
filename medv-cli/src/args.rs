//! What was typed: the commands, their options, and the help that goes with them.

mod settings;
mod workspace;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args as Options, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use crate::exit::Exit;
use crate::size::{ChunkSize, parse as parse_size};

pub(crate) use settings::{
    Clear, Export, GroupName, Kept, List, Set, Settings, SettingsCommand, Show, Whose,
};
pub(crate) use workspace::{Build, Check, New, Sealing, Workspace, WorkspaceCommand};
#[cfg(unix)]
pub(crate) use workspace::{Install, Installed, Uninstall};

const EXAMPLES: &str = "\
Examples:
  medv pack windows.vhd                   pack a disk into windows.medv
  medv verify windows.medv                check every byte of it
  medv expand https://host/windows.medv   fetch it and restore the disk as windows.vhd
  zstd -d windows.medv -o windows.vhd     restore it without medv";

fn with_exit_codes(examples: &str) -> String {
    format!("{examples}\n\nExit codes:\n{}", Exit::table())
}

/// Pack virtual machine disks into small files that check themselves, and restore them.
#[derive(Debug, Parser)]
#[command(name = "medv", version, max_term_width = 100)]
#[command(after_help = EXAMPLES, after_long_help = with_exit_codes(EXAMPLES))]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How the command talks.
#[derive(Clone, Debug, Options)]
#[command(next_help_heading = "Output")]
pub(crate) struct Output {
    /// Print one JSON document on standard output instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// How to show progress, on standard error
    #[arg(long, global = true, value_enum, value_name = "HOW", default_value_t = ProgressMode::Auto)]
    pub(crate) progress: ProgressMode,
    /// Print errors only: no progress, no report of what was done
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Print details: what was opened, how many threads work, how many requests a web server was sent
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Colour messages
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = ColorMode::Auto)]
    pub(crate) color: ColorMode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressMode {
    /// A bar on a terminal, plain lines otherwise
    Auto,
    /// A line every two seconds
    Plain,
    /// A JSON object on a line of its own, twice a second
    Json,
    /// Nothing
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorMode {
    /// On a terminal, unless the variable `NO_COLOR` is set
    Auto,
    /// Everywhere, in files too
    Always,
    /// Nowhere
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Pack(Pack),
    Expand(Expand),
    Verify(Verify),
    Info(Info),
    Doctor(Doctor),
    Workspace(Workspace),
    Settings(Settings),
    Completions(Completions),
    Man(Man),
}

const PACK_EXAMPLES: &str = "\
Examples:
  medv pack windows.vhd                           to windows.medv beside it
  medv pack windows.vhd --trim -o small.medv      leave out what its volumes call free
  medv pack child.vhd --parent /images/base.vhd   flatten a chain whose parent has moved
  medv pack disk.img -l 19 --chunk-size 8MiB      slow and small
  medv pack windows.vhd -o - | ssh host 'cat >windows.medv'";

/// Pack a disk into a .medv
///
/// DISK is a fixed, dynamic or differencing VHD, or a raw image. A differencing disk is packed together with its
/// parents, as the one disk that it shows. The .medv appears under its name only when it is whole.
#[derive(Debug, Options)]
#[command(after_help = PACK_EXAMPLES, after_long_help = with_exit_codes(PACK_EXAMPLES))]
pub(crate) struct Pack {
    /// The disk to pack
    #[arg(value_name = "DISK", value_hint = ValueHint::FilePath)]
    pub(crate) disk: PathBuf,
    /// The .medv to write, or - for standard output [default: DISK with .medv for its extension]
    #[arg(short, long, value_name = "OUT", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// Zstandard level: 1 is fastest, 22 gives the smallest file
    #[arg(short, long, value_name = "LEVEL", default_value_t = 3, value_parser = clap::value_parser!(i32).range(1..=22))]
    pub(crate) level: i32,
    /// Disk bytes in a frame: a power of two from 64KiB to 8MiB. Larger packs better, smaller is quicker to read parts of
    /// [default: 2MiB, from level 5 on 8MiB]
    #[arg(long, value_name = "SIZE")]
    pub(crate) chunk_size: Option<ChunkSize>,
    /// Worker threads [default: one a core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Take the free space of NTFS, ext2/3/4 and FAT volumes for zero. A volume that is dirty or hibernated is packed whole
    #[arg(long)]
    pub(crate) trim: bool,
    /// Replace the output if it exists
    #[arg(short, long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// How to read a disk that can be read in more than one way.
#[derive(Clone, Debug, Options)]
#[command(next_help_heading = "Reading the disk")]
pub(crate) struct Reading {
    /// A parent of a differencing disk, or a folder with parents; may be given again
    #[arg(long = "parent", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) parents: Vec<PathBuf>,
    /// What the file is
    #[arg(long, value_enum, value_name = "FORM", default_value_t = InputFormat::Auto)]
    pub(crate) input_format: InputFormat,
    /// Which of the two sizes in a VHD's footer counts
    #[arg(long, value_enum, value_name = "RULE", default_value_t = Size::Auto)]
    pub(crate) size: Size,
    /// What counts where the bitmap of a dynamic VHD says that nothing was written, but there is data
    #[arg(long, value_enum, value_name = "WHICH", default_value_t = Bitmaps::Data)]
    pub(crate) bitmaps: Bitmaps,
    /// Which footer counts if the one at the end and the copy in front differ [default: neither]
    #[arg(long, value_enum, value_name = "WHICH")]
    pub(crate) footer: Option<WhichFooter>,
    /// Read the disk of a suspended machine, whose memory will be lost
    #[arg(long)]
    pub(crate) allow_saved_state: bool,
    /// Read past damage that still leaves one reading for each byte
    #[arg(long)]
    pub(crate) allow_damage: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InputFormat {
    /// A VHD if it has a footer, else a raw image
    Auto,
    /// A raw image, every byte of the file
    Raw,
    /// A VHD, or an error
    Vhd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Size {
    /// The one that its creator means
    Auto,
    /// The geometry: cylinders, heads and sectors
    Chs,
    /// The size field
    Current,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bitmaps {
    /// The data
    Data,
    /// The bitmap: it is zero
    Bitmap,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhichFooter {
    /// The one at the end
    End,
    /// The copy in front
    Front,
}

const EXPAND_EXAMPLES: &str = "\
Examples:
  medv expand windows.medv                                     to windows.vhd, in this folder
  medv expand https://host/windows.medv -o /images/w.vhd       from a web server
  medv expand windows.medv --format fixed -o w.vhd             as a fixed VHD
  medv expand windows.medv --format raw --force -o /dev/sdb    onto a disk
  ssh host cat windows.medv | medv expand - -o windows.vhd     from a pipe

An expand that was stopped goes on where it stopped when the same command is given again.

With --force, what is whole of a damaged or truncated .medv is saved as DISK.partial, with zeros \
where it is not; DISK itself is left alone, and the exit code is 1. From a pipe that cannot be done.";

/// Restore the disk of a .medv
///
/// SRC is a path, an http:// or https:// address, or - for standard input. The disk appears under its name only
/// when all of it is checked and on disk.
#[derive(Debug, Options)]
#[command(after_help = EXPAND_EXAMPLES, after_long_help = with_exit_codes(EXPAND_EXAMPLES))]
pub(crate) struct Expand {
    /// The .medv to expand
    #[arg(value_name = "SRC", value_hint = ValueHint::FilePath)]
    pub(crate) source: String,
    /// The disk to write, or - for standard output [default: SRC's name with .vhd or .img, in this folder]
    #[arg(short, long, value_name = "DISK", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// The form to write
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Same)]
    pub(crate) format: Form,
    /// Worker threads [default: two a core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Replace the target if it exists; of a damaged .medv, save what is whole as DISK.partial
    #[arg(short, long)]
    pub(crate) force: bool,
    /// When going on, read back and check what is done already
    #[arg(long)]
    pub(crate) recheck: bool,
    /// Disk bytes between two syncs of the target: so many are done again, at most, after a power cut. A slow source is
    /// synced every two seconds as well
    #[arg(long, value_name = "SIZE", default_value = "256MiB", value_parser = parse_size, hide_short_help = true)]
    pub(crate) sync_every: u64,
    #[command(flatten)]
    pub(crate) fetching: Fetching,
}

/// How to talk to a web server.
#[derive(Clone, Debug, Options)]
#[command(next_help_heading = "Fetching from https://")]
pub(crate) struct Fetching {
    /// Trust the certificate authorities in this file, in PEM form, instead of the public ones
    #[arg(long, value_name = "PEM", value_hint = ValueHint::FilePath)]
    pub(crate) ca_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// The form that the packed disk had
    Same,
    /// A dynamic VHD
    Dynamic,
    /// A fixed VHD
    Fixed,
    /// The bare disk: an image, or a block device
    Raw,
}

const VERIFY_EXAMPLES: &str = "\
Examples:
  medv verify windows.medv                  every byte
  medv verify windows.medv --quick          did it arrive whole?
  medv verify https://host/windows.medv     without keeping a copy
  medv verify windows.medv --json";

/// Check a .medv
///
/// Every frame is decompressed and compared with its digest; with --quick only the structure and the checksum of
/// every compressed frame are checked. Each damaged frame is named, with its place on the disk and in the file.
#[derive(Debug, Options)]
#[command(after_help = VERIFY_EXAMPLES, after_long_help = with_exit_codes(VERIFY_EXAMPLES))]
pub(crate) struct Verify {
    /// The .medv to check: a path, an http:// or https:// address, or - for standard input
    #[arg(value_name = "SRC", value_hint = ValueHint::FilePath)]
    pub(crate) source: String,
    /// Check the structure and checksums only, without decompressing
    #[arg(long)]
    pub(crate) quick: bool,
    /// Worker threads [default: one a core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) fetching: Fetching,
}

const INFO_EXAMPLES: &str = "\
Examples:
  medv info windows.medv
  medv info windows.medv --map windows.svg     and draw a picture of the disk
  medv info https://host/windows.medv --json";

/// Show what a .medv holds
///
/// Shows the disk (form, size, geometry, creator, identity, partition table) and the container (frames, level,
/// digest). Reads little of the file, unless it comes through a pipe.
#[derive(Debug, Options)]
#[command(after_help = INFO_EXAMPLES, after_long_help = with_exit_codes(INFO_EXAMPLES))]
pub(crate) struct Info {
    /// The .medv to look at: a path, an http:// or https:// address, or - for standard input
    #[arg(value_name = "SRC", value_hint = ValueHint::FilePath)]
    pub(crate) source: String,
    /// Draw which parts of the disk are data, zero, trimmed, hardly compressible, as an SVG
    #[arg(long, value_name = "OUT.svg", value_hint = ValueHint::FilePath)]
    pub(crate) map: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) fetching: Fetching,
}

const DOCTOR_EXAMPLES: &str = "\
Examples:
  medv doctor windows.vhd
  medv doctor windows.vhd --json";

/// Name everything that is odd about a disk, and what medv does about it
///
/// Exits with 0 if the disk can be packed, 1 if it is damaged, 4 if it is valid but not supported.
#[derive(Debug, Options)]
#[command(after_help = DOCTOR_EXAMPLES, after_long_help = with_exit_codes(DOCTOR_EXAMPLES))]
pub(crate) struct Doctor {
    /// The disk to look at
    #[arg(value_name = "DISK", value_hint = ValueHint::FilePath)]
    pub(crate) disk: PathBuf,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  medv completions bash >~/.local/share/bash-completion/completions/medv
  medv completions fish >~/.config/fish/completions/medv.fish";

/// Print the completions for a shell
#[derive(Debug, Options)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

const MAN_EXAMPLES: &str = "\
Examples:
  medv man | man -l -
  medv man pack | man -l -
  medv man settings export | man -l -
  medv man --out /usr/local/share/man/man1";

/// Print a manual page
#[derive(Debug, Options)]
#[command(after_help = MAN_EXAMPLES)]
pub(crate) struct Man {
    /// The command to print the page of, and one below it [default: medv itself]
    pub(crate) command: Vec<String>,
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "command")]
    pub(crate) out: Option<PathBuf>,
}
