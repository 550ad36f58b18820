//! What each page says, in lines of a width.

use medv_host::event::Level;
use medv_protocol::App;
use medv_settings::{Origin, Scope, Value};

use super::facts::{Fact, Known};
use super::model::{Agent, Model, Page};
use super::text::{columns, folded, padded};
use crate::logs::printable;
use crate::{results, status};

/// A page's text.
#[derive(Default)]
pub(crate) struct Content {
    /// Lines that stay.
    pub(crate) head: Vec<String>,
    /// Lines that can be scrolled.
    pub(crate) body: Vec<String>,
}

/// The page that is shown.
pub(crate) fn content(model: &Model, width: usize) -> Content {
    let content = match model.page {
        Page::State => Ok(state(model)),
        Page::Setup => setup(model),
        Page::HostLog => host_log(model),
        Page::GuestLogs => guest_logs(model),
        Page::Apps => Ok(apps(model)),
        Page::Addresses => addresses(model),
        Page::Settings => settings(model),
        Page::Level => level(model),
        Page::Actions => Ok(actions(model)),
    };
    let content = content.unwrap_or_else(|why| Content { head: Vec::new(), body: vec![why] });
    let fold = |lines: Vec<String>| -> Vec<String> {
        lines.iter().flat_map(|line| folded(&printable(line), width)).collect()
    };
    Content { head: fold(content.head), body: fold(content.body) }
}

fn lines<const N: usize>(lines: [&str; N]) -> Vec<String> {
    lines.map(str::to_owned).to_vec()
}

/// Lines, or what is said if there are none.
fn or_none(lines: Vec<String>, none: &str) -> Vec<String> {
    if lines.is_empty() { vec![none.to_owned()] } else { lines }
}

fn state(model: &Model) -> Content {
    let mut body = match &model.agent {
        Agent::There(status) => {
            return Content { body: own_lines(&status::text(status)), ..Content::default() };
        }
        Agent::Asked => lines(["The host agent of this session is asked."]),
        Agent::Absent => lines([
            "The host agent of this session is not running. Start it: medv-host run",
            "",
            "What other pages show is read from files.",
        ]),
        Agent::Failed(why) => vec![why.clone()],
    };
    let workspace = match &model.facts.workspace {
        Ok(Some(workspace)) => format!("Installed: {} {}", workspace.name, workspace.version),
        Ok(None) => "No workspace is installed.".to_owned(),
        Err(why) => why.clone(),
    };
    body.extend([String::new(), workspace]);
    Content { body, ..Content::default() }
}

fn own_lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn setup(model: &Model) -> Fact<Content> {
    let mut found = model.facts.results.clone()?;
    let all = found.len();
    found.retain(|result| !model.failed_only || result.status_code != 0);
    let head = match model.failed_only {
        true => format!("{} of {all} users: only those for whom it failed", found.len()),
        false => format!("{all} users"),
    };
    let body = or_none(results::lines(&found), "There are no results.");
    Ok(Content { head: vec![head, String::new()], body })
}

fn host_log(model: &Model) -> Fact<Content> {
    let events = model.facts.host_log.as_ref().map_err(Clone::clone)?;
    let which = match model.level {
        Level::Error => "errors",
        Level::Warning => "errors and warnings",
        Level::Information => "errors, warnings and information",
        Level::Debug => "everything",
    };
    let head = vec![format!("Shown: {which}; {} events, the latest last", events.len()), String::new()];
    let body = or_none(events.iter().map(ToString::to_string).collect(), "There are no such events.");
    Ok(Content { head, body })
}

fn guest_logs(model: &Model) -> Fact<Content> {
    let logs = model.facts.guest_logs.as_ref().map_err(Clone::clone)?;
    // There may be fewer than when it was chosen.
    let at = model.guest_log.min(logs.len().saturating_sub(1));
    let Some(log) = logs.get(at) else {
        return Ok(Content { body: lines(["No log has come out of the guest yet."]), ..Content::default() });
    };
    let head = vec![format!("{} ({} of {})", log.name, at + 1, logs.len()), String::new()];
    Ok(Content { head, body: or_none(log.lines.clone(), "It is empty.") })
}

fn apps(model: &Model) -> Content {
    if let Err(why) = model.agent_must_be_there() {
        return Content { head: lines(["Only the host agent knows them."]), body: vec![String::new(), why] };
    }
    let width = model.apps.iter().map(|app| columns(&app.name)).max().unwrap_or(0);
    let line = |app: &App| format!("{}  {}", padded(&app.name, width), app.id.0);
    let head = vec![format!("{} applications of the guest", model.apps.len()), String::new()];
    Content { head, body: model.apps.iter().map(line).collect() }
}

fn addresses(model: &Model) -> Fact<Content> {
    let known = model.facts.setting("UxRedirectUrls")?;
    let Value::Lines(addresses) = &known.value else { return Ok(Content::default()) };
    let head = vec![format!("{}: {}", known.setting, origin(known)), String::new()];
    let none = "Every address is opened in the host's browser.";
    Ok(Content { head, body: or_none(addresses.clone(), none) })
}

/// Who set it, and where.
fn origin(known: &Known) -> String {
    match (&known.origin, &known.place) {
        (Origin::Set(scope), Some(place)) => format!("set for {}, in {place}", scope.name()),
        (origin, _) => origin.name().to_owned(),
    }
}

fn settings(model: &Model) -> Fact<Content> {
    let known = model.facts.settings.as_ref().map_err(Clone::clone)?;
    let wanted = model.filter.to_lowercase();
    let row = |known: &Known| [known.setting.to_string(), known.origin.name().to_owned(), known.shown()];
    let mut rows: Vec<_> = known.iter().map(row).collect();
    let width = rows.iter().map(|[name, ..]| columns(name)).max().unwrap_or(0);
    rows.retain(|row| row.iter().any(|cell| cell.to_lowercase().contains(&wanted)));
    let line = |[name, origin, value]: &[String; 3]| {
        format!("{}  {}  {value}", padded(name, width), padded(origin, 14)).trim_end().to_owned()
    };
    let titles = ["Setting", "Set for", "Value"].map(str::to_owned);
    let shown = match wanted.is_empty() {
        true => format!("{} settings", rows.len()),
        false => format!("{} of {} settings: with `{}`", rows.len(), known.len(), model.filter),
    };
    Ok(Content { head: vec![shown, line(&titles)], body: rows.iter().map(line).collect() })
}

fn level(model: &Model) -> Fact<Content> {
    let known = model.facts.setting("DiagEventLogLevel")?;
    let mut body = vec![format!("{}: {}, {}", known.setting, known.shown(), origin(known)), String::new()];
    body.extend(lines([
        "What is noted from now on, for all users of this computer, on the host and",
        "in the guest. The guest hears of it when it starts the next time.",
        "",
        "e  errors",
        "w  errors and warnings",
        "i  errors, warnings and information",
    ]));
    if matches!(known.origin, Origin::Set(Scope::MachinePolicy | Scope::UserPolicy)) {
        body.extend(lines(["", "A policy decides. What is set here counts once the policy has gone."]));
    }
    Ok(Content { body, ..Content::default() })
}

fn actions(model: &Model) -> Content {
    let workspace = model.workspace().unwrap_or_else(|why| why);
    let mut body = vec![format!("Workspace: {workspace}"), String::new()];
    body.extend(lines([
        "s  show the machine's screen in a window",
        "r  restart the guest; its applications are closed",
        "x  reset: throw the machine away with all that is in it; set up a new one",
    ]));
    Content { body, ..Content::default() }
}
