//! msi.dll, loaded by its full path when it is needed first. The names and arguments are its own.
#![allow(unsafe_code, non_snake_case)]

use std::ffi::c_void;
use std::mem::transmute;
use std::sync::LazyLock;

use windows_sys::Win32::Foundation::{FARPROC, HWND};
use windows_sys::Win32::System::ApplicationInstallationAndServicing::{
    INSTALLLEVEL, INSTALLMESSAGE, INSTALLSTATE, INSTALLUI_HANDLERW, INSTALLUILEVEL, MSIHANDLE,
};
use windows_sys::core::{PCWSTR, PWSTR};

use super::system_library;

/// What a call answers if Windows Installer is not there: "the service could not be accessed".
const ABSENT: u32 = 1601;

/// Declares functions; each answers what stands behind `else` if it is not there.
macro_rules! functions {
    ($(fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty, else $absent:expr;)+) => {
        struct Library { $($name: FARPROC),+ }

        static LIBRARY: LazyLock<Option<Library>> = LazyLock::new(|| {
            let library = system_library::load("msi.dll")?;
            let find = |name: &str| {
                let name = std::ffi::CString::new(name).ok()?;
                system_library::function(library, &name)
            };
            Some(Library { $($name: find(stringify!($name))),+ })
        });

        $(
            /// See msi.dll.
            ///
            /// # Safety
            /// As its documentation says.
            pub(super) unsafe fn $name($($argument: $type),*) -> $answer {
                match LIBRARY.as_ref().and_then(|library| library.$name) {
                    // SAFETY: the function of this name has these arguments; the caller keeps to what it asks.
                    Some(function) => unsafe {
                        let function: unsafe extern "system" fn($($type),*) -> $answer = transmute(function);
                        function($($argument),*)
                    },
                    None => $absent,
                }
            }
        )+
    };
}

functions! {
    fn MsiSetInternalUI(level: INSTALLUILEVEL, window: *mut HWND) -> INSTALLUILEVEL, else 0;
    fn MsiSetExternalUIW(handler: INSTALLUI_HANDLERW, filter: u32, context: *const c_void) -> INSTALLUI_HANDLERW, else None;
    fn MsiInstallProductW(package: PCWSTR, command_line: PCWSTR) -> u32, else ABSENT;
    fn MsiConfigureProductExW(product: PCWSTR, level: INSTALLLEVEL, state: INSTALLSTATE, command_line: PCWSTR) -> u32, else ABSENT;
    fn MsiEnableLogW(mode: u32, file: PCWSTR, attributes: u32) -> u32, else ABSENT;
    fn MsiQueryProductStateW(product: PCWSTR) -> INSTALLSTATE, else -1;
    fn MsiOpenDatabaseW(path: PCWSTR, persist: PCWSTR, database: *mut MSIHANDLE) -> u32, else ABSENT;
    fn MsiDatabaseOpenViewW(database: MSIHANDLE, query: PCWSTR, view: *mut MSIHANDLE) -> u32, else ABSENT;
    fn MsiViewExecute(view: MSIHANDLE, record: MSIHANDLE) -> u32, else ABSENT;
    fn MsiViewFetch(view: MSIHANDLE, record: *mut MSIHANDLE) -> u32, else ABSENT;
    fn MsiRecordGetStringW(record: MSIHANDLE, field: u32, value: PWSTR, len: *mut u32) -> u32, else ABSENT;
    fn MsiCloseHandle(handle: MSIHANDLE) -> u32, else ABSENT;
    fn MsiCreateRecord(fields: u32) -> MSIHANDLE, else 0;
    fn MsiGetPropertyW(session: MSIHANDLE, name: PCWSTR, value: PWSTR, len: *mut u32) -> u32, else ABSENT;
    fn MsiProcessMessage(session: MSIHANDLE, kind: INSTALLMESSAGE, record: MSIHANDLE) -> i32, else -1;
    fn MsiRecordSetInteger(record: MSIHANDLE, field: u32, value: i32) -> u32, else ABSENT;
    fn MsiRecordSetStringW(record: MSIHANDLE, field: u32, value: PCWSTR) -> u32, else ABSENT;
    fn MsiSetPropertyW(session: MSIHANDLE, name: PCWSTR, value: PCWSTR) -> u32, else ABSENT;
}
