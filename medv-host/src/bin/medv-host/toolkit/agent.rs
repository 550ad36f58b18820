//! Speaking with the host agent, in threads of their own: each sends what it hears as [`Input`].

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use medv_codec::{Error, Result};
use medv_host::control::{Client, Reply, Request};

use super::facts::said;
use super::keys::Input;
use super::model::{Agent, Task};

/// An agent that is not there is asked again after so long.
const PATIENCE: Duration = Duration::from_secs(1);

/// Tells how the agent is, and each change, until nobody listens.
pub(crate) fn watch(socket: PathBuf, inputs: Sender<Input>) {
    thread::spawn(move || {
        let mut before = Agent::Asked;
        let mut tell = |agent: Agent| {
            let is_new = agent != before;
            before = agent.clone();
            !is_new || inputs.send(Input::Agent(agent)).is_ok()
        };
        loop {
            let gone = match listen(&socket, &mut tell) {
                Ok(gone) => gone,
                Err(error) => Agent::Failed(said(error)),
            };
            if !tell(gone) {
                return;
            }
            thread::sleep(PATIENCE);
        }
    });
}

/// Hears one agent out.
fn listen(socket: &Path, tell: &mut impl FnMut(Agent) -> bool) -> Result<Agent> {
    let Some(mut client) = Client::send(socket, &Request::Status { watch: true })? else {
        return Ok(Agent::Absent);
    };
    // That it ends in the middle is how an agent goes.
    while let Ok(reply) = client.hear() {
        if let Reply::Status { status } = reply.into_result()?
            && !tell(Agent::There(status))
        {
            break;
        }
    }
    Ok(Agent::Absent)
}

/// Has the agent do something, and says what became of it.
pub(crate) fn tell(socket: PathBuf, task: Task, inputs: Sender<Input>) {
    thread::spawn(move || {
        let (request, done) = match task {
            Task::Restart => (Request::Restart, "the guest restarts"),
            Task::Reset => (Request::Reset, "the machine is thrown away, and first time setup begins anew"),
            Task::Show => (Request::Show, "the machine's screen is in a window"),
            Task::FetchGuestLog => (Request::FetchGuestLog, "the guest agent's log is fetched"),
        };
        let answer = ask(&socket, &request, |_| {});
        let _ = inputs.send(Input::Said(answer.map_or_else(said, |()| done.to_owned())));
    });
}

/// Has the agent list the guest's applications.
pub(crate) fn list_apps(socket: PathBuf, inputs: Sender<Input>) {
    thread::spawn(move || {
        let mut found = Vec::new();
        let answer = ask(&socket, &Request::Apps, |reply| {
            if let Reply::Apps { apps } = reply {
                found.extend(apps);
            }
        });
        let _ = inputs.send(Input::Apps(found));
        if let Err(error) = answer {
            let _ = inputs.send(Input::Said(said(error)));
        }
    });
}

fn ask(socket: &Path, request: &Request, heed: impl FnMut(Reply)) -> Result<()> {
    let client = Client::send(socket, request)?;
    let client = client.ok_or_else(|| Error::usage("the host agent of this session is not running"))?;
    client.last(heed).map(drop)
}
