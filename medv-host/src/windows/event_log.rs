//! The event log of Windows: advapi32.dll's calls that report to it.
#![allow(unsafe_code)]

use std::ptr::null;

use windows_sys::Win32::System::EventLog::{
    DeregisterEventSource, EVENTLOG_ERROR_TYPE, EVENTLOG_INFORMATION_TYPE, EVENTLOG_WARNING_TYPE,
    RegisterEventSourceW, ReportEventW,
};

use super::text::wide;
use crate::event::{Event, Level};

/// The source, as the Event Viewer shows it.
const SOURCE: &str = "MEDV";
/// The longest text that Windows takes, in UTF-16 units, with room for the zero.
const LONGEST: usize = 31_000;

/// Reports an event; its number is the event's identifier, 0 if it has none. `false` if Windows does not take it.
pub(crate) fn report(event: &Event) -> bool {
    let kind = match event.level {
        Level::Error => EVENTLOG_ERROR_TYPE,
        Level::Warning => EVENTLOG_WARNING_TYPE,
        Level::Information | Level::Debug => EVENTLOG_INFORMATION_TYPE,
    };
    let number = event.id.map_or(0, crate::event::EventId::number);
    let mut text = wide(&event.text);
    if text.len() > LONGEST {
        text.truncate(LONGEST);
        text.push(0);
    }
    let texts = [text.as_ptr()];
    // SAFETY: all texts end in a zero and live until the call returns; there is one, as is said. The handle is closed once.
    unsafe {
        let source = RegisterEventSourceW(null(), wide(SOURCE).as_ptr());
        if source.is_null() {
            return false;
        }
        let none = std::ptr::null_mut();
        let taken = ReportEventW(source, kind, 0, number, none, 1, 0, texts.as_ptr(), null());
        DeregisterEventSource(source);
        taken != 0
    }
}
