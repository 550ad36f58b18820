//! Windows' own setup, which has installed the agent, and goes on.

use winreg::RegKey;
use winreg::enums::HKEY_LOCAL_MACHINE;

/// Whether it is over. What the registry does not say, as on a Windows that knows nothing of images, is no reason to wait.
pub(crate) fn is_set_up() -> bool {
    let machine = RegKey::predef(HKEY_LOCAL_MACHINE);
    let runs = machine.open_subkey(r"SYSTEM\Setup").and_then(|key| key.get_value("SystemSetupInProgress"));
    let state = machine.open_subkey(r"SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State");
    let state = state.and_then(|key| key.get_value::<String, _>("ImageState"));
    runs.unwrap_or(0_u32) == 0 && state.map_or(true, |state| state == "IMAGE_STATE_COMPLETE")
}
