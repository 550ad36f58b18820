//! The QEMU of this host: where it is, its version, and what it was built with.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use medv_codec::{Error, ErrorKind, Result};

use crate::programs;

/// What QEMU is called.
const PROGRAM: &str = "qemu-system-x86_64";
/// The kind of machine: the one whose devices every guest from Windows XP on has drivers for.
const MACHINE: &str = "pc";

/// A QEMU that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Installation {
    pub(super) program: PathBuf,
    /// `10.0.2`.
    pub(super) version: String,
    /// The name of the machine that `pc` stands for in this version. A saved state can only go on in the same one.
    pub(super) machine: String,
    pub(super) audio_drivers: Vec<String>,
    pub(super) displays: Vec<String>,
    pub(super) chardevs: Vec<String>,
}

impl Installation {
    /// Looks in `PATH`, and on Windows where QEMU's installer says that it is.
    pub(super) fn find() -> Result<Self> {
        let program = programs::find(PROGRAM).ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, format!("there is no {PROGRAM} in PATH"))
                .advice("install QEMU; on Debian: apt install qemu-system-x86 qemu-utils")
        })?;
        let ask = |arguments: &[&str]| ask(&program, arguments);
        let version = ask(&["-version"])?;
        let version = version_in(&version).ok_or_else(|| {
            Error::damaged("it does not say which version it is")
                .in_file(&program)
                .advice("install QEMU anew")
        })?;
        Ok(Self {
            machine: alias_in(&ask(&["-machine", "help"])?, MACHINE).unwrap_or_else(|| MACHINE.to_owned()),
            version,
            audio_drivers: listed_in(&ask(&["-audiodev", "help"])?),
            displays: listed_in(&ask(&["-display", "help"])?),
            chardevs: listed_in(&ask(&["-chardev", "help"])?),
            program,
        })
    }
}

fn ask(program: &Path, arguments: &[&str]) -> Result<String> {
    let output = programs::command(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Error::io("cannot run", error).in_file(program))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// `QEMU emulator version 10.0.2 (Debian …)`.
fn version_in(text: &str) -> Option<String> {
    text.split_whitespace().skip_while(|word| *word != "version").nth(1).map(str::to_owned)
}

/// `pc   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-10.0)`.
fn alias_in(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.split_whitespace().next() == Some(name))?;
    Some(line.split_once("(alias of ")?.1.split(')').next()?.to_owned())
}

/// One word a line, after a heading that ends with a colon.
fn listed_in(text: &str) -> Vec<String> {
    let words = text.lines().skip(1).map(str::trim);
    words.take_while(|line| !line.is_empty()).filter(|line| !line.contains(' ')).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_and_the_kind_of_machine_are_read() {
        assert_eq!(version_in("QEMU emulator version 7.2.15 (Debian 1:7.2)\n"), Some("7.2.15".into()));
        let machines = "Supported machines are:\nmicrovm  microvm (i386)\n\
                        pc  Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-7.2)\n";
        assert_eq!(alias_in(machines, "pc"), Some("pc-i440fx-7.2".into()));
        assert_eq!(alias_in(machines, "q35"), None);
    }

    #[test]
    fn lists_end_where_the_explanation_begins() {
        let displays = "Available display backend types:\nnone\ncurses\n\nSome display backends support\n";
        assert_eq!(listed_in(displays), ["none", "curses"]);
        assert_eq!(listed_in("Available chardev backend types: \n  stdio\n  socket\n"), ["stdio", "socket"]);
    }
}
