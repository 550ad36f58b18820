//! One window of a wizard: a heading, a text, a bar, a box, and two buttons.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows_sys::Win32::Graphics::Gdi::{
    COLOR_3DFACE, CreateFontIndirectW, GetDC, GetDeviceCaps, GetSysColorBrush, HFONT, LOGPIXELSY, ReleaseDC,
};
use windows_sys::Win32::System::LibraryLoader::GetModuleHandleW;
use windows_sys::Win32::UI::Controls::{
    BST_CHECKED, ICC_PROGRESS_CLASS, INITCOMMONCONTROLSEX, InitCommonControlsEx, PBM_SETPOS, PBM_SETRANGE32,
};
use windows_sys::Win32::UI::Input::KeyboardAndMouse::{EnableWindow, SetFocus};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    BM_GETCHECK, BM_SETCHECK, BS_AUTOCHECKBOX, BS_DEFPUSHBUTTON, BS_PUSHBUTTON, CreateWindowExW,
    DefWindowProcW, DestroyWindow, DispatchMessageW, GetMessageW, GetSystemMetrics, IDC_ARROW, IDCANCEL,
    IDI_APPLICATION, IDOK, IDYES, IsDialogMessageW, LoadCursorW, LoadIconW, MSG, NONCLIENTMETRICSW,
    PostMessageW, PostQuitMessage, RegisterClassExW, SM_CXSCREEN, SM_CYSCREEN, SPI_GETNONCLIENTMETRICS,
    SW_HIDE, SW_SHOW, SendMessageW, SetForegroundWindow, SetWindowTextW, ShowWindow, SystemParametersInfoW,
    TranslateMessage, WM_APP, WM_CLOSE, WM_COMMAND, WM_DESTROY, WM_SETFONT, WNDCLASSEXW, WS_CAPTION,
    WS_CHILD, WS_EX_CONTROLPARENT, WS_MINIMIZEBOX, WS_OVERLAPPED, WS_SYSMENU, WS_TABSTOP, WS_VISIBLE,
};

use super::text::wide;

/// Posted by [`Bell`].
const RUNG: u32 = WM_APP;
/// Size of the window in units of a ninety-sixth of an inch.
const SIZE: (i32, i32) = (520, 340);

/// What the window shows.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// In large letters.
    pub heading: String,
    /// Below it; several lines.
    pub text: String,
    /// Whether there is a bar.
    pub bar: bool,
    /// A box: its text, and whether it is ticked.
    pub check: Option<(&'static str, bool)>,
    /// The button that goes on.
    pub next: Option<&'static str>,
    /// A second one that goes on elsewhere.
    pub other: Option<&'static str>,
    /// The button that ends.
    pub cancel: Option<&'static str>,
}

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The button that goes on.
    Next,
    /// The second one.
    Other,
    /// The button that ends, or the window's own.
    Cancel,
    /// A [`Bell`] was rung.
    Rung,
}

/// Can be rung by any thread; the window hears it.
#[derive(Clone, Copy)]
pub struct Bell(isize);

impl Bell {
    /// Rings.
    pub fn ring(self) {
        // SAFETY: posting to a window that is gone fails, and does no harm.
        unsafe { PostMessageW(self.0 as HWND, RUNG, 0, 0) };
    }
}

/// The window. Its parts live as long as it does.
pub struct Window {
    frame: HWND,
    heading: HWND,
    text: HWND,
    bar: HWND,
    check: HWND,
    next: HWND,
    other: HWND,
    cancel: HWND,
}

thread_local! {
    /// What happened and was not handled yet. The procedure runs on the thread that made the window.
    static EVENTS: RefCell<Vec<Event>> = const { RefCell::new(Vec::new()) };
}

/// The window's procedure: notes what happens.
extern "system" fn procedure(window: HWND, message: u32, wparam: WPARAM, lparam: LPARAM) -> LRESULT {
    let note = |event| {
        EVENTS.with_borrow_mut(|events| events.push(event));
        0
    };
    match message {
        // The number of the button is in the low half.
        WM_COMMAND => match i32::from(wparam as u16) {
            IDOK => note(Event::Next),
            IDYES => note(Event::Other),
            IDCANCEL => note(Event::Cancel),
            _ => 0,
        },
        WM_CLOSE => note(Event::Cancel),
        RUNG => note(Event::Rung),
        WM_DESTROY => {
            // SAFETY: a plain number.
            unsafe { PostQuitMessage(0) };
            0
        }
        // SAFETY: what the system has sent goes on to it unchanged.
        _ => unsafe { DefWindowProcW(window, message, wparam, lparam) },
    }
}

impl Window {
    /// Makes the window, not shown yet. `None` if the system gives none.
    pub fn new(caption: &str) -> Option<Self> {
        // SAFETY: all texts end in a zero and live until the call returns; all structures have their own size in them; null
        // is what stands for "none" in each place. Windows and fonts stay until the process ends.
        unsafe {
            let module = GetModuleHandleW(null());
            let controls = INITCOMMONCONTROLSEX {
                dwSize: size_of::<INITCOMMONCONTROLSEX>() as u32,
                dwICC: ICC_PROGRESS_CLASS,
            };
            InitCommonControlsEx(&raw const controls);
            let name = wide("MedvSetup");
            let class = WNDCLASSEXW {
                cbSize: size_of::<WNDCLASSEXW>() as u32,
                lpfnWndProc: Some(procedure),
                hInstance: module,
                hIcon: LoadIconW(null_mut(), IDI_APPLICATION),
                hCursor: LoadCursorW(null_mut(), IDC_ARROW),
                hbrBackground: GetSysColorBrush(COLOR_3DFACE),
                lpszClassName: name.as_ptr(),
                ..WNDCLASSEXW::default()
            };
            RegisterClassExW(&raw const class);
            let context = GetDC(null_mut());
            let dots = GetDeviceCaps(context, LOGPIXELSY.cast_signed());
            ReleaseDC(null_mut(), context);
            let scale = |units: i32| units * dots / 96;
            let (width, height) = (scale(SIZE.0), scale(SIZE.1));
            let frame = CreateWindowExW(
                WS_EX_CONTROLPARENT,
                name.as_ptr(),
                wide(caption).as_ptr(),
                WS_OVERLAPPED | WS_CAPTION | WS_SYSMENU | WS_MINIMIZEBOX,
                (GetSystemMetrics(SM_CXSCREEN) - width) / 2,
                (GetSystemMetrics(SM_CYSCREEN) - height) / 2,
                width,
                height,
                null_mut(),
                null_mut(),
                module,
                null(),
            );
            if frame.is_null() {
                return None;
            }
            let (plain, large) = fonts();
            let part = |class: &str, style: u32, id: i32, place: [i32; 4], font: HFONT| {
                let [x, y, width, height] = place.map(scale);
                let part = CreateWindowExW(
                    0,
                    wide(class).as_ptr(),
                    null(),
                    WS_CHILD | style,
                    x,
                    y,
                    width,
                    height,
                    frame,
                    id as _,
                    module,
                    null(),
                );
                SendMessageW(part, WM_SETFONT, font as WPARAM, 1);
                part
            };
            let button = WS_TABSTOP | BS_PUSHBUTTON as u32;
            let window = Self {
                frame,
                heading: part("STATIC", WS_VISIBLE, 0, [24, 20, 460, 34], large),
                text: part("STATIC", WS_VISIBLE, 0, [24, 64, 460, 136], plain),
                bar: part("msctls_progress32", 0, 0, [24, 206, 460, 18], plain),
                check: part("BUTTON", WS_TABSTOP | BS_AUTOCHECKBOX as u32, 0, [24, 232, 460, 20], plain),
                other: part("BUTTON", button, IDYES, [188, 264, 92, 26], plain),
                next: part("BUTTON", WS_TABSTOP | BS_DEFPUSHBUTTON as u32, IDOK, [290, 264, 92, 26], plain),
                cancel: part("BUTTON", button, IDCANCEL, [392, 264, 92, 26], plain),
            };
            SendMessageW(window.bar, PBM_SETRANGE32, 0, 1000);
            Some(window)
        }
    }

    /// Shows a page.
    pub fn show(&self, page: &Page) {
        Self::set(self.heading, &page.heading);
        self.set_text(&page.text);
        Self::place(self.bar, page.bar);
        Self::place(self.check, page.check.is_some());
        if let Some((text, ticked)) = page.check {
            Self::set(self.check, text);
            // SAFETY: a message with plain numbers to a window of ours.
            unsafe { SendMessageW(self.check, BM_SETCHECK, usize::from(ticked), 0) };
        }
        for (button, text) in [(self.other, page.other), (self.next, page.next), (self.cancel, page.cancel)] {
            Self::place(button, text.is_some());
            Self::set(button, text.unwrap_or_default());
            Self::enable(button, true);
        }
        let first = if page.next.is_some() { self.next } else { self.cancel };
        // SAFETY: windows of ours.
        unsafe {
            ShowWindow(self.frame, SW_SHOW);
            SetForegroundWindow(self.frame);
            SetFocus(first);
        }
    }

    /// Replaces the page's text.
    pub fn set_text(&self, text: &str) {
        Self::set(self.text, text);
    }

    /// Moves the bar to so many thousandths.
    pub fn set_bar(&self, thousandths: u32) {
        // SAFETY: a message with plain numbers to a window of ours.
        unsafe { SendMessageW(self.bar, PBM_SETPOS, thousandths as WPARAM, 0) };
    }

    /// Lets nobody cancel twice.
    pub fn disable_cancel(&self) {
        Self::enable(self.cancel, false);
    }

    /// Whether the box is ticked.
    pub fn is_ticked(&self) -> bool {
        // SAFETY: a message with plain numbers to a window of ours.
        unsafe { SendMessageW(self.check, BM_GETCHECK, 0, 0).cast_unsigned() == BST_CHECKED as usize }
    }

    /// What other threads ring.
    pub fn bell(&self) -> Bell {
        Bell(self.frame as isize)
    }

    /// Waits for what happens next.
    pub fn wait(&self) -> Event {
        loop {
            let next = EVENTS.with_borrow_mut(|events| (!events.is_empty()).then(|| events.remove(0)));
            if let Some(event) = next {
                return event;
            }
            let mut message = MSG::default();
            // SAFETY: the structure is written by the first call and read by the others; the window is ours.
            unsafe {
                if GetMessageW(&raw mut message, null_mut(), 0, 0) <= 0 {
                    return Event::Cancel;
                }
                if IsDialogMessageW(self.frame, &raw const message) == 0 {
                    TranslateMessage(&raw const message);
                    DispatchMessageW(&raw const message);
                }
            }
        }
    }

    fn set(part: HWND, text: &str) {
        // SAFETY: the text ends in a zero and is copied; the window is ours.
        unsafe { SetWindowTextW(part, wide(text.replace('\n', "\r\n")).as_ptr()) };
    }

    fn place(part: HWND, shown: bool) {
        // SAFETY: a window of ours.
        unsafe { ShowWindow(part, if shown { SW_SHOW } else { SW_HIDE }) };
    }

    fn enable(part: HWND, enabled: bool) {
        // SAFETY: a window of ours.
        unsafe { EnableWindow(part, i32::from(enabled)) };
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // SAFETY: made by this thread, and destroyed here only; its parts go with it.
        unsafe { DestroyWindow(self.frame) };
    }
}

/// The font that the user has for messages, and a larger one.
fn fonts() -> (HFONT, HFONT) {
    let mut metrics =
        NONCLIENTMETRICSW { cbSize: size_of::<NONCLIENTMETRICSW>() as u32, ..NONCLIENTMETRICSW::default() };
    // SAFETY: the structure has its own size in it; the fonts stay until the process ends.
    unsafe {
        SystemParametersInfoW(SPI_GETNONCLIENTMETRICS, metrics.cbSize, (&raw mut metrics).cast(), 0);
        let plain = CreateFontIndirectW(&raw const metrics.lfMessageFont);
        metrics.lfMessageFont.lfHeight = metrics.lfMessageFont.lfHeight * 3 / 2;
        (plain, CreateFontIndirectW(&raw const metrics.lfMessageFont))
    }
}
