//! Has the agent look at the Start menu from time to time, and waits for those who want a restart to say so: the event
//! `Global\MedvGuestRebootRequiredEvent`, which scripts of administrators set.
#![allow(unsafe_code)]

use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::null;
use std::sync::mpsc::Sender;
use std::time::Duration;

use windows_sys::Win32::Foundation::WAIT_OBJECT_0;
use windows_sys::Win32::System::Threading::{CreateEventW, WaitForSingleObject};

use super::text::wide;
use crate::agent::Event;
use crate::{Places, restart_required};

const EVENT: &str = r"Global\MedvGuestRebootRequiredEvent";

/// From one look at the Start menu to the next.
const PAUSE: Duration = Duration::from_secs(10);

/// Watches in a thread of its own.
pub(crate) fn begin(places: &Places, events: Sender<Event>) {
    let places = places.clone();
    std::thread::spawn(move || {
        let wanted = event();
        loop {
            if wait(wanted.as_ref()) {
                // That it cannot be noted has its reason, and the disk's reason is in other places.
                let _ = restart_required::note(&places, "a program of the guest has asked for it");
            }
            if events.send(Event::Changed).is_err() {
                return;
            }
        }
    });
}

/// The event, which resets itself; system and administrators may set it.
fn event() -> Option<OwnedHandle> {
    let name = wide(EVENT);
    // SAFETY: the name ends in a zero.
    let handle = unsafe { CreateEventW(null(), 0, 0, name.as_ptr()) };
    // SAFETY: it is a handle that is nobody else's.
    (!handle.is_null()).then(|| unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// `true` if the event was set; `false` if it is time for a look.
fn wait(event: Option<&OwnedHandle>) -> bool {
    let Some(event) = event else {
        std::thread::sleep(PAUSE);
        return false;
    };
    // SAFETY: the handle is open as long as it is borrowed.
    unsafe { WaitForSingleObject(event.as_raw_handle(), PAUSE.as_millis() as u32) == WAIT_OBJECT_0 }
}
