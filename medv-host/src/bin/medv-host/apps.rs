//! `medv-host apps`, `app`, `open`, `handler`

use std::path::Path;

use medv_codec::{Error, Result};
use medv_host::control::{Reply, Request};
use medv_host::redirect::{self, Address};
use medv_protocol::App;

use crate::args::{self, HandlerChange, OfWorkspace};
use crate::calls::{last, must_be_installed, send, talk};

pub(crate) fn list(root: Option<&Path>, options: &OfWorkspace) -> Result<()> {
    must_be_installed(root, &options.name)?;
    let mut found: Vec<App> = Vec::new();
    talk(root, &Request::Apps)?.last(|reply| {
        if let Reply::Apps { apps } = reply {
            found.extend(apps);
        }
    })?;
    if options.json {
        let text = serde_json::to_string(&found).map_err(|error| Error::io("cannot write", error.into()))?;
        println!("{text}");
        return Ok(());
    }
    let width = found.iter().map(|app| app.name.chars().count()).max().unwrap_or(0);
    for app in found {
        println!("{:<width$}  {}", app.name, app.id);
    }
    Ok(())
}

pub(crate) fn start(root: Option<&Path>, options: &args::App) -> Result<()> {
    must_be_installed(root, &options.name)?;
    last(root, &Request::App { app: options.app.clone() }).map(drop)
}

/// Without an agent nothing is redirected.
pub(crate) fn open(root: Option<&Path>, url: &str) -> Result<()> {
    let reply = match send(root, &Request::Open { url: url.to_owned() })? {
        Some(client) => client.last(|_| {})?,
        None => Reply::OpenOnHost,
    };
    match reply {
        Reply::OpenOnHost => redirect::open_in_browser(&Address::parse(url)?),
        _ => Ok(()),
    }
}

pub(crate) fn handler(change: HandlerChange) -> Result<()> {
    match change {
        HandlerChange::Install => {
            let program =
                std::env::current_exe().map_err(|error| Error::io("cannot find this program", error))?;
            redirect::register(&program)
        }
        HandlerChange::Remove => redirect::unregister(),
    }
}
