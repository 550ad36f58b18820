//! A window for text: the program has none, as it starts with each session.
#![allow(unsafe_code)]

use windows_sys::Win32::System::Console::AllocConsole;

/// Opens one, unless the program has one already.
pub fn open_console() {
    // SAFETY: it takes nothing. That there is a console already is the only reason to fail.
    unsafe { AllocConsole() };
}
