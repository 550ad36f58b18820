//! The icon in the notification area, and its menu: shell32.dll's call, and a window that nobody sees and that is told of
//! clicks.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::io;
use std::ptr::{null, null_mut};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, POINT, WPARAM};
use windows_sys::Win32::UI::Shell::{
    NIF_ICON, NIF_MESSAGE, NIF_TIP, NIM_ADD, NIM_DELETE, NIM_MODIFY, NOTIFYICONDATAW, Shell_NotifyIconW,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    AppendMenuW, CreateIcon, CreatePopupMenu, CreateWindowExW, DefWindowProcW, DestroyIcon, DestroyMenu,
    DestroyWindow, DispatchMessageW, GetCursorPos, GetMessageW, GetSystemMetrics, HICON, MF_CHECKED,
    MF_GRAYED, MF_STRING, MSG, PostMessageW, PostQuitMessage, RegisterClassW, RegisterWindowMessageW,
    SM_CXSMICON, SetForegroundWindow, TPM_NONOTIFY, TPM_RETURNCMD, TrackPopupMenu, WM_APP, WM_CLOSE,
    WM_DESTROY, WM_LBUTTONUP, WM_NULL, WM_RBUTTONUP, WNDCLASSW,
};

use super::text::wide;
use crate::event::{Event, Level};
use crate::tray::content::{Content, Entry};
use crate::tray::{Area, Tray, picture};

/// What is shown has changed.
const UPDATE: u32 = WM_APP;
/// Something was done with the icon; the last parameter says what.
const TOUCHED: u32 = WM_APP + 1;

thread_local! {
    /// What belongs to the window of this thread.
    static OWNED: RefCell<Option<Owned>> = const { RefCell::new(None) };
}

/// What a window shows.
struct Owned {
    tray: Arc<Tray>,
    /// The message by which a new taskbar asks for its icons.
    taskbar_created: u32,
    is_shown: bool,
}

/// The icon of this session. Dropped, it is taken away.
pub(crate) struct NotifyIcon {
    /// The window, and the thread that it belongs to; none if there is no desktop.
    window: Option<(isize, JoinHandle<()>)>,
}

impl NotifyIcon {
    /// Nothing is shown yet.
    pub(crate) fn new(tray: Arc<Tray>) -> Self {
        let window = start(tray.clone()).inspect_err(|error| {
            let text = format!("there is no icon in the notification area: {error}");
            tray.log().note(&Event::plain(Level::Debug, text));
        });
        Self { window: window.ok() }
    }

    fn post(&self, message: u32) {
        if let Some((window, _)) = &self.window {
            // SAFETY: a message without pointers. The window lives until it is told to close.
            unsafe { PostMessageW(*window as HWND, message, 0, 0) };
        }
    }
}

impl Area for NotifyIcon {
    fn update(&mut self) {
        self.post(UPDATE);
    }
}

impl Drop for NotifyIcon {
    fn drop(&mut self) {
        self.post(WM_CLOSE);
        if let Some((_, thread)) = self.window.take() {
            _ = thread.join();
        }
    }
}

/// Starts the thread that has the window.
fn start(tray: Arc<Tray>) -> io::Result<(isize, JoinHandle<()>)> {
    let (said, heard) = mpsc::channel();
    let thread = thread::Builder::new().name("notify icon".into()).spawn(move || {
        let taskbar = wide("TaskbarCreated");
        // SAFETY: the name ends in a zero.
        let taskbar_created = unsafe { RegisterWindowMessageW(taskbar.as_ptr()) };
        OWNED.set(Some(Owned { tray, taskbar_created, is_shown: false }));
        let window = make_window();
        let is_made = window.is_ok();
        _ = said.send(window.map(|window| window as isize));
        let mut message = MSG::default();
        // SAFETY: the structure is ours; messages are for windows of this thread.
        while is_made && unsafe { GetMessageW(&raw mut message, null_mut(), 0, 0) } > 0 {
            // SAFETY: as above.
            unsafe { DispatchMessageW(&raw const message) };
        }
    })?;
    let window = heard.recv().unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()))?;
    Ok((window, thread))
}

fn make_window() -> io::Result<HWND> {
    let name = wide("MedvNotifyIcon");
    let class = WNDCLASSW { lpfnWndProc: Some(hear), lpszClassName: name.as_ptr(), ..WNDCLASSW::default() };
    // SAFETY: the name ends in a zero and lives until both calls return. A window for messages only is not told of a new
    // taskbar.
    let window = unsafe {
        RegisterClassW(&raw const class);
        CreateWindowExW(0, name.as_ptr(), null(), 0, 0, 0, 0, 0, null_mut(), null_mut(), null_mut(), null())
    };
    if window.is_null() { Err(io::Error::last_os_error()) } else { Ok(window) }
}

/// Hears what is said to the window.
unsafe extern "system" fn hear(window: HWND, message: u32, w: WPARAM, l: LPARAM) -> LRESULT {
    match (message, l as u32) {
        (UPDATE, _) => update(window),
        (TOUCHED, WM_LBUTTONUP | WM_RBUTTONUP) => open_menu(window),
        // SAFETY: our own window, in its own thread.
        (WM_CLOSE, _) => _ = unsafe { DestroyWindow(window) },
        (WM_DESTROY, _) => {
            take_away(window);
            // SAFETY: it ends the loop of this thread.
            unsafe { PostQuitMessage(0) };
        }
        _ if is_new_taskbar(message) => {
            with_owned(|owned| owned.is_shown = false);
            update(window);
        }
        // SAFETY: what Windows has said is passed on as it is.
        _ => return unsafe { DefWindowProcW(window, message, w, l) },
    }
    0
}

fn with_owned<T>(look: impl FnOnce(&mut Owned) -> T) -> Option<T> {
    OWNED.with_borrow_mut(|owned| owned.as_mut().map(look))
}

fn tray() -> Option<Arc<Tray>> {
    with_owned(|owned| owned.tray.clone())
}

fn is_new_taskbar(message: u32) -> bool {
    with_owned(|owned| owned.taskbar_created == message).unwrap_or(false)
}

/// Makes the icon what it is to be.
fn update(window: HWND) {
    let Some(content) = tray().and_then(|tray| tray.content()) else { return take_away(window) };
    let icon = make_icon(content.is_lit);
    let mut data = NOTIFYICONDATAW {
        uFlags: NIF_ICON | NIF_TIP | NIF_MESSAGE,
        uCallbackMessage: TOUCHED,
        hIcon: icon,
        ..identity(window)
    };
    // The text is cut to what there is room for with a zero at its end.
    let text = wide(&content.text);
    let len = text.len().min(data.szTip.len() - 1);
    data.szTip[..len].copy_from_slice(&text[..len]);
    let is_shown = with_owned(|owned| owned.is_shown).unwrap_or(false);
    let change = if is_shown { NIM_MODIFY } else { NIM_ADD };
    // SAFETY: the structure says its size, and its text ends in a zero.
    let is_done = unsafe { Shell_NotifyIconW(change, &raw const data) } != 0;
    // Without a taskbar there is nothing to show it; one that comes asks for it.
    with_owned(|owned| owned.is_shown = is_done);
    // SAFETY: an icon that we have made. The taskbar has its own copy.
    unsafe { DestroyIcon(icon) };
}

fn take_away(window: HWND) {
    if with_owned(|owned| std::mem::take(&mut owned.is_shown)) == Some(true) {
        let data = identity(window);
        // SAFETY: the structure says its size.
        unsafe { Shell_NotifyIconW(NIM_DELETE, &raw const data) };
    }
}

/// What says which icon is meant.
fn identity(window: HWND) -> NOTIFYICONDATAW {
    NOTIFYICONDATAW {
        cbSize: size_of::<NOTIFYICONDATAW>() as u32,
        hWnd: window,
        uID: 1,
        ..NOTIFYICONDATAW::default()
    }
}

fn make_icon(is_lit: bool) -> HICON {
    // SAFETY: it only asks.
    let size = unsafe { GetSystemMetrics(SM_CXSMICON) }.clamp(16, 256);
    let pixels = picture::draw(size.cast_unsigned(), is_lit);
    let colours: Vec<u8> =
        pixels.into_iter().flat_map(|[alpha, red, green, blue]| [blue, green, red, alpha]).collect();
    // Rows of whole words, all zero: the alpha of the colours says what is seen.
    let mask = vec![0_u8; (size.cast_unsigned().div_ceil(16) * 2 * size.cast_unsigned()) as usize];
    // SAFETY: there are as many bytes as the size asks for.
    unsafe { CreateIcon(null_mut(), size, size, 1, 32, mask.as_ptr(), colours.as_ptr()) }
}

/// Opens the menu where the pointer is, and does what is chosen.
fn open_menu(window: HWND) {
    let Some(tray) = tray() else { return };
    let Some(content) = tray.content() else { return };
    let chosen = choose_from(window, &content);
    if let Some(item) = content.item(chosen) {
        tray.choose(item);
    }
}

/// The number of the entry that is chosen; 0 if none is.
fn choose_from(window: HWND, content: &Content) -> i32 {
    let mut at = POINT::default();
    // SAFETY: a menu of our own that is destroyed here, texts that end in zeros, our own window and a place of ours. Only
    // the window in front closes its menu when the user clicks elsewhere; the empty message is part of that.
    unsafe {
        let menu = CreatePopupMenu();
        for entry in &content.entries {
            let label = wide(&entry.label.replace('&', "&&"));
            AppendMenuW(menu, flags(entry), entry.item as usize, label.as_ptr());
        }
        GetCursorPos(&raw mut at);
        SetForegroundWindow(window);
        let chosen = TrackPopupMenu(menu, TPM_RETURNCMD | TPM_NONOTIFY, at.x, at.y, 0, window, null());
        PostMessageW(window, WM_NULL, 0, 0);
        DestroyMenu(menu);
        chosen
    }
}

fn flags(entry: &Entry) -> u32 {
    let mark = if entry.mark == Some(true) { MF_CHECKED } else { 0 };
    let can_be_chosen = if entry.is_enabled { 0 } else { MF_GRAYED };
    MF_STRING | mark | can_be_chosen
}
