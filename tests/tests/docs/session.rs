//! A document read by somebody who types every command of it, in order, in one folder.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use medv_tests::command::{Finished, program};
use medv_tests::web_server::WebServer;
use serde_json::Value;
use tempfile::TempDir;

use crate::mask::{same, tidied};
use crate::page::{Command, Page};
use crate::shown_only;

/// On the pages, the web server that has `disk.medv`.
const SERVER: &str = "https://images.example.org";

/// On the pages, the folder that is typed in.
const HOME: &str = "/home/alice";

/// Set to write what commands print today into the documents. One test at a time, please.
const WRITE: &str = "MEDV_WRITE_DOCS";

/// The disk of the pictures and of the tour, and what `cargo xtask pictures --check` said when it made it.
pub(crate) struct TourDisk {
    folder: TempDir,
    pub(crate) pictures: Finished,
}

/// Makes the disk, once.
pub(crate) fn tour_disk() -> &'static TourDisk {
    static DISK: OnceLock<TourDisk> = OnceLock::new();
    DISK.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder for the disk");
        let mut xtask = Process::new(program("xtask"));
        xtask.args(["pictures", "--check", "--disk"]).arg(folder.path().join("disk.vhd"));
        let said = xtask.arg("--medv").arg(program("medv")).output();
        TourDisk { folder, pictures: said.expect("xtask can be started").into() }
    })
}

/// A folder to type in, and the server that has its `disk.medv`.
struct Desk {
    folder: TempDir,
    server: WebServer,
}

/// Types all commands of `page` whose blocks need no program, or the one that is `there`.
pub(crate) fn read(page: &Page, there: Option<&str>) {
    let desk = Desk::new();
    let mut wrong = Vec::new();
    let mut replaced = Vec::new();
    for block in page.blocks.iter().filter(|block| block.needs.is_none() || block.needs.as_deref() == there) {
        let own_desk = block.at_a_glance.then(Desk::new);
        for command in block.commands.iter().filter(|command| !shown_only(&command.text)) {
            let finished = own_desk.as_ref().unwrap_or(&desk).typed(page, command);
            if let Some(shown) = &command.json {
                same_document(page, command, shown, &finished);
                continue;
            }
            let printed = tidied(finished.text());
            let shown = &page.lines[command.shown.clone()];
            let is_whole = shown.iter().all(|line| line != "…");
            if block.at_a_glance {
                continue;
            }
            if std::env::var_os(WRITE).is_some() && is_whole {
                replaced.push((command.shown.clone(), printed));
            } else if !same(shown, &printed) {
                wrong.push(format!("{}\n{}\n", page.place(command), printed.join("\n")));
            }
        }
    }
    write(page, replaced);
    assert!(
        wrong.is_empty(),
        "printed is something else (to take it over, set {WRITE}):\n{}",
        wrong.join("\n")
    );
}

/// Takes over what was printed, from the end of the page, so that what stands above keeps its place.
fn write(page: &Page, replaced: Vec<(Range<usize>, Vec<String>)>) {
    if replaced.is_empty() {
        return;
    }
    let mut lines = page.lines.clone();
    for (shown, printed) in replaced.into_iter().rev() {
        lines.splice(shown, printed);
    }
    fs::write(&page.path, lines.join("\n") + "\n").expect("the document can be written");
}

impl Desk {
    /// With `disk.vhd`, the disk of the pictures, and `disk.img`, a raw image of 4 MiB, the first half of it words.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder to type in");
        let made = tour_disk().folder.path().join("disk.vhd");
        // With its holes, which a plain copy would fill.
        let copied = Process::new("cp").arg("--sparse=always").arg(made).arg(folder.path()).status();
        assert!(copied.is_ok_and(|status| status.success()), "the disk cannot be copied");
        // An old disk: of one that was just changed nobody can say whether it will be again.
        let hour = Duration::from_secs(3600);
        let old = fs::File::options().write(true).open(folder.path().join("disk.vhd"));
        old.and_then(|disk| disk.set_modified(SystemTime::now() - hour)).expect("own file");
        let mut disk = b"words ".repeat(400_000);
        disk.truncate(2 << 20);
        disk.resize(4 << 20, 0);
        fs::write(folder.path().join("disk.img"), disk).expect("room for a disk");
        programs_in(folder.path());
        let server = WebServer::serving_file(folder.path().join("disk.medv"));
        Self { folder, server }
    }

    /// As if typed at a terminal, so both streams are one, unless a document is to be read.
    fn typed(&self, page: &Page, command: &Command) -> Finished {
        let folder = self.folder.path();
        let medv = program("medv");
        let mut path = vec![medv.parent().expect("a program is in a folder").to_owned(), folder.join(".bin")];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let address = self.server.url_of("");
        let typed = command.text.replace(SERVER, &address);
        let typed = if command.json.is_some() { typed } else { format!("{{ {typed}\n}} 2>&1") };
        let mut shell = Process::new("sh");
        shell.args(["-c", &typed]).current_dir(folder).stdin(Stdio::null());
        shell.env("PATH", std::env::join_paths(path).expect("a search path")).env("HOME", folder);
        shell
            .env("LC_ALL", "C.UTF-8")
            .env("no_proxy", "127.0.0.1")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_CACHE_HOME")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_STATE_HOME")
            .env_remove("XDG_RUNTIME_DIR");
        if std::env::var_os("MEDV_PROGRAMS").is_none() {
            shell.env("MEDV_PROGRAMS", folder.join(".programs"));
        }
        let mut finished = Finished::from(shell.output().expect("sh can be started"));
        let said = finished.text().replace(&address, SERVER);
        finished.stdout = said.replace(&folder.display().to_string(), HOME).into_bytes();
        let said = finished.text();
        assert_eq!(finished.code, Some(command.exits), "{}\n{said}{}", page.place(command), finished.stderr);
        finished
    }
}

/// What stands for the programs that go into packages, and for a hypervisor. Whoever writes the documents gives the real
/// programs with `MEDV_PROGRAMS`; their sizes and hashes are not compared.
fn programs_in(folder: &Path) {
    for (place, names) in [
        (".programs", &["setup.exe", "uninstall.exe", "medv-actions.dll"][..]),
        (".bin", &["qemu-system-x86_64"]),
    ] {
        fs::create_dir(folder.join(place)).expect("a folder to type in");
        for name in names {
            fs::write(folder.join(place).join(name), "#!/bin/sh\n").expect("room for a program");
        }
    }
}

/// The fields are those that are shown, and an error is of the kind that is shown.
fn same_document(page: &Page, command: &Command, shown: &str, finished: &Finished) {
    let place = page.place(command);
    let shown: Value = serde_json::from_str(shown).unwrap_or_else(|error| panic!("{place}: {error}"));
    let printed = finished.json();
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    fields(&shown, "", &mut expected);
    fields(&printed, "", &mut found);
    assert_eq!(found, expected, "{place}");
    assert_eq!(shown["error"]["kind"], printed["error"]["kind"], "{place}");
}

/// The names of all fields, with where they are; lists count by their first element.
fn fields(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                found.push(format!("{at}.{name}"));
                fields(value, &format!("{at}.{name}"), found);
            }
        }
        Value::Array(array) => {
            if let Some(first) = array.first() {
                fields(first, &format!("{at}[]"), found);
            }
        }
        _ => {}
    }
}
