//! The client's end of a named pipe that is read and written at the same time: with a plain file, one would wait for the other.
#![allow(unsafe_code)]

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::null;

use windows_sys::Win32::Foundation::{ERROR_BROKEN_PIPE, ERROR_IO_PENDING};
use windows_sys::Win32::Storage::FileSystem::{FILE_FLAG_OVERLAPPED, ReadFile, WriteFile};
use windows_sys::Win32::System::IO::{GetOverlappedResult, OVERLAPPED};
use windows_sys::Win32::System::Threading::CreateEventW;

pub(crate) struct Pipe(File);

impl Pipe {
    /// Connects to a pipe that is there.
    pub(crate) fn open(name: &str) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).custom_flags(FILE_FLAG_OVERLAPPED);
        options.open(format!(r"\\.\pipe\{name}")).map(Self)
    }

    /// Reads what there is, at least one byte; nothing at the end.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        let read = self.wait(|handle, overlapped| {
            // SAFETY: `wait` returns only when the system has done with the buffer and the structure.
            unsafe { ReadFile(handle, buffer.as_mut_ptr(), length, std::ptr::null_mut(), overlapped) }
        });
        match read {
            Err(error) if error.raw_os_error() == Some(ERROR_BROKEN_PIPE as i32) => Ok(0),
            read => read,
        }
    }

    /// Writes some of the bytes, and says how many.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.wait(|handle, overlapped| {
            // SAFETY: as above.
            unsafe { WriteFile(handle, bytes.as_ptr(), length, std::ptr::null_mut(), overlapped) }
        })
    }

    fn wait(&self, begin: impl FnOnce(*mut core::ffi::c_void, *mut OVERLAPPED) -> i32) -> io::Result<usize> {
        // SAFETY: no attributes, no name; reset by hand, as waiting for a result demands.
        let event = unsafe { CreateEventW(null(), 1, 0, null()) };
        if event.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle is new, and nobody else has it.
        let event = unsafe { OwnedHandle::from_raw_handle(event) };
        let mut overlapped = OVERLAPPED { hEvent: event.as_raw_handle(), ..OVERLAPPED::default() };
        let handle = self.0.as_raw_handle();
        if begin(handle, &raw mut overlapped) == 0 {
            let error = io::Error::last_os_error();
            if error.raw_os_error() != Some(ERROR_IO_PENDING as i32) {
                return Err(error);
            }
        }
        let mut moved = 0;
        // SAFETY: the structure is that of the call that was begun; this waits for its end.
        let done = unsafe { GetOverlappedResult(handle, &raw const overlapped, &raw mut moved, 1) };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(moved as usize) }
    }
}
