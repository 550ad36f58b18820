//! Jobs: processes in one end when its last handle is closed, so when we end, however that happens.
#![allow(unsafe_code)]

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::process::Child;
use std::ptr::null;

use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
    TerminateJobObject,
};

/// A job with a child in it.
pub(crate) struct Job(OwnedHandle);

impl Job {
    /// Puts a child into a new job.
    pub(crate) fn of(child: &Child) -> io::Result<Self> {
        // SAFETY: no attributes, no name.
        let handle = unsafe { CreateJobObjectW(null(), null()) };
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle is new, and nobody else has it.
        let job = Self(unsafe { OwnedHandle::from_raw_handle(handle) });
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        let length = size_of::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>() as u32;
        // SAFETY: the structure is ours, of this kind, and as long as is said.
        let limited = unsafe {
            SetInformationJobObject(
                job.0.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                length,
            )
        };
        // SAFETY: both handles are open as long as their owners live.
        let assigned = limited != 0
            && unsafe { AssignProcessToJobObject(job.0.as_raw_handle(), child.as_raw_handle()) } != 0;
        if assigned { Ok(job) } else { Err(io::Error::last_os_error()) }
    }

    /// Ends whatever is in it.
    pub(crate) fn kill(&self) {
        // It may have ended.
        // SAFETY: the handle is open as long as `self` lives.
        unsafe { TerminateJobObject(self.0.as_raw_handle(), 1) };
    }
}
