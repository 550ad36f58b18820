//! Windows' own prompt for a password: credui.dll.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;
use std::ptr::null_mut;

use medv_protocol::Secret;
use windows_sys::Win32::Foundation::{ERROR_CANCELLED, ERROR_SUCCESS};
use windows_sys::Win32::Security::Credentials::{
    CREDUI_INFOW, CREDUIWIN_CHECKBOX, CREDUIWIN_GENERIC, CredPackAuthenticationBufferW,
    CredUIPromptForWindowsCredentialsW, CredUnPackAuthenticationBufferW,
};
use windows_sys::Win32::System::Com::CoTaskMemFree;

use super::text::{from_wide, wide};

/// Asks for the password of `user`: it, and whether the box to keep it was checked. `None` if the user has cancelled.
pub(crate) fn ask(title: &str, text: &str, user: &str, may_keep: bool) -> io::Result<Option<(Secret, bool)>> {
    let (title, text) = (wide(title), wide(text));
    let info = CREDUI_INFOW {
        cbSize: size_of::<CREDUI_INFOW>() as u32,
        pszMessageText: text.as_ptr(),
        pszCaptionText: title.as_ptr(),
        ..CREDUI_INFOW::default()
    };
    let known = packed(user)?;
    let flags = if may_keep { CREDUIWIN_GENERIC | CREDUIWIN_CHECKBOX } else { CREDUIWIN_GENERIC };
    let (mut package, mut given, mut given_len, mut keep) = (0, null_mut::<c_void>(), 0, 0);
    // SAFETY: all texts end in a zero, the buffer is as long as is said, and all live until the call returns.
    let said = unsafe {
        CredUIPromptForWindowsCredentialsW(
            &raw const info,
            0,
            &raw mut package,
            known.as_ptr().cast(),
            known.len() as u32,
            &raw mut given,
            &raw mut given_len,
            &raw mut keep,
            flags,
        )
    };
    match said {
        ERROR_SUCCESS => {}
        ERROR_CANCELLED => return Ok(None),
        code => return Err(io::Error::from_raw_os_error(code.cast_signed())),
    }
    let password = unpacked(given, given_len);
    // SAFETY: the buffer is ours, as long as was said, and freed once.
    unsafe {
        std::ptr::write_bytes(given.cast::<u8>(), 0, given_len as usize);
        CoTaskMemFree(given);
    }
    Ok(Some((password?, may_keep && keep != 0)))
}

/// The user's name, so that only the password must be typed.
fn packed(user: &str) -> io::Result<Vec<u8>> {
    let (user, password) = (wide(user), wide(""));
    let mut len = 0;
    // SAFETY: both texts end in a zero. The first call only answers the length, the second writes no more than that.
    unsafe {
        CredPackAuthenticationBufferW(0, user.as_ptr(), password.as_ptr(), null_mut(), &raw mut len);
        let mut buffer = vec![0; len as usize];
        match CredPackAuthenticationBufferW(
            0,
            user.as_ptr(),
            password.as_ptr(),
            buffer.as_mut_ptr(),
            &raw mut len,
        ) {
            0 => Err(io::Error::last_os_error()),
            _ => Ok(buffer),
        }
    }
}

/// The password in what the prompt has given.
fn unpacked(given: *const c_void, given_len: u32) -> io::Result<Secret> {
    // The longest names and passwords that Windows has are 514 and 256 units.
    let (mut user, mut domain, mut password) = ([0; 600], [0; 600], [0; 600]);
    let (mut user_len, mut domain_len, mut password_len) = (600, 600, 600);
    // SAFETY: `given` has the length that is said, and so have the buffers.
    let done = unsafe {
        CredUnPackAuthenticationBufferW(
            0,
            given,
            given_len,
            user.as_mut_ptr(),
            &raw mut user_len,
            domain.as_mut_ptr(),
            &raw mut domain_len,
            password.as_mut_ptr(),
            &raw mut password_len,
        )
    };
    let secret = Secret::new(from_wide(&password));
    password.fill(0);
    std::hint::black_box(&password);
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(secret) }
}
