//! The port: the device of the virtio-serial driver, or a named pipe that plays it. Reading and writing at the same time wants
//! overlapped calls.
#![allow(unsafe_code)]

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicBool, Ordering};

use medv_protocol::PORT_NAME;
use windows_sys::Win32::Foundation::ERROR_IO_PENDING;
use windows_sys::Win32::Storage::FileSystem::{FILE_FLAG_OVERLAPPED, ReadFile, WriteFile};
use windows_sys::Win32::System::IO::{CancelIoEx, GetOverlappedResult, OVERLAPPED};
use windows_sys::Win32::System::Threading::{CreateEventW, INFINITE, WaitForSingleObject};

use crate::Places;
use crate::port::PAUSE;

/// An open port.
pub(crate) struct Port {
    file: File,
    read_done: OwnedHandle,
    write_done: OwnedHandle,
    was_used: AtomicBool,
}

/// Where the driver has it.
pub(crate) fn find(_: &Places) -> Option<PathBuf> {
    Some(format!(r"\\.\Global\{PORT_NAME}").into())
}

impl Port {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).custom_flags(FILE_FLAG_OVERLAPPED).open(path)?;
        Ok(Self { file, read_done: event()?, write_done: event()?, was_used: AtomicBool::new(false) })
    }

    /// The driver does not tell whether there is one: it is spoken to, and listens when it comes. After a call that has failed
    /// the port is opened anew: `false`.
    pub(crate) fn wait_for_host(&self) -> bool {
        !self.was_used.swap(true, Ordering::SeqCst)
    }

    /// Waits for bytes.
    pub(crate) fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let never = AtomicBool::new(false);
        self.finish(&self.read_done, &never, |overlapped| {
            // SAFETY: the buffer and `overlapped` outlive the call, which `finish` waits for.
            unsafe { ReadFile(self.file.as_raw_handle(), bytes.as_mut_ptr(), len, null_mut(), overlapped) }
        })
    }

    /// Writes all, unless it is over meanwhile.
    pub(crate) fn write_all(&self, mut bytes: &[u8], is_over: &AtomicBool) -> io::Result<()> {
        while !bytes.is_empty() {
            let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            let written = self.finish(&self.write_done, is_over, |overlapped| {
                // SAFETY: as for reading.
                unsafe { WriteFile(self.file.as_raw_handle(), bytes.as_ptr(), len, null_mut(), overlapped) }
            })?;
            bytes = bytes.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    /// Begins a call and waits for its end; cancels it when it is over. How many bytes it has moved.
    fn finish(
        &self,
        done: &OwnedHandle,
        is_over: &AtomicBool,
        begin: impl FnOnce(*mut OVERLAPPED) -> i32,
    ) -> io::Result<usize> {
        let mut overlapped = OVERLAPPED { hEvent: done.as_raw_handle(), ..OVERLAPPED::default() };
        let handle = self.file.as_raw_handle();
        if begin(&raw mut overlapped) == 0 {
            let error = io::Error::last_os_error();
            if error.raw_os_error() != Some(ERROR_IO_PENDING.cast_signed()) {
                return Err(error);
            }
            let pause = if std::ptr::eq(done, &raw const self.read_done) {
                INFINITE
            } else {
                PAUSE.as_millis() as u32
            };
            // SAFETY: the event is open; a call that is cancelled ends too, and is waited for below.
            while unsafe { WaitForSingleObject(done.as_raw_handle(), pause) } != 0 {
                if is_over.load(Ordering::SeqCst) {
                    // SAFETY: `overlapped` is that of the call.
                    unsafe { CancelIoEx(handle, &raw const overlapped) };
                    break;
                }
            }
        }
        let mut moved = 0;
        // SAFETY: as above; it waits until the system has done with the buffer and with `overlapped`.
        match unsafe { GetOverlappedResult(handle, &raw const overlapped, &raw mut moved, 1) } {
            0 => Err(io::Error::last_os_error()),
            _ => Ok(moved as usize),
        }
    }
}

/// An event that calls reset when they begin.
fn event() -> io::Result<OwnedHandle> {
    // SAFETY: nothing is pointed to.
    let handle = unsafe { CreateEventW(null(), 1, 0, null()) };
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it is a handle that is nobody else's.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}
