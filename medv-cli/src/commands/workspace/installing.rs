//! `medv workspace install`, `uninstall` and `list`

use std::env;
use std::process::{Command, Stdio};

use medv_codec::{Error, ErrorKind, Result};
use medv_packager::install::{
    InstallOptions, Machine, Package, Record, install as install_package, uninstall as remove,
};
use serde::Serialize;

use crate::args::{Install, Installed, Output, Uninstall};
use crate::commands::http_options;
use crate::exit::Exit;
use crate::human;
use crate::messages::Messages;
use crate::progress::Progress;
use crate::report::{Outcome, Table};

#[derive(Serialize)]
struct InstalledDocument {
    name: String,
    version: String,
    disk: String,
    image_digest: String,
    replaced: Option<String>,
    expanded: bool,
    seconds: f64,
}

#[derive(Serialize)]
struct RemovedDocument {
    name: String,
    version: String,
    deleted_disks: Vec<String>,
}

#[derive(Serialize)]
struct ListDocument {
    workspaces: Vec<WorkspaceDetail>,
}

#[derive(Serialize)]
struct WorkspaceDetail {
    name: String,
    version: String,
    disk: String,
    image_digest: String,
    finished: bool,
}

pub(super) fn install(args: &Install, output: &Output, messages: &Messages) -> Result<Outcome> {
    let machine = Machine::this(args.on.root.as_deref());
    let options = InstallOptions {
        folder: args.dir.clone(),
        overwrite: args.overwrite,
        ignore_prerequisites: args.ignore_prerequisites,
    };
    let package = Package::open(&args.package, http_options(&args.fetching, messages)?)?;
    messages.detail(&format!("{} {} from {}", package.name, package.version, args.package));
    let progress = Progress::new(output, messages);
    let installed = install_package(&machine, &package, &options, &progress);
    progress.finish();
    let installed = installed.map_err(how_to_go_on)?;
    let starts = if args.no_launch || args.on.root.is_some() || !launch() {
        "the host agent starts with the next session"
    } else {
        "the host agent was started"
    };
    let record = &installed.record;
    let mut table = Table::default();
    let disk = record.disk.display().to_string();
    table.row("disk", if installed.expanded { disk.clone() } else { format!("{disk}, as it was") });
    if let Some(version) = &installed.replaced {
        table.row("replaced", format!("version {version}"));
    }
    table.row("next", starts).row("time", human::duration(progress.elapsed()));
    let text = format!("installed {} {}\n{}", record.name, record.version, table.to_text());
    let document = InstalledDocument {
        name: record.name.clone(),
        version: record.version.clone(),
        disk,
        image_digest: record.image_digest.clone(),
        replaced: installed.replaced.clone(),
        expanded: installed.expanded,
        seconds: progress.elapsed().as_secs_f64(),
    };
    Ok(Outcome::report(Exit::Done, text, &document).quietable())
}

/// Starts the host agent in the session of who called sudo. `false` if there is no such session.
fn launch() -> bool {
    let Some(user) = env::var_os("SUDO_USER").and_then(|user| user.into_string().ok()) else { return false };
    let mut start = Command::new("systemd-run");
    start.args(["--quiet", "--user", &format!("--machine={user}@.host"), "medv-host", "run"]);
    start.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    start.status().is_ok_and(|status| status.success())
}

pub(super) fn uninstall(args: &Uninstall) -> Result<Outcome> {
    let removed = remove(&Machine::this(args.on.root.as_deref()), &args.name, args.delete_disks)?;
    let mut table = Table::default();
    for disk in &removed.disks {
        table.row("deleted", disk.display().to_string());
    }
    if !args.delete_disks {
        table.row("kept", removed.record.disk.display().to_string());
    }
    let text = format!("removed {} {}\n{}", removed.record.name, removed.record.version, table.to_text());
    let document = RemovedDocument {
        name: removed.record.name.clone(),
        version: removed.record.version.clone(),
        deleted_disks: removed.disks.iter().map(|disk| disk.display().to_string()).collect(),
    };
    Ok(Outcome::report(Exit::Done, text, &document).quietable())
}

pub(super) fn list(args: &Installed) -> Result<Outcome> {
    let found = Record::read(&Machine::this(args.on.root.as_deref()))?;
    let mut text = "no workspace is installed\n".to_owned();
    if let Some(record) = &found {
        let mut table = Table::default();
        table.row("disk", record.disk.display().to_string()).row("digest", &record.image_digest);
        if record.is_unfinished() {
            table.row("state", "its installation was cut short; install it again");
        }
        text = format!("{} {}\n{}", record.name, record.version, table.to_text());
    }
    let detail = |record: &Record| WorkspaceDetail {
        name: record.name.clone(),
        version: record.version.clone(),
        disk: record.disk.display().to_string(),
        image_digest: record.image_digest.clone(),
        finished: !record.is_unfinished(),
    };
    let document = ListDocument { workspaces: found.iter().map(detail).collect() };
    Ok(Outcome::report(Exit::Done, text, &document))
}

fn how_to_go_on(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Cancelled => error.advice("the same command goes on where it stopped"),
        ErrorKind::Io if error.advised().is_none() => {
            error.advice("once that is put right, the same command goes on where it stopped")
        }
        _ => error,
    }
}
