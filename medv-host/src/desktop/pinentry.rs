//! Asking for a password with `GnuPG`'s pinentry, which speaks the Assuan protocol on its standard input and output.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use medv_codec::{Error, ErrorKind, Result};
use medv_protocol::Secret;

use super::Answer;

/// The longest line of the protocol, with its line feed, in bytes.
const LONGEST_LINE: u64 = 1002;

/// What is asked.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) title: String,
    pub(super) text: String,
    /// Whether to ask if it may be kept.
    pub(super) may_keep: bool,
}

/// A running pinentry.
#[derive(Debug)]
pub(super) struct Pinentry {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    ending: Ending,
}

/// Ends a pinentry, from any thread.
#[derive(Clone, Debug)]
pub(super) struct Ending(Arc<Mutex<Child>>);

impl Ending {
    pub(super) fn end(&self) {
        let mut child = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        _ = child.kill();
        _ = child.wait();
    }
}

/// The desktop's own pinentry, if there is one and a screen to show it on.
pub(super) fn find() -> Option<PathBuf> {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .find(|variable| env::var_os(variable).is_some_and(|it| !it.is_empty()))?;
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join("pinentry"))
        .find(|program| program.is_file())
}

impl Pinentry {
    pub(super) fn start(program: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut start = || {
            let mut child = command.spawn()?;
            let (input, output) = (child.stdin.take(), child.stdout.take());
            let (input, output) = input.zip(output).ok_or_else(|| io::Error::other("no pipes"))?;
            io::Result::Ok(Self {
                input,
                output: BufReader::new(output),
                ending: Ending(Arc::new(Mutex::new(child))),
            })
        };
        start().map_err(|error| Error::io("cannot be started to ask for a password", error).in_file(program))
    }

    /// What ends it.
    pub(super) fn ending(&self) -> Ending {
        self.ending.clone()
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// If it cannot ask, as when it finds no screen, or was ended.
    pub(super) fn ask(mut self, request: &Request) -> Result<Answer> {
        let answer = self.talk(request);
        self.ending.end();
        answer.map_err(|error| Error::io("pinentry does not answer", error))?
    }

    fn talk(&mut self, request: &Request) -> io::Result<Result<Answer>> {
        if let Said::Error { text, .. } = self.hear()? {
            return Ok(Err(refused(&text)));
        }
        // What a pinentry does not know it may refuse; the question can be put nevertheless.
        if let Ok(display) = env::var("DISPLAY") {
            self.say(&format!("OPTION display={}", escaped(&display)))?;
        }
        self.say(&format!("SETTITLE {}", escaped(&request.title)))?;
        self.say(&format!("SETDESC {}", escaped(&request.text)))?;
        self.say("SETPROMPT Password")?;
        let password = match self.say("GETPIN")? {
            Said::Done(password) => password,
            Said::Error { code: CANCELLED, .. } => return Ok(Ok(Answer::Later)),
            Said::Error { text, .. } => return Ok(Err(refused(&text))),
        };
        let keep = request.may_keep && self.may_be_kept()?;
        Ok(Ok(Answer::Password { password, keep }))
    }

    fn may_be_kept(&mut self) -> io::Result<bool> {
        self.say("SETDESC Keep the password in your keyring?")?;
        self.say("SETOK Keep")?;
        self.say("SETCANCEL Do not keep")?;
        Ok(matches!(self.say("CONFIRM")?, Said::Done(_)))
    }

    fn say(&mut self, command: &str) -> io::Result<Said> {
        writeln!(self.input, "{command}")?;
        self.hear()
    }

    /// One answer: lines with data, then `OK` or `ERR`.
    fn hear(&mut self) -> io::Result<Said> {
        // With room enough, so that no copies stay behind where a text grows.
        let mut data = String::with_capacity(2 * LONGEST_LINE as usize);
        loop {
            let mut line = String::with_capacity(LONGEST_LINE as usize);
            if io::Read::take(&mut self.output, LONGEST_LINE).read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = Secret::new(line);
            let said = line.reveal().trim_end_matches('\n');
            match said.split_once(' ').unwrap_or((said, "")) {
                ("OK", _) => return Ok(Said::Done(Secret::new(data))),
                ("ERR", rest) => {
                    let (code, text) = rest.split_once(' ').unwrap_or((rest, ""));
                    // The upper half says which program of `GnuPG` has found it.
                    let code = code.parse().unwrap_or(0_u32) & 0xffff;
                    return Ok(Said::Error { code, text: text.to_owned() });
                }
                ("D", more) => data += Secret::new(unescaped(more)).reveal(),
                // Comments, and what it is doing.
                _ => {}
            }
        }
    }
}

/// libgpg-error's number for "operation cancelled".
const CANCELLED: u32 = 99;

enum Said {
    Done(Secret),
    Error { code: u32, text: String },
}

fn refused(text: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("pinentry cannot ask for a password: {text}"))
}

/// Assuan's way of writing what would end a line, or a parameter.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let code = more.get(..2).and_then(|code| u8::from_str_radix(str::from_utf8(code).ok()?, 16).ok());
        match (first, code) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            _ => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_password_comes_back_from_its_line() {
        for password in ["", "plain", "50%", "a%0Ab", "two\r\nlines", "ünïcode", "%25"] {
            assert_eq!(unescaped(&escaped(password)), password);
            assert!(!escaped(password).contains('\n'));
        }
        assert_eq!(unescaped("%zz 100%"), "%zz 100%");
    }
}
