//! What Windows' clock shows.
#![allow(unsafe_code)]

use windows_sys::Win32::Foundation::SYSTEMTIME;
use windows_sys::Win32::System::SystemInformation::GetLocalTime;

/// Seconds since midnight, in the time zone of the machine.
pub(crate) fn second_of_day() -> u32 {
    let mut time = SYSTEMTIME::default();
    // SAFETY: it is written into `time` only.
    unsafe { GetLocalTime(&raw mut time) };
    let [hour, minute, second] = [time.wHour, time.wMinute, time.wSecond].map(u32::from);
    (hour * 60 + minute) * 60 + second
}
