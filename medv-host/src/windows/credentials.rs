//! The Credential Manager: advapi32.dll's calls that keep a password for the user.
#![allow(unsafe_code)]

use std::io;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::ERROR_NOT_FOUND;
use windows_sys::Win32::Security::Credentials::{
    CRED_PERSIST_LOCAL_MACHINE, CRED_TYPE_GENERIC, CREDENTIALW, CredDeleteW, CredFree, CredReadW, CredWriteW,
};

use super::text::{from_pointer, wide};

/// A user's name, and the bytes that are kept.
pub(crate) struct Credential {
    pub(crate) user: String,
    pub(crate) bytes: Vec<u8>,
}

/// What is kept for `target`.
pub(crate) fn read(target: &str) -> io::Result<Option<Credential>> {
    let mut found: *mut CREDENTIALW = null_mut();
    // SAFETY: the text ends in a zero. What is found is read while it is there, and freed once.
    unsafe {
        if CredReadW(wide(target).as_ptr(), CRED_TYPE_GENERIC, 0, &raw mut found) == 0 {
            return or_missing().map(|()| None);
        }
        let CREDENTIALW { UserName: user, CredentialBlob: blob, CredentialBlobSize: len, .. } = *found;
        let bytes = if blob.is_null() { &[] } else { std::slice::from_raw_parts(blob, len as usize) };
        let credential = Credential { user: from_pointer(user), bytes: bytes.to_vec() };
        CredFree(found.cast());
        Ok(Some(credential))
    }
}

/// Keeps `bytes` for `target`, in place of what is kept.
pub(crate) fn write(target: &str, credential: &mut Credential) -> io::Result<()> {
    let (mut target, mut user) = (wide(target), wide(&credential.user));
    let written = CREDENTIALW {
        Type: CRED_TYPE_GENERIC,
        TargetName: target.as_mut_ptr(),
        CredentialBlobSize: credential.bytes.len() as u32,
        CredentialBlob: credential.bytes.as_mut_ptr(),
        Persist: CRED_PERSIST_LOCAL_MACHINE,
        UserName: user.as_mut_ptr(),
        ..CREDENTIALW::default()
    };
    // SAFETY: all texts end in a zero, the blob is as long as is said, and all live until the call returns.
    match unsafe { CredWriteW(&raw const written, 0) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Forgets what is kept for `target`, if anything is.
pub(crate) fn delete(target: &str) -> io::Result<()> {
    // SAFETY: the text ends in a zero.
    match unsafe { CredDeleteW(wide(target).as_ptr(), CRED_TYPE_GENERIC, 0) } {
        0 => or_missing(),
        _ => Ok(()),
    }
}

/// The last call has failed: that there is nothing is no error.
fn or_missing() -> io::Result<()> {
    let error = io::Error::last_os_error();
    if error.raw_os_error() == Some(ERROR_NOT_FOUND.cast_signed()) { Ok(()) } else { Err(error) }
}
