//! Words for who started a program that has no console of its own: on the console it was started from, or in a window.
#![allow(unsafe_code)]

use std::fs::{File, OpenOptions};
use std::os::windows::io::IntoRawHandle;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::System::Console::{
    ATTACH_PARENT_PROCESS, AttachConsole, GetStdHandle, STD_ERROR_HANDLE, STD_OUTPUT_HANDLE, SetStdHandle,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{MB_OK, MessageBoxW};

use super::text::wide;

/// Says `text`. A window is shown only if `may_show` one, and nobody would read it elsewhere.
pub(super) fn say(caption: &str, text: &str, may_show: bool) {
    if is_read() {
        println!("{text}");
    } else if attach().is_some() {
        // What was typed to start this program stands on the line already.
        println!("\n{text}");
    } else if may_show {
        // SAFETY: both texts end in a zero and live until the call returns; no window owns this one.
        unsafe { MessageBoxW(null_mut(), wide(text).as_ptr(), wide(caption).as_ptr(), MB_OK) };
    }
}

/// Whether there is a pipe, a file or a console behind the output.
fn is_read() -> bool {
    // SAFETY: a plain number.
    let output = unsafe { GetStdHandle(STD_OUTPUT_HANDLE) };
    !output.is_null() && output != INVALID_HANDLE_VALUE
}

/// Makes the console of who started this program ours. `None` if there is none.
fn attach() -> Option<()> {
    // SAFETY: a plain number.
    if unsafe { AttachConsole(ATTACH_PARENT_PROCESS) } == 0 {
        return None;
    }
    let console: File = OpenOptions::new().read(true).write(true).open("CONOUT$").ok()?;
    let console = console.into_raw_handle();
    // SAFETY: the handle is open, and stays so until the process ends.
    unsafe {
        SetStdHandle(STD_OUTPUT_HANDLE, console);
        SetStdHandle(STD_ERROR_HANDLE, console);
    }
    Some(())
}
