//! Windows Installer from outside: msi.dll's calls that install a package, and look into one.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::path::Path;

use windows_sys::Win32::System::ApplicationInstallationAndServicing::{
    INSTALLLOGMODE_ACTIONDATA, INSTALLLOGMODE_ACTIONSTART, INSTALLLOGMODE_ERROR, INSTALLLOGMODE_FATALEXIT,
    INSTALLLOGMODE_PROGRESS, INSTALLMESSAGE_ACTIONDATA, INSTALLMESSAGE_ACTIONSTART, INSTALLMESSAGE_ERROR,
    INSTALLMESSAGE_FATALEXIT, INSTALLMESSAGE_PROGRESS, INSTALLMESSAGE_TYPEMASK, INSTALLSTATE_ABSENT,
    INSTALLSTATE_DEFAULT, INSTALLUILEVEL_NONE, MSIHANDLE,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{IDCANCEL, IDOK};

use super::msi_library::{
    MsiCloseHandle, MsiConfigureProductExW, MsiDatabaseOpenViewW, MsiEnableLogW, MsiInstallProductW,
    MsiOpenDatabaseW, MsiQueryProductStateW, MsiRecordGetStringW, MsiSetExternalUIW, MsiSetInternalUI,
    MsiViewExecute, MsiViewFetch,
};
use super::text::{from_wide, wide};
use crate::command_line::Log;

/// What Windows Installer tells while it works.
#[derive(Clone, Copy, Debug)]
pub enum Message<'a> {
    /// See [`crate::progress_message`].
    Progress(&'a str),
    /// An action begins.
    Action(&'a str),
    /// An action says something.
    Data(&'a str),
    /// Why it ends.
    Error(&'a str),
}

/// Hears [`Message`]s; answers `false` to cancel.
pub type Listener<'a> = &'a (dyn Fn(Message<'_>) -> bool + Sync);

/// What to do with which product.
#[derive(Clone, Copy, Debug)]
pub enum Work<'a> {
    /// Install (or whatever the command line says) the package `.msi`.
    Package(&'a Path),
    /// Remove the installed product of this code.
    Remove(&'a str),
}

/// Lets Windows Installer work, without any window of its own, and returns its code.
pub fn work(work: Work<'_>, command_line: &str, log: Option<&Log>, listener: Listener<'_>) -> u32 {
    const HEARD: i32 = INSTALLLOGMODE_PROGRESS
        | INSTALLLOGMODE_ACTIONSTART
        | INSTALLLOGMODE_ACTIONDATA
        | INSTALLLOGMODE_ERROR
        | INSTALLLOGMODE_FATALEXIT;
    if let Some(log) = log {
        enable(log);
    }
    let command_line = wide(command_line);
    let context = (&raw const listener).cast::<c_void>();
    // SAFETY: no window is given. The listener that the context points to lives longer than the calls below, and the
    // handler is taken away before this function returns. All texts end in a zero.
    unsafe {
        MsiSetInternalUI(INSTALLUILEVEL_NONE, std::ptr::null_mut());
        MsiSetExternalUIW(Some(hear), HEARD.cast_unsigned(), context);
        let code = match work {
            Work::Package(msi) => MsiInstallProductW(wide(msi).as_ptr(), command_line.as_ptr()),
            Work::Remove(product) => {
                MsiConfigureProductExW(wide(product).as_ptr(), 0, INSTALLSTATE_ABSENT, command_line.as_ptr())
            }
        };
        MsiSetExternalUIW(None, 0, std::ptr::null());
        code
    }
}

/// Windows Installer's handler: hands on to the listener that `context` points to.
unsafe extern "system" fn hear(context: *mut c_void, kind: u32, text: *const u16) -> i32 {
    if context.is_null() || text.is_null() {
        return 0;
    }
    // SAFETY: `work` has set the context to a listener that outlives the handler.
    let listener = unsafe { *context.cast::<Listener<'_>>() };
    // SAFETY: Windows Installer gives text that ends in a zero.
    let text = from_wide(unsafe {
        let mut len = 0;
        while *text.add(len) != 0 {
            len += 1;
        }
        std::slice::from_raw_parts(text, len)
    });
    let message = match kind.cast_signed() & INSTALLMESSAGE_TYPEMASK {
        INSTALLMESSAGE_PROGRESS => Message::Progress(&text),
        INSTALLMESSAGE_ACTIONSTART => Message::Action(&text),
        INSTALLMESSAGE_ACTIONDATA => Message::Data(&text),
        INSTALLMESSAGE_ERROR | INSTALLMESSAGE_FATALEXIT => Message::Error(&text),
        _ => return 0,
    };
    // Which buttons an error has is not known here; 0 lets Windows Installer take the usual one.
    match (listener(message), kind.cast_signed() & INSTALLMESSAGE_TYPEMASK) {
        (false, _) => IDCANCEL,
        (true, INSTALLMESSAGE_ERROR | INSTALLMESSAGE_FATALEXIT) => 0,
        (true, _) => IDOK,
    }
}

/// Everything but the two modes that write what only the makers of Windows Installer understand.
fn enable(log: &Log) {
    const USUAL: u32 = 0x0fdf;
    const VERBOSE: u32 = 0x1000;
    const APPEND: u32 = 1;
    const FLUSH_EACH_LINE: u32 = 2;
    let mode = if log.verbose { USUAL | VERBOSE } else { USUAL };
    let attributes = if log.append { APPEND | FLUSH_EACH_LINE } else { FLUSH_EACH_LINE };
    // SAFETY: the path ends in a zero and is copied.
    unsafe { MsiEnableLogW(mode, wide(&log.file).as_ptr(), attributes) };
}

/// `true` if the product of this code is installed for this computer.
pub fn is_installed(product: &str) -> bool {
    // SAFETY: the text ends in a zero.
    unsafe { MsiQueryProductStateW(wide(product).as_ptr()) == INSTALLSTATE_DEFAULT }
}

/// A row of the Property table of `msi`, which nobody has to have installed; `None` if there is none, or no database.
pub fn property(msi: &Path, name: &str) -> Option<String> {
    let query = format!("SELECT `Value` FROM `Property` WHERE `Property` = '{name}'");
    let (mut database, mut view, mut record) = (0, 0, 0);
    // SAFETY: every handle is used only if the call that made it has succeeded, and is owned (and so closed once) from then
    // on; a null instead of a text means "open for reading". The buffer has `len` units.
    unsafe {
        if MsiOpenDatabaseW(wide(msi).as_ptr(), std::ptr::null(), &raw mut database) != 0 {
            return None;
        }
        let database = Handle(database);
        if MsiDatabaseOpenViewW(database.0, wide(query).as_ptr(), &raw mut view) != 0 {
            return None;
        }
        let view = Handle(view);
        if MsiViewExecute(view.0, 0) != 0 || MsiViewFetch(view.0, &raw mut record) != 0 {
            return None;
        }
        let record = Handle(record);
        let mut value = vec![0_u16; 1024];
        let mut len = value.len() as u32;
        let said = MsiRecordGetStringW(record.0, 1, value.as_mut_ptr(), &raw mut len);
        (said == 0).then(|| from_wide(&value))
    }
}

/// Closed when it goes.
struct Handle(MSIHANDLE);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: it is owned, and closed here only.
        unsafe { MsiCloseHandle(self.0) };
    }
}
