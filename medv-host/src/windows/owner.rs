//! Whose a named pipe is. Its name is no secret, and whoever is first may make it; but nobody makes one that is another user's.
#![allow(unsafe_code)]

use std::io;
use std::os::windows::io::{AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle};
use std::ptr::null_mut;

use interprocess::os::windows::security_descriptor::{
    AsSecurityDescriptorExt, BorrowedSecurityDescriptor, SecurityDescriptor,
};
use windows_sys::Win32::Foundation::{LocalFree, NO_ERROR};
use windows_sys::Win32::Security::Authorization::{GetSecurityInfo, SE_KERNEL_OBJECT};
use windows_sys::Win32::Security::{
    EqualSid, GetTokenInformation, OWNER_SECURITY_INFORMATION, PSID, SECURITY_DESCRIPTOR, TOKEN_QUERY,
    TOKEN_USER, TokenUser,
};
use windows_sys::Win32::System::SystemServices::SECURITY_DESCRIPTOR_REVISION;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

/// For a pipe that is to be this user's: what an administrator makes is otherwise all administrators'.
///
/// # Errors
/// If Windows does not tell who that is.
pub(crate) fn this_user() -> io::Result<SecurityDescriptor> {
    with_this_user(|user| {
        let owned = SECURITY_DESCRIPTOR {
            Revision: SECURITY_DESCRIPTOR_REVISION as u8,
            Owner: user,
            ..SECURITY_DESCRIPTOR::default()
        };
        // SAFETY: it is valid, without lists, and so is the user in it; both are copied.
        unsafe { BorrowedSecurityDescriptor::from_ref(&owned).to_owned_sd() }
    })?
}

/// Whether a pipe is this user's.
///
/// # Errors
/// If Windows does not tell.
pub(crate) fn is_this_user(pipe: BorrowedHandle<'_>) -> io::Result<bool> {
    let (mut owner, mut descriptor): (PSID, _) = (null_mut(), null_mut());
    // SAFETY: the handle is open, and both pointers are where an answer goes.
    let outcome = unsafe {
        GetSecurityInfo(
            pipe.as_raw_handle(),
            SE_KERNEL_OBJECT,
            OWNER_SECURITY_INFORMATION,
            &raw mut owner,
            null_mut(),
            null_mut(),
            null_mut(),
            &raw mut descriptor,
        )
    };
    if outcome != NO_ERROR {
        return Err(io::Error::from_raw_os_error(outcome.cast_signed()));
    }
    // SAFETY: the owner is in the descriptor, which is there still, or is null; the user is there during the call.
    let is_his = with_this_user(|user| !owner.is_null() && unsafe { EqualSid(owner, user) } != 0);
    // SAFETY: it was allocated by GetSecurityInfo, and is used no more.
    unsafe { LocalFree(descriptor) };
    is_his
}

/// Hands over who this process runs as.
fn with_this_user<R>(take: impl FnOnce(PSID) -> R) -> io::Result<R> {
    let mut token = null_mut();
    // SAFETY: what stands for this process need not be closed, and `token` is where a handle goes.
    if unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) } == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it is a handle that is nobody else's.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    // In words, so that it lies as the structure must. The longest identifier has 68 bytes.
    let (mut room, mut len) = ([0_u64; 16], 0);
    let at = room.as_mut_ptr().cast();
    // SAFETY: it is written into `room` only, which is as long as is said.
    let known = unsafe {
        GetTokenInformation(token.as_raw_handle(), TokenUser, at, size_of_val(&room) as u32, &raw mut len)
    };
    if known == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: that structure was written there, and the identifier behind it.
    Ok(take(unsafe { (*room.as_ptr().cast::<TOKEN_USER>()).User.Sid }))
}
