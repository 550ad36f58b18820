//! A balloon beside the clock: shell32.dll's call for the notification area.
#![allow(unsafe_code)]

use std::io;
use std::ptr::{null, null_mut};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use windows_sys::Win32::UI::Shell::{
    NIF_ICON, NIF_INFO, NIF_TIP, NIIF_ERROR, NIIF_INFO, NIM_ADD, NIM_DELETE, NOTIFYICONDATAW,
    Shell_NotifyIconW,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DestroyWindow, HWND_MESSAGE, IDI_INFORMATION, LoadIconW,
};

use super::text::wide;

/// The longest texts that it takes, in UTF-16 units.
pub(crate) const LONGEST_TITLE: usize = 63;
pub(crate) const LONGEST_TEXT: usize = 255;

/// How long the icon is there that the balloon points to. Windows itself shows balloons for less.
const STAYS: Duration = Duration::from_secs(30);

/// Shows a balloon. It goes by itself.
pub(crate) fn show(title: &str, text: &str, is_error: bool) -> io::Result<()> {
    let (title, text) = (wide(title), wide(text));
    let (said, heard) = mpsc::channel();
    // The window belongs to the thread that makes it.
    thread::Builder::new().name("balloon".into()).spawn(move || {
        // SAFETY: a window of a class that Windows has itself, without a parent; it is destroyed by its own thread.
        let window = unsafe {
            let class = wide("STATIC");
            CreateWindowExW(
                0,
                class.as_ptr(),
                null(),
                0,
                0,
                0,
                0,
                0,
                HWND_MESSAGE,
                null_mut(),
                null_mut(),
                null(),
            )
        };
        let mut icon = NOTIFYICONDATAW {
            cbSize: size_of::<NOTIFYICONDATAW>() as u32,
            hWnd: window,
            uFlags: NIF_ICON | NIF_TIP | NIF_INFO,
            // SAFETY: an icon that Windows has itself.
            hIcon: unsafe { LoadIconW(null_mut(), IDI_INFORMATION) },
            dwInfoFlags: if is_error { NIIF_ERROR } else { NIIF_INFO },
            ..NOTIFYICONDATAW::default()
        };
        copy(&wide("MED-V"), &mut icon.szTip);
        copy(&title, &mut icon.szInfoTitle);
        copy(&text, &mut icon.szInfo);
        // SAFETY: the structure says its size, and its texts end in zeros.
        let is_shown = unsafe { Shell_NotifyIconW(NIM_ADD, &raw const icon) } != 0;
        _ = said.send(is_shown);
        if is_shown {
            thread::sleep(STAYS);
        }
        // SAFETY: as above.
        unsafe {
            Shell_NotifyIconW(NIM_DELETE, &raw const icon);
            DestroyWindow(window);
        }
    })?;
    match heard.recv() {
        Ok(true) => Ok(()),
        _ => Err(io::Error::other("there is no notification area")),
    }
}

/// As much as there is room for, with a zero at the end.
fn copy(text: &[u16], room: &mut [u16]) {
    let len = text.len().min(room.len()) - 1;
    room[..len].copy_from_slice(&text[..len]);
}
