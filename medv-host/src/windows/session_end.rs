//! The end of the session. Windows tells it to windows only, so there is one that nobody sees.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::io;
use std::ptr::{null, null_mut};
use std::sync::mpsc;
use std::thread;

use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows_sys::Win32::System::Shutdown::{ShutdownBlockReasonCreate, ShutdownBlockReasonDestroy};
use windows_sys::Win32::System::Threading::SetProcessShutdownParameters;
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DispatchMessageW, GetMessageW, MSG, RegisterClassW, WM_ENDSESSION,
    WM_QUERYENDSESSION, WNDCLASSW,
};

use super::text::wide;

/// Windows ends processes from high levels to low ones, and the machine's is at the usual 0x280.
const BEFORE_ALL_OTHERS: u32 = 0x3FF;

thread_local! {
    /// What is called at the end, in the thread of the window.
    static ENDS: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// Calls `ends` when the session ends, before other programs are ended. As soon as it returns, Windows may end this process; until
/// then it says on the screen what it waits for.
///
/// # Errors
/// If there is no desktop for the window.
pub fn watch(ends: impl FnOnce() + Send + 'static) -> io::Result<()> {
    // SAFETY: plain numbers. If Windows refuses, the order is as it may be.
    unsafe { SetProcessShutdownParameters(BEFORE_ALL_OTHERS, 0) };
    let (said, heard) = mpsc::channel();
    // The window belongs to the thread that makes it.
    thread::Builder::new().name("session end".into()).spawn(move || {
        ENDS.set(Some(Box::new(ends)));
        let window = make_window();
        let is_made = window.is_ok();
        _ = said.send(window);
        let mut message = MSG::default();
        // SAFETY: the structure is ours; messages are for windows of this thread.
        while is_made && unsafe { GetMessageW(&raw mut message, null_mut(), 0, 0) } > 0 {
            // SAFETY: as above.
            unsafe { DispatchMessageW(&raw const message) };
        }
    })?;
    heard.recv().unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()))
}

fn make_window() -> io::Result<()> {
    let name = wide("MedvSessionEnd");
    let class = WNDCLASSW { lpfnWndProc: Some(hear), lpszClassName: name.as_ptr(), ..WNDCLASSW::default() };
    // SAFETY: the name ends in a zero and lives until both calls return. A window for messages only is not told.
    let window = unsafe {
        RegisterClassW(&raw const class);
        CreateWindowExW(0, name.as_ptr(), null(), 0, 0, 0, 0, 0, null_mut(), null_mut(), null_mut(), null())
    };
    if window.is_null() { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Hears what is said to the window.
unsafe extern "system" fn hear(window: HWND, message: u32, w: WPARAM, l: LPARAM) -> LRESULT {
    const YES: LRESULT = 1;
    match (message, w) {
        (WM_QUERYENDSESSION, _) => {
            let why = wide("The workspace's machine is being closed");
            // SAFETY: our own window, and a text that ends in a zero.
            unsafe { ShutdownBlockReasonCreate(window, why.as_ptr()) };
            YES
        }
        // Another program has held up the end.
        (WM_ENDSESSION, 0) => {
            // SAFETY: our own window.
            unsafe { ShutdownBlockReasonDestroy(window) };
            0
        }
        (WM_ENDSESSION, _) => {
            if let Some(ends) = ENDS.take() {
                ends();
            }
            0
        }
        // SAFETY: what Windows has said is passed on as it is.
        _ => unsafe { DefWindowProcW(window, message, w, l) },
    }
}
