//! Where the host's power comes from, and whether it has a network.
#![allow(unsafe_code)]

use windows_sys::Win32::Networking::WinInet::InternetGetConnectedState;
use windows_sys::Win32::System::Power::{GetSystemPowerStatus, SYSTEM_POWER_STATUS};

/// Whether no mains power is there. Not known is no.
pub(crate) fn is_on_battery() -> bool {
    const OFFLINE: u8 = 0;
    let mut status = SYSTEM_POWER_STATUS { ACLineStatus: u8::MAX, ..SYSTEM_POWER_STATUS::default() };
    // SAFETY: it is written into `status` only.
    let known = unsafe { GetSystemPowerStatus(&raw mut status) };
    known != 0 && status.ACLineStatus == OFFLINE
}

/// Whether Windows sees a network.
pub(crate) fn has_network() -> bool {
    let mut flags = 0;
    // SAFETY: it is written into `flags` only.
    unsafe { InternetGetConnectedState(&raw mut flags, 0) != 0 }
}
