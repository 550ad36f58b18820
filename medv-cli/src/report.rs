//! What a command has to say at its end, for people and for programs, and where it goes.

use std::fmt::Write as _;
use std::io::{self, Write as _, stderr, stdout};

use serde::Serialize;

use crate::exit::Exit;

/// How a command ended, and what it has to say.
pub(crate) struct Outcome {
    pub(crate) exit: Exit,
    text: String,
    json: Option<String>,
    stream: Stream,
    quietable: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

impl Outcome {
    /// A report that also comes as JSON.
    pub(crate) fn report(exit: Exit, text: String, json: &impl Serialize) -> Self {
        // Plain structures of strings and numbers always become JSON.
        let json = serde_json::to_string_pretty(json).ok();
        Self { exit, text, json, stream: Stream::Out, quietable: false }
    }

    /// Text that has one form only: completions, manual pages.
    pub(crate) fn text(text: String) -> Self {
        Self { exit: Exit::Done, text, json: None, stream: Stream::Out, quietable: false }
    }

    /// To standard error, because standard output carries the data.
    pub(crate) fn beside_data(mut self) -> Self {
        self.stream = Stream::Err;
        self
    }

    /// `-q` does without it.
    pub(crate) fn quietable(mut self) -> Self {
        self.quietable = true;
        self
    }

    /// Writes it.
    pub(crate) fn print(&self, as_json: bool, quiet: bool) -> io::Result<()> {
        let text = match &self.json {
            Some(json) if as_json => format!("{json}\n"),
            _ if quiet && self.quietable => return Ok(()),
            _ => self.text.clone(),
        };
        match self.stream {
            Stream::Out => {
                let mut out = stdout().lock();
                out.write_all(text.as_bytes())?;
                out.flush()
            }
            Stream::Err => stderr().lock().write_all(text.as_bytes()),
        }
    }
}

/// Lines of `label  value`, the values one under the other.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<(String, String)>,
}

impl Table {
    pub(crate) fn row(&mut self, label: &str, value: impl Into<String>) -> &mut Self {
        self.rows.push((label.to_owned(), value.into()));
        self
    }

    /// Every line indented by two spaces.
    pub(crate) fn to_text(&self) -> String {
        let width = self.rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for (label, value) in &self.rows {
            let _ = writeln!(text, "  {label:width$}  {value}");
        }
        text
    }
}
