//! Changes of what an installed workspace has in the registry.
#![allow(unsafe_code)]

use std::io;
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::System::Registry::{
    HKEY, REG_NOTIFY_CHANGE_LAST_SET, REG_NOTIFY_CHANGE_NAME, RegNotifyChangeKeyValue,
};
use winreg::RegKey;
use winreg::enums::{HKEY_LOCAL_MACHINE, KEY_NOTIFY, KEY_WOW64_64KEY};

/// Where the workspace and its settings are; what is not there is watched for through the key above it.
const KEYS: [&str; 2] = [r"SOFTWARE\Microsoft\Medv", r"SOFTWARE\Microsoft"];

/// Of the machine's part of the registry.
pub(crate) struct Watch;

impl Watch {
    /// There is one registry, whatever folder stands for `/`.
    pub(crate) fn new(_root: &Path) -> io::Result<Self> {
        open().map(|_| Self)
    }

    /// Waits for a change, and forgets which one it was.
    pub(crate) fn wait(&mut self) -> io::Result<()> {
        let (key, with_keys_below) = open()?;
        let what = REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET;
        // SAFETY: the key is open until the call returns; without an event it waits.
        let answer = unsafe {
            RegNotifyChangeKeyValue(key.raw_handle() as HKEY, i32::from(with_keys_below), what, null_mut(), 0)
        };
        match answer {
            0 => Ok(()),
            error => Err(io::Error::from_raw_os_error(error.cast_signed())),
        }
    }
}

/// The key to watch, and whether the keys below it count.
fn open() -> io::Result<(RegKey, bool)> {
    let machine = RegKey::predef(HKEY_LOCAL_MACHINE);
    let open = |key| machine.open_subkey_with_flags(key, KEY_NOTIFY | KEY_WOW64_64KEY);
    open(KEYS[0]).map(|key| (key, true)).or_else(|_| Ok((open(KEYS[1])?, false)))
}
