//! Which boot this is: a registry key that Windows forgets when it ends.
#![allow(unsafe_code)]

use std::ptr::{null, null_mut};
use std::time::{SystemTime, UNIX_EPOCH};

use windows_sys::Win32::System::Registry::{
    HKEY_LOCAL_MACHINE, KEY_READ, KEY_WRITE, REG_OPTION_VOLATILE, RegCloseKey, RegCreateKeyExW,
};
use winreg::RegKey;

use super::text::wide;
use crate::Places;

const PARENT: &str = r"SOFTWARE\Microsoft\Medv";
const KEY: &str = r"SOFTWARE\Microsoft\Medv\GuestBoot";

/// A name of this boot.
pub(crate) fn boot_id(_: &Places) -> Option<String> {
    // A parent that is made on the way would be forgotten as well, and could have no lasting keys.
    RegKey::predef(winreg::enums::HKEY_LOCAL_MACHINE).create_subkey(PARENT).ok()?;
    let (path, mut key) = (wide(KEY), null_mut());
    // SAFETY: the path ends in a zero, and `key` is where the handle goes, which is closed below.
    let made = unsafe {
        RegCreateKeyExW(
            HKEY_LOCAL_MACHINE,
            path.as_ptr(),
            0,
            null(),
            REG_OPTION_VOLATILE,
            KEY_READ | KEY_WRITE,
            null(),
            &raw mut key,
            null_mut(),
        )
    };
    if made != 0 {
        return None;
    }
    // SAFETY: the handle is valid, and used no more.
    unsafe { RegCloseKey(key) };
    let key = RegKey::predef(winreg::enums::HKEY_LOCAL_MACHINE)
        .open_subkey_with_flags(KEY, winreg::enums::KEY_READ | winreg::enums::KEY_WRITE)
        .ok()?;
    if let Ok(id) = key.get_value::<String, _>("Id") {
        return Some(id);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_nanos().to_string();
    key.set_value("Id", &now).ok()?;
    Some(now)
}
