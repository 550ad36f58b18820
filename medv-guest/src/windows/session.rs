//! The user who is logged on, and programs that run as him, on his desktop.
#![allow(unsafe_code)]

use std::ffi::{OsStr, OsString};
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::os::windows::process::CommandExt;
use std::process::Command;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_LOGON_FAILURE, HANDLE};
use windows_sys::Win32::Security::{LOGON32_LOGON_INTERACTIVE, LOGON32_PROVIDER_DEFAULT, LogonUserW};
use windows_sys::Win32::System::Environment::{CreateEnvironmentBlock, DestroyEnvironmentBlock};
use windows_sys::Win32::System::RemoteDesktop::{
    ProcessIdToSessionId, WTSGetActiveConsoleSessionId, WTSQueryUserToken,
};
use windows_sys::Win32::System::Threading::{
    CREATE_NO_WINDOW, CREATE_UNICODE_ENVIRONMENT, CreateProcessAsUserW, PROCESS_INFORMATION, STARTUPINFOW,
};

use super::accounts;
use super::text::wide;
use crate::{Error, Places, Result};

/// A user who has given his password.
pub(crate) struct Session {
    user: String,
}

/// A program that runs.
pub(crate) struct Child(OwnedHandle);

impl Child {
    pub(super) fn handle(&self) -> &OwnedHandle {
        &self.0
    }
}

impl Session {
    /// Checks the password. The user is `name` or `DOMAIN\name`.
    pub(crate) fn begin(places: &Places, user: &str, password: &str) -> Result<Self> {
        let (domain, name) = match user.split_once('\\') {
            Some((domain, name)) => (domain.to_owned(), name),
            None => (accounts::domain_of(places, user), user),
        };
        let (name, domain, mut secret) = (wide(name), wide(domain), wide(password));
        let mut token: HANDLE = null_mut();
        // SAFETY: the texts end in a zero, and `token` is where the handle goes.
        let is_right = unsafe {
            LogonUserW(
                name.as_ptr(),
                domain.as_ptr(),
                secret.as_ptr(),
                // As at the guest's screen: where no server of the domain is reached, and with an empty password.
                LOGON32_LOGON_INTERACTIVE,
                LOGON32_PROVIDER_DEFAULT,
                &raw mut token,
            )
        };
        let error = std::io::Error::last_os_error();
        secret.fill(0);
        std::hint::black_box(&secret);
        if is_right == 0 {
            let text = format!("{user} cannot be logged on: {error}");
            let is_wrong = error.raw_os_error() == Some(ERROR_LOGON_FAILURE.cast_signed());
            return Err(if is_wrong { Error::wrong_password(text) } else { Error::new(text) });
        }
        // SAFETY: it is a handle that is nobody else's.
        drop(unsafe { OwnedHandle::from_raw_handle(token) });
        Ok(Self { user: user.to_owned() })
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// The desktop is there, or comes, without the agent.
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "Linux has something to do here")]
    pub(crate) fn open(&self, _: &Places) -> Result<()> {
        Ok(())
    }

    /// Starts a program on the desktop of the user. What starts applications is cmd.exe: its window is not theirs.
    #[expect(clippy::unused_self, reason = "only who is logged on may start programs")]
    pub(crate) fn spawn(&self, _: &Places, command: &[OsString]) -> Result<Child> {
        let line = command_line(command);
        let Some(token) = token_of_desktop()? else {
            // The agent is on that desktop itself.
            let (program, arguments) =
                command.split_first().ok_or_else(|| Error::new("no program is given"))?;
            let mut process = Command::new(program);
            process.raw_arg(command_line(arguments)).creation_flags(CREATE_NO_WINDOW);
            let child =
                process.spawn().map_err(|error| Error::new(format!("{}: {error}", program.display())))?;
            return Ok(Child(child.into()));
        };
        create_process(&token, &line)
    }
}

/// What stands for the user at the console; none if this process is there as well.
fn token_of_desktop() -> Result<Option<OwnedHandle>> {
    let mut own = 0;
    // SAFETY: `own` is where the number goes.
    unsafe { ProcessIdToSessionId(std::process::id(), &raw mut own) };
    // SAFETY: it takes nothing.
    let console = unsafe { WTSGetActiveConsoleSessionId() };
    if own == console {
        return Ok(None);
    }
    let mut token: HANDLE = null_mut();
    // SAFETY: `token` is where the handle goes.
    if unsafe { WTSQueryUserToken(console, &raw mut token) } == 0 {
        let error = std::io::Error::last_os_error();
        return Err(Error::new(format!("nobody has a desktop in the guest: {error}")));
    }
    // SAFETY: it is a handle that is nobody else's.
    Ok(Some(unsafe { OwnedHandle::from_raw_handle(token) }))
}

fn create_process(token: &OwnedHandle, line: &OsStr) -> Result<Child> {
    let failed = || Error::new(format!("{}: {}", line.display(), std::io::Error::last_os_error()));
    let (mut line_units, mut desktop) = (wide(line), wide("winsta0\\default"));
    let mut environment = null_mut();
    // SAFETY: the token is open; what is allocated is freed below.
    if unsafe { CreateEnvironmentBlock(&raw mut environment, token.as_raw_handle(), 0) } == 0 {
        return Err(failed());
    }
    let startup = STARTUPINFOW {
        cb: size_of::<STARTUPINFOW>() as u32,
        lpDesktop: desktop.as_mut_ptr(),
        ..STARTUPINFOW::default()
    };
    let mut process = PROCESS_INFORMATION::default();
    // SAFETY: every pointer is to something that outlives the call, and texts end in a zero.
    let made = unsafe {
        CreateProcessAsUserW(
            token.as_raw_handle(),
            null(),
            line_units.as_mut_ptr(),
            null(),
            null(),
            0,
            CREATE_UNICODE_ENVIRONMENT | CREATE_NO_WINDOW,
            environment,
            null(),
            &raw const startup,
            &raw mut process,
        )
    };
    let outcome = if made == 0 { Err(failed()) } else { Ok(process) };
    // SAFETY: it was allocated by CreateEnvironmentBlock, and is used no more.
    unsafe { DestroyEnvironmentBlock(environment) };
    let process = outcome?;
    // SAFETY: these are handles that are nobody else's.
    unsafe {
        drop(OwnedHandle::from_raw_handle(process.hThread));
        Ok(Child(OwnedHandle::from_raw_handle(process.hProcess)))
    }
}

/// Words that are more than letters are quoted. None of them has a quote in it: file names and addresses cannot.
fn command_line(words: &[OsString]) -> OsString {
    let mut line = OsString::new();
    for word in words {
        if !line.is_empty() {
            line.push(" ");
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/.,".contains(c);
        let is_bare = word.to_str().is_some_and(|word| !word.is_empty() && word.chars().all(is_plain));
        let quote = if is_bare { "" } else { "\"" };
        line.push(quote);
        line.push(word);
        line.push(quote);
    }
    line
}
