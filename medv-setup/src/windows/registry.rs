//! What stands in the registry, 64-bit view.

use std::io;
use std::path::PathBuf;

use winreg::enums::{HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_64KEY, KEY_WRITE};
use winreg::{RegKey, RegValue};

use crate::pending_deletions;

/// Where a workspace says what it is.
const WORKSPACE: &str = r"SOFTWARE\Microsoft\Medv\v2\Workspace";
/// Where the host agent says where it is.
const HOST_AGENT: &str = r"SOFTWARE\Microsoft\Medv\v2\Components\HostAgent";
/// Where Windows keeps what it does when it starts.
const SESSION_MANAGER: &str = r"SYSTEM\CurrentControlSet\Control\Session Manager";
/// See [`pending_deletions`].
const PENDING: &str = "PendingFileRenameOperations";
/// Where Windows keeps the profiles of all users.
const PROFILES: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";

/// A value of the installed workspace.
pub fn workspace(value: &str) -> Option<String> {
    key(WORKSPACE)?.get_value(value).ok()
}

/// The host agent's program, if it is installed.
pub fn host_agent() -> Option<PathBuf> {
    let folder: String = key(HOST_AGENT)?.get_value("InstallDir").ok()?;
    Some(PathBuf::from(folder).join("medv-host.exe")).filter(|program| program.is_file())
}

/// Takes back that Windows deletes files at its next start, for those that `is_kept`. Answers whether there were any.
///
/// # Errors
/// What Windows says.
pub fn cancel_deletions(is_kept: impl Fn(&str) -> bool) -> io::Result<bool> {
    let key = RegKey::predef(HKEY_LOCAL_MACHINE)
        .open_subkey_with_flags(SESSION_MANAGER, KEY_READ | KEY_WRITE | KEY_WOW64_64KEY)?;
    let Ok(RegValue { bytes, vtype }) = key.get_raw_value(PENDING) else {
        return Ok(false);
    };
    let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    let Some(left) = pending_deletions::without(&units, is_kept) else {
        return Ok(false);
    };
    let bytes = left.into_iter().flat_map(u16::to_le_bytes).collect();
    key.set_raw_value(PENDING, &RegValue { bytes, vtype })?;
    Ok(true)
}

/// The folders of all users that have ever logged on.
pub fn profiles() -> Vec<PathBuf> {
    let Some(list) = key(PROFILES) else {
        return Vec::new();
    };
    let path_of = |user: String| -> Option<PathBuf> {
        let path: String = list.open_subkey(user).ok()?.get_value("ProfileImagePath").ok()?;
        Some(expanded(&path).into())
    };
    list.enum_keys().filter_map(Result::ok).filter_map(path_of).collect()
}

/// The variables of the environment in `text` by their values.
fn expanded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    while let Some(name) = parts.next() {
        whole += &std::env::var(name).unwrap_or_default();
        whole += parts.next().unwrap_or_default();
    }
    whole
}

fn key(path: &str) -> Option<RegKey> {
    RegKey::predef(HKEY_LOCAL_MACHINE).open_subkey_with_flags(path, KEY_READ | KEY_WOW64_64KEY).ok()
}
