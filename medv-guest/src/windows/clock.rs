//! Setting the clock.
#![allow(unsafe_code)]

use std::time::Duration;

use windows_sys::Win32::Foundation::{FILETIME, SYSTEMTIME};
use windows_sys::Win32::System::SystemInformation::SetSystemTime;
use windows_sys::Win32::System::Time::FileTimeToSystemTime;

use crate::{Error, Result};

/// Seconds from 1601, where Windows begins to count, to 1970.
const BEFORE_1970: u64 = 11_644_473_600;

/// To so long after 1970, UTC.
pub(crate) fn set(now: Duration) -> Result<()> {
    let ticks = now.as_secs().saturating_add(BEFORE_1970).saturating_mul(10_000_000);
    let [low, high] =
        [ticks & u64::from(u32::MAX), ticks >> 32].map(|half| u32::try_from(half).unwrap_or(u32::MAX));
    let file_time = FILETIME { dwLowDateTime: low, dwHighDateTime: high };
    let mut system_time = SYSTEMTIME::default();
    // SAFETY: both structures are there as long as the calls last.
    let is_set = unsafe {
        FileTimeToSystemTime(&raw const file_time, &raw mut system_time) != 0
            && SetSystemTime(&raw const system_time) != 0
    };
    if is_set { Ok(()) } else { Err(Error::new(std::io::Error::last_os_error().to_string())) }
}
