//! What goes to standard error beside a bar: warnings, details, errors; as text, or as JSON lines.

use std::env;
use std::error::Error as _;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _, stderr};
use std::sync::{Arc, OnceLock};

use indicatif::ProgressBar;
use medv_codec::Error;
use serde::Serialize;

use crate::args::{ColorMode, Output, ProgressMode};
use crate::json::{ErrorDocument, Warning};

/// Where the words on standard error come from.
#[derive(Clone)]
pub(crate) struct Messages {
    /// A bar below which nothing may be printed without telling it.
    bar: Arc<OnceLock<ProgressBar>>,
    colored: bool,
    json: bool,
    verbose: bool,
}

/// ANSI escape codes for a word.
#[derive(Clone, Copy)]
enum Ink {
    Red,
    Yellow,
    Cyan,
}

impl Messages {
    pub(crate) fn new(output: &Output) -> Self {
        let colored = match output.color {
            ColorMode::Always => true,
            ColorMode::Never => false,
            ColorMode::Auto => {
                let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
                stderr().is_terminal() && !refused && !dumb
            }
        };
        Self {
            bar: Arc::default(),
            colored,
            json: output.progress == ProgressMode::Json,
            verbose: output.verbose,
        }
    }

    /// A line of its own. If standard error is gone there is nobody left to tell.
    pub(crate) fn line(&self, text: &str) {
        let print = || {
            let _ = writeln!(stderr().lock(), "{text}");
        };
        match self.bar.get() {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// From now on this bar is on standard error.
    pub(crate) fn beside(&self, bar: &ProgressBar) {
        let _ = self.bar.set(bar.clone());
    }

    /// A JSON object on a line of its own.
    pub(crate) fn event(&self, event: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(event) {
            self.line(&text);
        }
    }

    /// Something the user should know, though work goes on.
    pub(crate) fn warning(&self, message: &str) {
        if self.json {
            self.event(&Warning { event: "warning", message });
        } else {
            self.line(&format!("medv: {} {message}", self.ink(Ink::Yellow, "warning:")));
        }
    }

    /// What is wrong with a file of the user's, which says itself how bad that is.
    pub(crate) fn problem(&self, message: &str) {
        if self.json {
            self.event(&Warning { event: "warning", message });
        } else {
            self.line(message);
        }
    }

    /// Something that only `-v` shows.
    pub(crate) fn detail(&self, message: &str) {
        if self.verbose && !self.json {
            self.line(&format!("medv: {message}"));
        }
    }

    /// The end.
    pub(crate) fn error(&self, error: &Error) {
        if self.json {
            self.event(&ErrorDocument::new(error));
            return;
        }
        let mut text = format!("medv: {} {error}", self.ink(Ink::Red, "error:"));
        let mut cause = error.source();
        while let Some(inner) = cause {
            let _ = write!(text, "\n  {} {inner}", self.ink(Ink::Red, "caused by:"));
            cause = inner.source();
        }
        if let Some(advice) = error.advised() {
            let _ = write!(text, "\n  {} {advice}", self.ink(Ink::Cyan, "help:"));
        }
        self.line(&text);
    }

    fn ink(&self, ink: Ink, word: &str) -> String {
        let code = match ink {
            Ink::Red => 31,
            Ink::Yellow => 33,
            Ink::Cyan => 36,
        };
        if self.colored { format!("\x1b[1;{code}m{word}\x1b[0m") } else { word.to_owned() }
    }
}
