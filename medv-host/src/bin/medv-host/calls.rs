//! Speaking with the agent of this session.

use std::path::Path;

use medv_codec::{Error, Result};
use medv_host::control::{Client, Reply, Request};
use medv_host::places::Places;
use medv_host::settings::Settings;
use medv_host::workspace::Workspace;

/// Sends a request; `None` if there is no agent.
pub(crate) fn send(root: Option<&Path>, request: &Request) -> Result<Option<Client>> {
    Client::send(&Places::of_this_user(root)?.socket(), request)
}

/// A conversation with an agent that must be there.
pub(crate) fn talk(root: Option<&Path>, request: &Request) -> Result<Client> {
    send(root, request)?.ok_or_else(|| {
        Error::usage("the host agent of this session is not running").advice("start it: medv-host run")
    })
}

/// Sends a request, and waits for the last reply.
pub(crate) fn last(root: Option<&Path>, request: &Request) -> Result<Reply> {
    talk(root, request)?.last(|_| {})
}

/// A computer has one workspace: any other name is a mistake.
pub(crate) fn must_be_installed(root: Option<&Path>, name: &str) -> Result<()> {
    let places = Places::of_this_user(root)?;
    match Workspace::installed(&places, &Settings::read(&places.root))? {
        Some(workspace) if workspace.name.eq_ignore_ascii_case(name) => Ok(()),
        Some(workspace) => Err(Error::usage(format!("the workspace `{name}` is not installed"))
            .advice(format!("the one that is: `{}`", workspace.name))),
        None => Err(Workspace::none_is_installed()),
    }
}
