//! Changes of what an installed workspace has in the registry.
#![allow(unsafe_code)]

use std::io;
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::ERROR_KEY_DELETED;
use windows_sys::Win32::System::Registry::{
    HKEY, REG_NOTIFY_CHANGE_LAST_SET, REG_NOTIFY_CHANGE_NAME, RegNotifyChangeKeyValue,
};
use winreg::RegKey;
use winreg::enums::{HKEY_LOCAL_MACHINE, KEY_NOTIFY, KEY_WOW64_64KEY};

/// Where the workspace and its settings are; what is not there is watched for through the key above it.
const KEYS: [&str; 2] = [r"SOFTWARE\Microsoft\Medv", r"SOFTWARE\Microsoft"];

/// Of the machine's part of the registry. The key stays open: Windows remembers what changes between two waits.
pub(crate) struct Watch {
    key: RegKey,
    with_keys_below: bool,
}

impl Watch {
    /// There is one registry, whatever folder stands for `/`.
    pub(crate) fn new(_root: &Path) -> io::Result<Self> {
        Self::open()
    }

    fn open() -> io::Result<Self> {
        let machine = RegKey::predef(HKEY_LOCAL_MACHINE);
        let open = |key| machine.open_subkey_with_flags(key, KEY_NOTIFY | KEY_WOW64_64KEY);
        let ours = open(KEYS[0]).map(|key| Self { key, with_keys_below: true });
        ours.or_else(|_| Ok(Self { key: open(KEYS[1])?, with_keys_below: false }))
    }

    /// Waits for a change, and forgets which one it was.
    pub(crate) fn wait(&mut self) -> io::Result<()> {
        let what = REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET;
        let with_keys_below = i32::from(self.with_keys_below);
        // SAFETY: the key is open until the call returns; without an event it waits.
        let answer = unsafe {
            RegNotifyChangeKeyValue(self.key.raw_handle() as HKEY, with_keys_below, what, null_mut(), 0)
        };
        match answer {
            0 if self.with_keys_below => Ok(()),
            // It may have come, or it has gone: another key is to be watched now.
            0 | ERROR_KEY_DELETED => {
                *self = Self::open()?;
                Ok(())
            }
            error => Err(io::Error::from_raw_os_error(error.cast_signed())),
        }
    }
}
