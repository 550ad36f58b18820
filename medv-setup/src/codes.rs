//! Exit codes of setup.exe and uninstall.exe: those of Windows Installer.

/// Done.
pub const SUCCESS: u32 = 0;
/// The user cancelled.
pub const USER_EXIT: u32 = 1602;
/// It failed, and the machine is as it was.
pub const FAILURE: u32 = 1603;
/// There is nothing to remove.
pub const UNKNOWN_PRODUCT: u32 = 1605;
/// The `.medv` is not beside the `.msi`.
pub const SOURCE_ABSENT: u32 = 1612;
/// Another installation is running.
pub const ALREADY_RUNNING: u32 = 1618;
/// There is no `.msi` beside setup.exe, or more than one.
pub const PACKAGE_OPEN_FAILED: u32 = 1619;
/// The `.medv` is damaged.
pub const PACKAGE_INVALID: u32 = 1620;
/// Wrong usage.
pub const COMMAND_LINE: u32 = 1639;
/// Done; a restart was begun.
pub const REBOOT_INITIATED: u32 = 1641;
/// Done; a restart is needed.
pub const REBOOT_REQUIRED: u32 = 3010;

/// `true` if what was asked for is done.
pub fn is_success(code: u32) -> bool {
    matches!(code, SUCCESS | REBOOT_INITIATED | REBOOT_REQUIRED)
}

/// What a code means, for who reads it in a window.
pub fn meaning(code: u32) -> &'static str {
    match code {
        SUCCESS => "it is done",
        USER_EXIT => "it was cancelled",
        UNKNOWN_PRODUCT => "it is not installed on this computer",
        SOURCE_ABSENT => "the packed disk is missing",
        ALREADY_RUNNING => "another installation is running: wait for its end and try again",
        PACKAGE_OPEN_FAILED => "the installation package cannot be opened",
        PACKAGE_INVALID => "the packed disk is damaged",
        COMMAND_LINE => "wrong usage",
        REBOOT_INITIATED => "it is done, and the computer restarts",
        REBOOT_REQUIRED => "it is done; restart the computer to complete it",
        _ => "it failed; the computer is as it was before",
    }
}
