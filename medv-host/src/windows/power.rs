//! Where the host's power comes from, how long it has been awake, and whether it has a network.
#![allow(unsafe_code)]

use std::time::Duration;

use windows_sys::Win32::Networking::WinInet::InternetGetConnectedState;
use windows_sys::Win32::System::Power::{GetSystemPowerStatus, SYSTEM_POWER_STATUS};
use windows_sys::Win32::System::WindowsProgramming::QueryUnbiasedInterruptTime;

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

/// How long Windows has been awake since it was started.
pub fn awake() -> Duration {
    let mut hundreds_of_nanoseconds = 0;
    // SAFETY: it is written into that number only.
    unsafe { QueryUnbiasedInterruptTime(&raw mut hundreds_of_nanoseconds) };
    Duration::from_micros(hundreds_of_nanoseconds / 10)
}
