//! CUPS in the guest, through its own programs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use medv_protocol::Printer;

use super::find_program;
use crate::{Error, Places, Result};

/// The programs of the guest's CUPS.
pub(super) struct Cups {
    lpstat: PathBuf,
    lpadmin: PathBuf,
    lpoptions: PathBuf,
}

/// What a queue is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Queue {
    pub(super) uri: String,
    /// Whether CUPS knows what the printer can do. It does not if the printer has not answered when it was added.
    pub(super) is_complete: bool,
}

/// What lpstat says when there is no printer yet.
const NONE: &str = "No destinations added";

impl Cups {
    /// None if the guest has none.
    pub(super) fn find(places: &Places) -> Option<Self> {
        let program = |name| find_program(places, &[name]).map(|path| places.at(path));
        Some(Self {
            lpstat: program("lpstat")?,
            lpadmin: program("lpadmin")?,
            lpoptions: program("lpoptions")?,
        })
    }

    /// The queues that are there.
    pub(super) fn queues(&self) -> Result<BTreeMap<String, Queue>> {
        let text = match run(Command::new(&self.lpstat).arg("-v")) {
            Err(error) if error.to_string().contains(NONE) => return Ok(BTreeMap::new()),
            text => text?,
        };
        let queues = text.lines().filter_map(|line| line.strip_prefix("device for ")?.split_once(": "));
        let queue = |(name, uri): (&str, &str)| {
            let options = run(Command::new(&self.lpoptions).args(["-p", name, "-l"]));
            let is_complete = options.is_ok_and(|options| !options.is_empty());
            (name.to_owned(), Queue { uri: uri.to_owned(), is_complete })
        };
        Ok(queues.map(queue).collect())
    }

    /// Adds a queue, or changes the one of that name. CUPS asks the printer itself what it can do, in its own time.
    pub(super) fn add(&self, printer: &Printer) -> Result<()> {
        let mut add = Command::new(&self.lpadmin);
        add.args(["-p", &printer.name, "-E", "-v", &printer.uri, "-m", "everywhere"]);
        add.args(["-o", "printer-is-shared=false"]);
        if !printer.description.is_empty() {
            add.args(["-D", &printer.description]);
        }
        run(&mut add).map(drop)
    }

    /// Removes a queue.
    pub(super) fn remove(&self, name: &str) -> Result<()> {
        run(Command::new(&self.lpadmin).args(["-x", name])).map(drop)
    }

    /// Makes it the default, if there is none.
    pub(super) fn suggest_default(&self, name: &str) -> Result<()> {
        let told = run(Command::new(&self.lpstat).arg("-d"))?;
        if told.starts_with("system default destination: ") {
            return Ok(());
        }
        run(Command::new(&self.lpadmin).args(["-d", name])).map(drop)
    }
}

/// What a program prints. It speaks English, whatever the guest speaks.
fn run(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_owned();
    let ended = command.env("LC_ALL", "C").stdin(Stdio::null()).output();
    let ended = ended.map_err(|error| Error::at(program.as_ref(), error))?;
    if ended.status.success() {
        return Ok(String::from_utf8_lossy(&ended.stdout).into_owned());
    }
    let complaint: String = String::from_utf8_lossy(&ended.stderr).trim().chars().take(500).collect();
    Err(Error::at(program.as_ref(), if complaint.is_empty() { ended.status.to_string() } else { complaint }))
}
