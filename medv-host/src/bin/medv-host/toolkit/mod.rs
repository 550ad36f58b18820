//! `medv-host toolkit`: what an administrator looks at and does, in a terminal.
//!
//! [`model`] is what is shown, [`keys`] what a key changes in it, [`pages`] what each page says, [`view`] how that looks: all of
//! them without I/O. [`facts`] reads files, [`agent`] speaks with the host agent.

mod agent;
mod facts;
mod keys;
mod model;
mod pages;
#[cfg(test)]
mod screens;
mod text;
mod view;

use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use medv_codec::{Error, Result};
use medv_host::places::Places;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event};
use ratatui::layout::Size;

use facts::{Facts, said};
use keys::{Input, update};
use model::{Effect, Model};

pub(crate) fn run(root: Option<&Path>) -> Result<()> {
    #[cfg(windows)]
    medv_host::console::open();
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(Error::usage("the toolkit needs a terminal")
            .advice("for scripts: medv-host status, results, logs, apps, settings"));
    }
    let places = Places::of_this_user(root)?;
    let (inputs, heard) = mpsc::channel();
    let stop = inputs.clone();
    ctrlc::set_handler(move || _ = stop.send(Input::Ended))
        .map_err(|error| Error::io("cannot watch for signals", io::Error::other(error)))?;
    let mut screen = Screen::take()?;
    agent::watch(places.socket(), inputs.clone());
    read_keys(inputs.clone());
    converse(&mut screen.terminal, &places, &inputs, &heard)
}

/// The terminal, which is as it was before when this is dropped, and when there is a panic.
struct Screen {
    terminal: DefaultTerminal,
}

impl Screen {
    fn take() -> Result<Self> {
        let terminal = ratatui::try_init().map_err(|error| {
            ratatui::restore();
            cannot(error)
        })?;
        Ok(Self { terminal })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

fn cannot(error: io::Error) -> Error {
    Error::io("cannot use the terminal", error)
}

fn converse(
    terminal: &mut DefaultTerminal,
    places: &Places,
    inputs: &Sender<Input>,
    heard: &Receiver<Input>,
) -> Result<()> {
    let size = terminal.size().map_err(cannot)?;
    let level = medv_host::event::Level::Information;
    let mut model = Model::new(size, Facts::read(places, level));
    loop {
        terminal.draw(|frame| view::draw(&model, frame)).map_err(cannot)?;
        let Ok(input) = heard.recv() else { return Ok(()) };
        for effect in update(&mut model, input) {
            match effect {
                Effect::Quit => return Ok(()),
                Effect::ReadFacts => model.facts = Facts::read(places, model.level),
                Effect::ListApps => agent::list_apps(places.socket(), inputs.clone()),
                Effect::Do(task) => agent::tell(places.socket(), task, inputs.clone()),
                Effect::SetLevel(level) => {
                    let set = facts::set_level(places, level);
                    let set = set.map(|()| format!("set for all users of this computer: {}", level.name()));
                    let _ = inputs.send(Input::Said(set.unwrap_or_else(said)));
                }
            }
        }
    }
}

/// Sends keys and changes of size, until there is no terminal.
fn read_keys(inputs: Sender<Input>) {
    thread::spawn(move || {
        loop {
            let input = match event::read() {
                Ok(Event::Key(key)) => Input::Key(key),
                Ok(Event::Resize(width, height)) => Input::Resized(Size { width, height }),
                Ok(_) => continue,
                Err(_) => Input::Ended,
            };
            let is_last = matches!(input, Input::Ended);
            if inputs.send(input).is_err() || is_last {
                return;
            }
        }
    });
}
