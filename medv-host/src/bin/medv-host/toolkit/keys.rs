//! What changes when a key is pressed, or when the agent says something.

use medv_host::event::Level;
use medv_protocol::App;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::Size;

use super::model::{Agent, Effect, Mode, Model, Page, Task};
use super::{pages, view};

/// What has happened.
pub(crate) enum Input {
    Key(KeyEvent),
    Resized(Size),
    /// The agent has changed, or is there or gone.
    Agent(Agent),
    Apps(Vec<App>),
    /// Something was done, or could not be.
    Said(String),
    /// There is nobody to press keys any more.
    Ended,
}

/// Takes it into the model. What must be done then is returned.
pub(crate) fn update(model: &mut Model, input: Input) -> Vec<Effect> {
    match input {
        Input::Key(key) if key.kind == KeyEventKind::Release => return Vec::new(),
        Input::Key(key) => return pressed(model, key),
        Input::Resized(size) => model.size = size,
        Input::Apps(apps) => model.apps = apps,
        Input::Said(message) => {
            model.message = message;
            return vec![Effect::ReadFacts];
        }
        // Whatever the agent tells may have left something in files, and each event that it notes is told.
        Input::Agent(agent) => {
            model.agent = agent;
            return again(model);
        }
        Input::Ended => return vec![Effect::Quit],
    }
    Vec::new()
}

/// Reads again what the page shows.
fn again(model: &Model) -> Vec<Effect> {
    match (model.page, &model.agent) {
        (Page::Apps, Agent::There(_)) => vec![Effect::ReadFacts, Effect::ListApps],
        _ => vec![Effect::ReadFacts],
    }
}

fn pressed(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        let quits = key.code == KeyCode::Char('c');
        return if quits { vec![Effect::Quit] } else { Vec::new() };
    }
    model.message.clear();
    match model.mode.clone() {
        Mode::Look => look(model, key.code),
        Mode::Filter => filter(model, key.code),
        Mode::Restart => restart(model, key.code),
        Mode::Reset(typed) => reset(model, typed, key.code),
    }
}

fn look(model: &mut Model, key: KeyCode) -> Vec<Effect> {
    match key {
        KeyCode::Tab => return turn(model, model.page.further(1)),
        KeyCode::BackTab => return turn(model, model.page.further(Page::ALL.len() - 1)),
        KeyCode::F(5) => return again(model),
        KeyCode::Char('q') => return vec![Effect::Quit],
        KeyCode::Char(letter) => {
            return match Page::ALL.into_iter().find(|page| page.key() == letter) {
                Some(page) => turn(model, page),
                None => on_page(model, letter),
            };
        }
        KeyCode::Left => choose_guest_log(model, |log| log.checked_sub(1)),
        KeyCode::Right => choose_guest_log(model, |log| Some(log + 1)),
        _ => scroll(model, key),
    }
    Vec::new()
}

fn turn(model: &mut Model, page: Page) -> Vec<Effect> {
    model.page = page;
    again(model)
}

/// The keys of a page's own.
fn on_page(model: &mut Model, letter: char) -> Vec<Effect> {
    match (model.page, letter) {
        (Page::Setup, 'f') => model.failed_only = !model.failed_only,
        (Page::HostLog, letter) => {
            if let Some(level) = level(letter).or((letter == 'd').then_some(Level::Debug)) {
                model.level = level;
                model.positions[Page::HostLog as usize] = usize::MAX;
                return vec![Effect::ReadFacts];
            }
        }
        (Page::GuestLogs, 'f') => return tell(model, Task::FetchGuestLog),
        (Page::Settings, '/') => model.mode = Mode::Filter,
        (Page::Level, letter) => return level(letter).map(Effect::SetLevel).into_iter().collect(),
        (Page::Actions, 's') => return tell(model, Task::Show),
        (Page::Actions, 'r') => confirm(model, Mode::Restart),
        (Page::Actions, 'x') => confirm(model, Mode::Reset(String::new())),
        _ => {}
    }
    Vec::new()
}

fn level(letter: char) -> Option<Level> {
    match letter {
        'e' => Some(Level::Error),
        'w' => Some(Level::Warning),
        'i' => Some(Level::Information),
        _ => None,
    }
}

fn tell(model: &mut Model, task: Task) -> Vec<Effect> {
    match model.agent_must_be_there() {
        Ok(()) => vec![Effect::Do(task)],
        Err(why) => {
            model.message = why;
            Vec::new()
        }
    }
}

/// Asks first; but not for what cannot be done.
fn confirm(model: &mut Model, mode: Mode) {
    match model.workspace().and_then(|_| model.agent_must_be_there()) {
        Ok(()) => model.mode = mode,
        Err(why) => model.message = why,
    }
}

fn restart(model: &mut Model, key: KeyCode) -> Vec<Effect> {
    model.mode = Mode::Look;
    match key {
        KeyCode::Char('y') => tell(model, Task::Restart),
        _ => nothing_changed(model),
    }
}

fn reset(model: &mut Model, mut typed: String, key: KeyCode) -> Vec<Effect> {
    match key {
        KeyCode::Esc => {
            model.mode = Mode::Look;
            return nothing_changed(model);
        }
        KeyCode::Enter => {
            model.mode = Mode::Look;
            if model.workspace().is_ok_and(|name| name == typed) {
                return tell(model, Task::Reset);
            }
            "that is not the workspace's name; nothing was changed".clone_into(&mut model.message);
            return Vec::new();
        }
        KeyCode::Backspace => _ = typed.pop(),
        KeyCode::Char(letter) => typed.push(letter),
        _ => {}
    }
    model.mode = Mode::Reset(typed);
    Vec::new()
}

fn nothing_changed(model: &mut Model) -> Vec<Effect> {
    "nothing was changed".clone_into(&mut model.message);
    Vec::new()
}

fn filter(model: &mut Model, key: KeyCode) -> Vec<Effect> {
    match key {
        KeyCode::Enter => model.mode = Mode::Look,
        KeyCode::Esc => {
            model.mode = Mode::Look;
            model.filter.clear();
        }
        KeyCode::Backspace => _ = model.filter.pop(),
        KeyCode::Char(letter) => model.filter.push(letter),
        _ => return Vec::new(),
    }
    model.positions[Page::Settings as usize] = 0;
    Vec::new()
}

fn choose_guest_log(model: &mut Model, to: impl Fn(usize) -> Option<usize>) {
    let count = model.facts.guest_logs.as_ref().map_or(0, Vec::len);
    if let Some(log) = to(model.guest_log).filter(|log| model.page == Page::GuestLogs && *log < count) {
        model.guest_log = log;
        model.positions[Page::GuestLogs as usize] = usize::MAX;
    }
}

fn scroll(model: &mut Model, key: KeyCode) {
    let content = pages::content(model, view::width(model.size));
    let shown = view::height(model, &content);
    let end = content.body.len().saturating_sub(shown);
    let position = &mut model.positions[model.page as usize];
    let at = (*position).min(end);
    let to = match key {
        KeyCode::Up => at.saturating_sub(1),
        KeyCode::Down => at + 1,
        KeyCode::PageUp => at.saturating_sub(shown),
        KeyCode::PageDown => at + shown,
        KeyCode::Home => 0,
        KeyCode::End => usize::MAX,
        _ => return,
    };
    // At the end one stays there, also when more comes.
    *position = if to >= end && end > 0 { usize::MAX } else { to };
}
