//! Programs of others: where they are, and how they are started.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

/// The start of `program`, without a window: on Windows our program has no console that it could share, and it would get its own.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let command = Command::new(program);
    #[cfg(windows)]
    let command = {
        use std::os::windows::process::CommandExt;
        use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW;
        let mut command = command;
        command.creation_flags(CREATE_NO_WINDOW);
        command
    };
    command
}

/// The full path of a program in `PATH`, or in QEMU's own folder.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path).chain(own_folder());
    folders.find_map(|folder| Some(folder.join(&file)).filter(|path| path.is_file()))
}

/// Where QEMU's installer has put it: on Windows that is not in `PATH`.
#[cfg(windows)]
fn own_folder() -> Option<PathBuf> {
    use winreg::RegKey;
    use winreg::enums::{HKEY_LOCAL_MACHINE, KEY_QUERY_VALUE, KEY_WOW64_64KEY};
    let access = KEY_QUERY_VALUE | KEY_WOW64_64KEY;
    let key = RegKey::predef(HKEY_LOCAL_MACHINE).open_subkey_with_flags(r"SOFTWARE\QEMU", access).ok()?;
    key.get_value::<String, _>("Install_Dir").ok().map(PathBuf::from)
}

#[cfg(not(windows))]
fn own_folder() -> Option<PathBuf> {
    None
}
