//! The installation that an action is part of: msi.dll's calls with a session.
#![allow(unsafe_code)]

use std::cell::Cell;

use windows_sys::Win32::System::ApplicationInstallationAndServicing::{
    INSTALLMESSAGE, INSTALLMESSAGE_ACTIONDATA, INSTALLMESSAGE_ACTIONSTART, INSTALLMESSAGE_ERROR,
    INSTALLMESSAGE_INFO, INSTALLMESSAGE_PROGRESS, MSIHANDLE,
};
use windows_sys::Win32::UI::WindowsAndMessaging::IDCANCEL;

use super::msi_library::{
    MsiCloseHandle, MsiCreateRecord, MsiGetPropertyW, MsiProcessMessage, MsiRecordSetInteger,
    MsiRecordSetStringW, MsiSetPropertyW,
};
use super::text::{from_wide, wide};
use crate::Installer;

/// What a call with a record answers when all is well.
const DONE: u32 = 0;
/// The buffer was too small.
const MORE_DATA: u32 = 234;

/// The session that Windows Installer gave to an action. It stays valid until the action returns.
pub struct Session {
    handle: MSIHANDLE,
    action: &'static str,
    cancelled: Cell<bool>,
}

/// A field of a record.
enum Field<'a> {
    Text(&'a str),
    Number(i32),
}

impl Session {
    /// The session `handle` of the running action `action`.
    pub fn new(handle: u32, action: &'static str) -> Self {
        Self { handle, action, cancelled: Cell::new(false) }
    }

    /// A property's value; empty if it is not set. A deferred action sees `CustomActionData` only.
    pub fn property(&self, name: &str) -> String {
        let name = wide(name);
        let mut value = vec![0_u16; 512];
        loop {
            let mut len = value.len() as u32;
            // SAFETY: the name ends in a zero, and the buffer has `len` units.
            let said =
                unsafe { MsiGetPropertyW(self.handle, name.as_ptr(), value.as_mut_ptr(), &raw mut len) };
            match said {
                DONE => return from_wide(&value),
                // It answers the length without the zero.
                MORE_DATA if len as usize >= value.len() => value.resize(len as usize + 1, 0),
                _ => return String::new(),
            }
        }
    }

    /// Sets a property, before anything is changed.
    pub fn set_property(&self, name: &str, value: &str) {
        // SAFETY: both texts end in a zero and live until the call returns.
        unsafe { MsiSetPropertyW(self.handle, wide(name).as_ptr(), wide(value).as_ptr()) };
    }

    /// Tells the user, and the log, why the installation ends.
    pub fn fail(&self, message: &str) {
        // The first field would be the number of a message in the package.
        self.send(INSTALLMESSAGE_ERROR, Some("[2]"), &[None, Some(Field::Text(message))]);
    }

    /// Sends a message with a record of `fields`; the template says how the record is read.
    fn send(&self, kind: INSTALLMESSAGE, template: Option<&str>, fields: &[Option<Field<'_>>]) {
        // SAFETY: plain numbers go in; zero, which comes out when memory is short, is no record for the calls that follow.
        let record = unsafe { MsiCreateRecord(fields.len() as u32) };
        let template = template.map(|template| Some(Field::Text(template)));
        let all = std::iter::once(template.as_ref().unwrap_or(&None)).chain(fields);
        for (number, field) in (0..).zip(all) {
            match field {
                // SAFETY: the text ends in a zero, and is copied.
                Some(Field::Text(text)) => unsafe {
                    MsiRecordSetStringW(record, number, wide(text).as_ptr());
                },
                // SAFETY: plain numbers.
                Some(Field::Number(value)) => unsafe {
                    MsiRecordSetInteger(record, number, *value);
                },
                None => {}
            }
        }
        // SAFETY: the session is valid while the action runs, the record until it is closed, which happens once.
        let answer = unsafe {
            let answer = MsiProcessMessage(self.handle, kind, record);
            MsiCloseHandle(record);
            answer
        };
        if answer == IDCANCEL {
            self.cancelled.set(true);
        }
    }

    fn progress(&self, numbers: [i32; 4]) {
        self.send(INSTALLMESSAGE_PROGRESS, None, &numbers.map(|number| Some(Field::Number(number))));
    }
}

impl Installer for Session {
    fn log(&self, line: &str) {
        self.send(
            INSTALLMESSAGE_INFO,
            Some("[1]"),
            &[Some(Field::Text(&format!("{}: {line}", self.action)))],
        );
    }

    fn warn(&self, line: &str) {
        self.log(&format!("warning: {line}"));
    }

    fn begin(&self, ticks: u32) {
        const RESET: i32 = 0;
        let said = [self.action, "Expanding the disk", "[1]"].map(|text| Some(Field::Text(text)));
        self.send(INSTALLMESSAGE_ACTIONSTART, None, &said);
        self.progress([RESET, ticks.cast_signed(), 0, 0]);
    }

    fn advance(&self, ticks: u32, said: &str) {
        const ADVANCE: i32 = 2;
        self.progress([ADVANCE, ticks.cast_signed(), 0, 0]);
        if !said.is_empty() {
            self.send(INSTALLMESSAGE_ACTIONDATA, None, &[Some(Field::Text(said))]);
        }
    }

    fn cancelled(&self) -> bool {
        // The answer to any message tells; this one changes nothing.
        self.advance(0, "");
        self.cancelled.get()
    }
}
