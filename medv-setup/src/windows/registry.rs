//! What stands in the registry, 64-bit view.

use std::path::PathBuf;

use winreg::RegKey;
use winreg::enums::{HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_64KEY};

/// Where a workspace says what it is.
const WORKSPACE: &str = r"SOFTWARE\Microsoft\Medv\v2\Workspace";
/// Where the host agent says where it is.
const HOST_AGENT: &str = r"SOFTWARE\Microsoft\Medv\v2\Components\HostAgent";
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
