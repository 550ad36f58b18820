//! The console that this program was started from, which it has not by itself, and a window where there is none.
#![allow(unsafe_code)]

use std::fs::OpenOptions;
use std::os::windows::io::IntoRawHandle;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::System::Console::{
    ATTACH_PARENT_PROCESS, AllocConsole, AttachConsole, GetStdHandle, STD_ERROR_HANDLE, STD_HANDLE,
    STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, SetStdHandle,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{MB_ICONERROR, MB_OK, MessageBoxW};

use super::text::wide;

/// Opens a window for text, unless the program has one already.
pub fn open() {
    // SAFETY: it takes nothing. That there is a console already is the only reason to fail.
    unsafe { AllocConsole() };
}

/// Makes the console of who started this program ours, if there is one. What leads to a file or a pipe goes on leading there.
pub fn attach() {
    // SAFETY: a plain number.
    if unsafe { AttachConsole(ATTACH_PARENT_PROCESS) } == 0 {
        return;
    }
    for (stream, console) in
        [(STD_INPUT_HANDLE, "CONIN$"), (STD_OUTPUT_HANDLE, "CONOUT$"), (STD_ERROR_HANDLE, "CONOUT$")]
    {
        if leads_nowhere(stream)
            && let Ok(console) = OpenOptions::new().read(true).write(true).open(console)
        {
            // SAFETY: the handle is open, and stays so until the process ends.
            unsafe { SetStdHandle(stream, console.into_raw_handle()) };
        }
    }
}

/// Shows what went wrong in a window, and waits for the user. `false`, and nothing is shown, if who started this program
/// reads what it prints.
pub fn show_error(caption: &str, text: &str) -> bool {
    if !leads_nowhere(STD_ERROR_HANDLE) {
        return false;
    }
    let (text, caption) = (wide(text), wide(caption));
    // SAFETY: both texts end in a zero and live until the call returns; no window owns this one.
    unsafe { MessageBoxW(null_mut(), text.as_ptr(), caption.as_ptr(), MB_OK | MB_ICONERROR) };
    true
}

fn leads_nowhere(stream: STD_HANDLE) -> bool {
    // SAFETY: a plain number.
    let handle = unsafe { GetStdHandle(stream) };
    handle.is_null() || handle == INVALID_HANDLE_VALUE
}
