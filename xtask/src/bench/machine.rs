//! What the figures were measured on: enough to judge them, nothing that names a machine.

use crate::shell::{capture, command, find};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[derive(Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_mib: u64,
    pub(crate) kernel: String,
    pub(crate) file_system: String,
    pub(crate) versions: BTreeMap<&'static str, String>,
}

/// Programs, and how each is asked for its version.
const VERSIONS: &[(&str, &str)] = &[
    ("zstd", "--version"),
    ("qemu-img", "--version"),
    ("partclone.ntfs", "--version"),
    ("wimlib-imagex", "--version"),
    ("mksquashfs", "-version"),
    ("casync", "--version"),
    ("zeekstd", "--version"),
    ("rustc", "--version"),
];

/// This machine; `folder` is where the disks are.
pub(crate) fn describe(medv: &Path, folder: &Path) -> Machine {
    let mut versions: BTreeMap<&'static str, String> = VERSIONS
        .iter()
        .filter(|(program, _)| find(program).is_some())
        .map(|(program, flag)| (*program, version(command(program).arg(flag))))
        .collect();
    versions.insert("medv", version(command(&medv.to_string_lossy()).arg("--version")));
    let said = |program: &str, arguments: &[&str]| {
        capture(command(program).args(arguments))
            .map_or_else(|_| "unknown".into(), |text| text.trim().to_owned())
    };
    Machine {
        processor: line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".into()),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_mib: line_of("/proc/meminfo", "MemTotal")
            .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
            .map_or(0, |kib| kib / 1024),
        kernel: format!(
            "{} {} {}",
            said("uname", &["-s"]),
            // The number only: what stands behind it names a distribution's build.
            said("uname", &["-r"]).split('-').next().unwrap_or_default(),
            said("uname", &["-m"])
        ),
        file_system: said("stat", &["-f", "-c", "%T", &folder.to_string_lossy()]),
        versions,
    }
}

/// The first line that has a figure in it; some programs say it on stderr, some exit with an error.
fn version(command: &mut std::process::Command) -> String {
    let Ok(output) = command.output() else { return "unknown".into() };
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let line = said.lines().find(|line| line.contains(|letter: char| letter.is_ascii_digit()));
    line.unwrap_or("unknown").trim_matches(['*', ' ']).to_owned()
}

/// What stands behind the colon in the line of a `/proc` file.
fn line_of(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}
