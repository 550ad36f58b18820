//! A question with buttons of its own: comctl32.dll's task dialog.
#![allow(unsafe_code)]

use std::io;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};

use windows_sys::Win32::Foundation::{HWND, LPARAM, S_OK, WPARAM};
use windows_sys::Win32::System::LibraryLoader::{GetProcAddress, LoadLibraryW};
use windows_sys::Win32::UI::Controls::{
    TASKDIALOG_BUTTON, TASKDIALOGCONFIG, TDF_ALLOW_DIALOG_CANCELLATION, TDF_ENABLE_HYPERLINKS,
    TDM_CLICK_BUTTON, TDN_CREATED, TDN_HYPERLINK_CLICKED,
};
use windows_sys::Win32::UI::Shell::ShellExecuteW;
use windows_sys::Win32::UI::WindowsAndMessaging::{IDCANCEL, PostMessageW, SW_SHOWNORMAL};
use windows_sys::core::{BOOL, HRESULT};

use super::text::wide;

/// Closes a dialog, from any thread, before it is shown or after.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closing(Arc<AtomicIsize>);

const NOT_SHOWN: isize = 0;
const CLOSED: isize = -1;

impl Closing {
    pub(crate) fn close(&self) {
        let window = self.0.swap(CLOSED, Ordering::SeqCst);
        if window != NOT_SHOWN && window != CLOSED {
            cancel(window as HWND);
        }
    }
}

/// Shows a dialog, with a link (label, address) below if there is one, and waits for its end: the number of the button, or `None` if it was closed.
pub(crate) fn ask(
    title: &str,
    text: &str,
    buttons: &[&str],
    link: Option<(&str, &str)>,
    closing: &Closing,
) -> io::Result<Option<usize>> {
    const FIRST: i32 = 100;
    let labels: Vec<_> = buttons.iter().map(|label| wide(label)).collect();
    let buttons: Vec<_> = (FIRST..)
        .zip(&labels)
        .map(|(id, label)| TASKDIALOG_BUTTON { nButtonID: id, pszButtonText: label.as_ptr() })
        .collect();
    let (program, title, text) = (wide("MED-V"), wide(title), wide(text));
    let footer = link.map(|(label, page)| wide(&format!("<A HREF=\"{page}\">{label}</A>")));
    let config = TASKDIALOGCONFIG {
        cbSize: size_of::<TASKDIALOGCONFIG>() as u32,
        dwFlags: TDF_ALLOW_DIALOG_CANCELLATION | TDF_ENABLE_HYPERLINKS,
        pszWindowTitle: program.as_ptr(),
        pszMainInstruction: title.as_ptr(),
        pszContent: text.as_ptr(),
        cButtons: buttons.len() as u32,
        pButtons: buttons.as_ptr(),
        pszFooter: footer.as_ref().map_or(null(), |footer| footer.as_ptr()),
        pfCallback: Some(hear),
        lpCallbackData: &raw const *closing as isize,
        ..TASKDIALOGCONFIG::default()
    };
    let show = task_dialog_indirect()?;
    let mut pressed = 0;
    // SAFETY: all texts end in a zero; they, the buttons and `closing` live until the call returns.
    let result = unsafe { show(&raw const config, &raw mut pressed, null_mut(), null_mut()) };
    if result != S_OK {
        return Err(io::Error::from_raw_os_error(result));
    }
    Ok(usize::try_from(pressed - FIRST).ok().filter(|number| *number < buttons.len()))
}

type TaskDialogIndirect =
    unsafe extern "system" fn(*const TASKDIALOGCONFIG, *mut i32, *mut i32, *mut BOOL) -> HRESULT;

/// The call. A program without a manifest gets an old library that does not have it, and must start nevertheless.
fn task_dialog_indirect() -> io::Result<TaskDialogIndirect> {
    // SAFETY: both texts end in a zero. The library stays loaded, and the function is what its documentation says.
    unsafe {
        let library = LoadLibraryW(wide("comctl32.dll").as_ptr());
        if library.is_null() {
            return Err(io::Error::last_os_error());
        }
        let call = GetProcAddress(library, c"TaskDialogIndirect".as_ptr().cast());
        let call = call.ok_or_else(|| io::Error::other("this program has no manifest for task dialogs"))?;
        Ok(std::mem::transmute::<unsafe extern "system" fn() -> isize, TaskDialogIndirect>(call))
    }
}

/// Hears what happens to the dialog; `context` is its [`Closing`].
unsafe extern "system" fn hear(window: HWND, what: u32, _: WPARAM, more: LPARAM, context: isize) -> HRESULT {
    match what.cast_signed() {
        TDN_CREATED => {
            // SAFETY: `ask` has set the context, and still waits.
            let closing = unsafe { &*(context as *const Closing) };
            if closing.0.swap(window as isize, Ordering::SeqCst) == CLOSED {
                cancel(window);
            }
        }
        TDN_HYPERLINK_CLICKED => {
            let verb = wide("open");
            // SAFETY: the dialog gives the address, which ends in a zero.
            unsafe {
                ShellExecuteW(window, verb.as_ptr(), more as *const u16, null(), null(), SW_SHOWNORMAL);
            }
        }
        _ => {}
    }
    S_OK
}

fn cancel(window: HWND) {
    // SAFETY: plain numbers; a window that is gone is an error that does no harm.
    unsafe { PostMessageW(window, TDM_CLICK_BUTTON.cast_unsigned(), IDCANCEL as WPARAM, 0) };
}
