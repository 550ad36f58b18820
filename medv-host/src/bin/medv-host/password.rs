//! `medv-host answer`, `password`

use std::io::{self, BufRead, IsTerminal};
use std::path::Path;

use medv_codec::{Error, Result};
use medv_host::control::Request;
use medv_protocol::Secret;

use crate::args::{Answer, Password};
use crate::calls::last;

pub(crate) fn answer(root: Option<&Path>, answer: Answer) -> Result<()> {
    last(root, &Request::Answer { yes: matches!(answer, Answer::Yes) }).map(drop)
}

pub(crate) fn give(root: Option<&Path>, options: &Password) -> Result<()> {
    if options.forget {
        return last(root, &Request::ForgetPassword).map(drop);
    }
    let password = Secret::new(read()?);
    last(root, &Request::Password { password, keep: options.keep }).map(drop)
}

/// From a terminal without showing it, else a line of standard input.
fn read() -> Result<String> {
    let cannot = |error| Error::io("cannot read the password", error);
    if io::stdin().is_terminal() {
        return rpassword::prompt_password("Password: ").map_err(cannot);
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(cannot)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
