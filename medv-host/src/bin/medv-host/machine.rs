//! `medv-host start`, `stop`, `restart`, `reset`, `screenshot`, `show`, `wake-up`

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use medv_codec::{Error, ErrorKind, Result};
use medv_host::control::{Reply, Request, Status, StopHow};
use medv_host::life::Power;
use medv_host::wakeup::not_woken;

use crate::args::{How, OfMachine, Reset, Stop, WakeUp};
use crate::calls::{last, must_be_installed, talk};
use crate::noting::note;

pub(crate) fn start(root: Option<&Path>, options: &OfMachine) -> Result<()> {
    must_be_installed(root, &options.name)?;
    last(root, &Request::Start)?;
    wait(root, options.wait, |power| power == Power::Running)
}

pub(crate) fn stop(root: Option<&Path>, options: &Stop) -> Result<()> {
    must_be_installed(root, &options.of.name)?;
    let how = options.how.map(|how| match how {
        How::Save => StopHow::Save,
        How::ShutDown => StopHow::ShutDown,
        How::TurnOff => StopHow::TurnOff,
    });
    last(root, &Request::Stop { how })?;
    wait(root, options.of.wait, Power::is_off)
}

pub(crate) fn restart(root: Option<&Path>, options: &OfMachine) -> Result<()> {
    must_be_installed(root, &options.name)?;
    last(root, &Request::Restart)?;
    wait(root, options.wait, |power| power == Power::Running)
}

pub(crate) fn reset(root: Option<&Path>, options: &Reset) -> Result<()> {
    must_be_installed(root, &options.name)?;
    if !options.yes && !confirm(&options.name)? {
        return Err(Error::new(ErrorKind::Cancelled, "nothing was changed"));
    }
    last(root, &Request::Reset).map(drop)
}

fn confirm(name: &str) -> Result<bool> {
    if !io::stdin().is_terminal() {
        return Err(Error::usage("a reset deletes the machine with all that is in it")
            .advice("say --yes if that is meant"));
    }
    eprint!("Delete your machine of {name}, with all that is in it, and set up a new one? [y/N] ");
    let _ = io::stderr().flush();
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(|error| Error::io("cannot read the answer", error))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

pub(crate) fn screenshot(root: Option<&Path>, name: &str, file: &Path) -> Result<()> {
    must_be_installed(root, name)?;
    let path = std::path::absolute(file)
        .map_err(|error| Error::io("cannot tell where this is", error).in_file(file))?;
    let path = path.to_str().ok_or_else(|| Error::usage("this path is not text").in_file(file))?.to_owned();
    last(root, &Request::Screenshot { path }).map(drop)
}

pub(crate) fn show(root: Option<&Path>, name: &str) -> Result<()> {
    must_be_installed(root, name)?;
    last(root, &Request::Show).map(drop)
}

pub(crate) fn wake_up(root: Option<&Path>, options: &WakeUp) -> Result<()> {
    let request = Request::WakeUp { minutes: options.minutes };
    let called = must_be_installed(root, &options.workspace).and_then(|()| talk(root, &request));
    // What the agent refuses it notes itself.
    if let Err(error) = &called {
        note(root, &not_woken(error));
    }
    called?.last(|_| {}).map(drop)
}

/// Waits until the machine is where it was to go. A machine that is at rest elsewhere does not get there.
fn wait(root: Option<&Path>, is_wanted: bool, is_there: impl Fn(Power) -> bool) -> Result<()> {
    if !is_wanted {
        return Ok(());
    }
    let mut client = talk(root, &Request::Status { watch: true })?;
    loop {
        let Reply::Status { status } = client.hear()?.into_result()? else { continue };
        let Some(power) = status.machine.as_ref().map(|machine| machine.power) else {
            return Err(gone_elsewhere(&status));
        };
        if is_there(power) {
            return Ok(());
        }
        if power.is_off() {
            return Err(gone_elsewhere(&status));
        }
    }
}

fn gone_elsewhere(status: &Status) -> Error {
    let event = status.last_event.as_ref().map(|event| event.text.clone()).unwrap_or_default();
    Error::io(
        format!("the machine did not get there; the last that happened: {event}"),
        io::ErrorKind::Other.into(),
    )
    .advice("see what has happened: medv-host logs NAME")
}
