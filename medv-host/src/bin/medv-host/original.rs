//! The command line of the original: `/GuestWakeup /d:MINUTES /v:"NAME"` and `/toolkit`, as scripts and tasks have it.

use std::ffi::OsString;

use medv_host::wakeup::WakeUp;

use crate::exit::Exit;
use crate::noting::note;

/// The arguments, in our own words if they were in the original's.
pub(crate) fn translated(arguments: Vec<OsString>) -> Result<Vec<OsString>, Exit> {
    let texts: Vec<&str> = arguments.iter().skip(1).filter_map(|argument| argument.to_str()).collect();
    if texts.first().is_none_or(|first| !first.starts_with('/')) {
        return Ok(arguments);
    }
    if let [toolkit] = texts[..]
        && toolkit.eq_ignore_ascii_case("/toolkit")
    {
        return Ok([&arguments[0], &OsString::from("toolkit")].map(Clone::clone).to_vec());
    }
    match WakeUp::parse(&texts) {
        Ok(Some(wake_up)) => {
            let minutes = wake_up.minutes.to_string();
            let words = ["wake-up", "--minutes", &minutes, "--workspace", &wake_up.workspace];
            Ok(arguments.iter().take(1).cloned().chain(words.map(OsString::from)).collect())
        }
        Ok(None) => Ok(arguments),
        Err(event) => {
            note(None, &event);
            eprintln!("medv-host: error: {}", event.text);
            Err(Exit::Usage)
        }
    }
}
