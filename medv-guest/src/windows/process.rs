//! Processes: which they are, and how to wait for them.
#![allow(unsafe_code)]

use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, FILETIME};
use windows_sys::Win32::System::Threading::{
    GetExitCodeProcess, GetProcessId, GetProcessTimes, INFINITE, OpenProcess,
    PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE, WaitForSingleObject,
};

use super::session::Child;
use crate::running::Process;
use crate::{Error, Result};

/// What a program is that was just started.
pub(crate) fn of(child: &Child) -> Result<Process> {
    let handle = child.handle();
    // SAFETY: the handle is open.
    let id = unsafe { GetProcessId(handle.as_raw_handle()) };
    Ok(Process { id, began: began(handle)? })
}

/// Waits until a program that was started here has ended, and tells how it failed if it has.
pub(crate) fn failure(child: &mut Child) -> Option<String> {
    let handle = child.handle();
    wait(handle);
    let mut code = 0;
    // SAFETY: the handle is open, and the pointer is where a number goes.
    let known = unsafe { GetExitCodeProcess(handle.as_raw_handle(), &raw mut code) };
    (known == 0 || code != 0).then(|| format!("exit code {code:#x}"))
}

/// Waits until it has ended, whoever has started it. An error says nothing of it: it may run on.
pub(crate) fn wait_for(process: Process) -> Result<()> {
    let rights = PROCESS_SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION;
    // SAFETY: it takes numbers only.
    let handle = unsafe { OpenProcess(rights, 0, process.id) };
    if handle.is_null() {
        let error = std::io::Error::last_os_error();
        // So Windows says that there is none.
        let is_gone = error.raw_os_error() == Some(ERROR_INVALID_PARAMETER.cast_signed());
        let failed = || Error::new(format!("process {} cannot be waited for: {error}", process.id));
        return if is_gone { Ok(()) } else { Err(failed()) };
    }
    // SAFETY: it is a handle that is nobody else's.
    let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
    // The number is not given to another process while the handle is open: it is this one's, or it was.
    if began(&handle)? == process.began {
        wait(&handle);
    }
    Ok(())
}

/// Waits for the end of a process.
fn wait(handle: &OwnedHandle) {
    // SAFETY: the handle is open.
    unsafe { WaitForSingleObject(handle.as_raw_handle(), INFINITE) };
}

/// When a process began, in steps of 100 ns since 1601.
fn began(handle: &OwnedHandle) -> Result<u64> {
    let mut times = [FILETIME::default(); 4];
    let [created, exited, kernel, user] = &mut times;
    // SAFETY: the handle is open, and each pointer is where a time goes.
    let known = unsafe { GetProcessTimes(handle.as_raw_handle(), created, exited, kernel, user) };
    if known == 0 {
        let error = std::io::Error::last_os_error();
        return Err(Error::new(format!("when a process began is not known: {error}")));
    }
    Ok(u64::from(created.dwHighDateTime) << 32 | u64::from(created.dwLowDateTime))
}
