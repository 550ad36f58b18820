//! Windows' own DLLs, from where Windows keeps them. These programs are started in folders of downloads: what lies there
//! under the name of a DLL must not be loaded.
#![allow(unsafe_code, non_snake_case)]

use std::ffi::{CStr, OsString};
use std::os::windows::ffi::OsStringExt;
use std::path::PathBuf;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{FARPROC, HANDLE, HMODULE};
use windows_sys::Win32::System::LibraryLoader::{
    GetModuleHandleW, GetProcAddress, LOAD_LIBRARY_SEARCH_SYSTEM32, LOAD_WITH_ALTERED_SEARCH_PATH,
    LoadLibraryExW, SetDllDirectoryW,
};
use windows_sys::Win32::System::SystemInformation::{GetSystemDirectoryW, GetSystemWindowsDirectoryW};

use super::text::wide;

/// DLLs that Windows' own load by their bare names, later on, for a program with a window.
const LOADED_BY_NAME: [&str; 9] = [
    "uxtheme.dll",
    "dwmapi.dll",
    "apphelp.dll",
    "cryptbase.dll",
    "propsys.dll",
    "version.dll",
    "userenv.dll",
    "oleacc.dll",
    "textshaping.dll",
];

/// From now on, only the system's folder is searched for DLLs. The first thing that a program does.
pub fn guard() {
    // SAFETY: the text ends in a zero; it takes the current folder out of the search.
    unsafe { SetDllDirectoryW(wide("").as_ptr()) };
    // SAFETY: kernel32.dll is in every process, and is not unloaded.
    let kernel = unsafe { GetModuleHandleW(wide("kernel32.dll").as_ptr()) };
    // Windows 7 has it since an update.
    if let Some(set) = function(kernel, c"SetDefaultDllDirectories") {
        // SAFETY: the function takes flags and answers a BOOL.
        unsafe {
            let set: unsafe extern "system" fn(u32) -> i32 = std::mem::transmute(set);
            set(LOAD_LIBRARY_SEARCH_SYSTEM32);
        }
    } else {
        // What is loaded already is not looked for again.
        for name in LOADED_BY_NAME {
            load(name);
        }
    }
}

/// A DLL of Windows; `None` if there is none of this name. It stays until the process ends.
pub(super) fn load(name: &str) -> Option<HMODULE> {
    let path = system_folder()?.join(name);
    // SAFETY: the path is absolute and ends in a zero; DLLs that this one needs are looked for where it lies.
    let library = unsafe { LoadLibraryExW(wide(path).as_ptr(), null_mut(), LOAD_WITH_ALTERED_SEARCH_PATH) };
    (!library.is_null()).then_some(library)
}

/// A function of a DLL that is loaded.
pub(super) fn function(library: HMODULE, name: &CStr) -> FARPROC {
    // SAFETY: the library stays loaded; the name ends in a zero.
    unsafe { GetProcAddress(library, name.as_ptr().cast()) }
}

/// Where Windows' DLLs are.
fn system_folder() -> Option<PathBuf> {
    // SAFETY: the buffer is as long as is said.
    folder(|buffer, len| unsafe { GetSystemDirectoryW(buffer, len) })
}

/// Where Windows is. Not the environment's word: users can set that.
pub(super) fn windows_folder() -> Option<PathBuf> {
    // SAFETY: the buffer is as long as is said.
    folder(|buffer, len| unsafe { GetSystemWindowsDirectoryW(buffer, len) })
}

fn folder(call: impl FnOnce(*mut u16, u32) -> u32) -> Option<PathBuf> {
    let mut path = [0_u16; 260];
    let len = call(path.as_mut_ptr(), path.len() as u32) as usize;
    // No length means failure, one that does not fit that the path is longer.
    let path = path.get(..len).filter(|path| !path.is_empty())?;
    Some(OsString::from_wide(path).into())
}

/// Rust's standard library would ask userenv.dll for the home of a user, which nothing here does. This takes the function's
/// place, so that the programs do not need that DLL before [`guard`] can do anything about where it is looked for.
#[unsafe(no_mangle)]
extern "system" fn GetUserProfileDirectoryW(_token: HANDLE, _path: *mut u16, _len: *mut u32) -> i32 {
    // Failed.
    0
}
