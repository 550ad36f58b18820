//! Whose a file or folder is, and who may do what with it.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::AsRawHandle;
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo, SDDL_REVISION_1, SE_FILE_OBJECT,
    SetSecurityInfo,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, EqualSid, GetSecurityDescriptorDacl, GetSecurityDescriptorOwner,
    GetTokenInformation, IsWellKnownSid, OBJECT_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION,
    PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID, SECURITY_ATTRIBUTES, TOKEN_QUERY,
    TOKEN_USER, TokenUser, WinBuiltinAdministratorsSid, WinLocalSystemSid, WinWorldSid,
};
use windows_sys::Win32::Storage::FileSystem::{
    CreateDirectoryW, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_GENERIC_READ,
    READ_CONTROL, WRITE_DAC, WRITE_OWNER,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::text::{from_wide, wide};

/// The administrators', who write, as does the system; users read.
pub const USERS_READ: &str = "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)";
/// Users write too.
pub const USERS_WRITE: &str = "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;BU)";
/// Users read, add files, and change those that are their own.
pub const USERS_ADD: &str = "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;CI;0x1200ab;;;BU)(A;OIIO;0x1200a9;;;BU)(A;OICIIO;0x1301bf;;;CO)";

/// A security descriptor that Windows has allocated.
struct Descriptor(PSECURITY_DESCRIPTOR);

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: Windows has allocated it, and it is freed here only.
        unsafe { LocalFree(self.0) };
    }
}

impl Descriptor {
    /// What `sddl` (security descriptor definition language) spells.
    fn parse(sddl: &str) -> io::Result<Self> {
        let mut descriptor = null_mut();
        // SAFETY: the text ends in a zero; the length of the answer is not wanted.
        let done = unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                wide(sddl).as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                null_mut(),
            )
        };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(Self(descriptor)) }
    }

    /// What an open file or folder has, as far as `what` says; and its owner, which is part of it.
    fn of(file: &File, what: OBJECT_SECURITY_INFORMATION) -> io::Result<(Self, PSID)> {
        let (mut descriptor, mut owner) = (null_mut(), null_mut());
        // SAFETY: the handle is open; answers that are not wanted are null.
        let said = unsafe {
            GetSecurityInfo(
                file.as_raw_handle(),
                SE_FILE_OBJECT,
                what,
                &raw mut owner,
                null_mut(),
                null_mut(),
                null_mut(),
                &raw mut descriptor,
            )
        };
        answer(said).map(|()| (Self(descriptor), owner))
    }
}

/// Makes a folder that has the rights that `sddl` spells from its first moment on.
///
/// # Errors
/// What Windows says, also if there is something of this name.
pub fn create_folder(path: &Path, sddl: &str) -> io::Result<()> {
    let descriptor = Descriptor::parse(sddl)?;
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    // SAFETY: the path ends in a zero; the structure and the descriptor live until the call returns.
    let done = unsafe { CreateDirectoryW(wide(path).as_ptr(), &raw const attributes) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Gives a file or folder the owner and the rights that `sddl` spells, and none from the folder it is in.
///
/// # Errors
/// What Windows says; and if it is a link, for what it leads to is somebody else's.
pub fn set(path: &Path, sddl: &str) -> io::Result<()> {
    let descriptor = Descriptor::parse(sddl)?;
    let file = open(path, FILE_GENERIC_READ | WRITE_DAC | WRITE_OWNER)?;
    let (mut present, mut list, mut owner, mut defaulted) = (0, null_mut(), null_mut(), 0);
    // SAFETY: the list and the owner point into the descriptor, which lives until the end of this function.
    unsafe {
        if GetSecurityDescriptorDacl(descriptor.0, &raw mut present, &raw mut list, &raw mut defaulted) == 0
            || GetSecurityDescriptorOwner(descriptor.0, &raw mut owner, &raw mut defaulted) == 0
        {
            return Err(io::Error::last_os_error());
        }
        let what =
            OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
        answer(SetSecurityInfo(
            file.as_raw_handle(),
            SE_FILE_OBJECT,
            what,
            owner,
            null_mut(),
            list,
            null_mut(),
        ))
    }
}

/// Whether a file or folder is the administrators', the system's, or that of the account which runs this program.
///
/// # Errors
/// What Windows says; and if it is a link.
pub fn is_trusted(path: &Path) -> io::Result<bool> {
    let file = open(path, READ_CONTROL)?;
    let (_descriptor, owner) = Descriptor::of(&file, OWNER_SECURITY_INFORMATION)?;
    // Everybody owns what is on a file system that knows no owners.
    // SAFETY: the owner points into the descriptor, which lives until the end of this function.
    let is_known = [WinBuiltinAdministratorsSid, WinLocalSystemSid, WinWorldSid]
        .iter()
        .any(|known| unsafe { IsWellKnownSid(owner, *known) } != 0);
    Ok(is_known || (!owner.is_null() && is_own(owner)?))
}

/// Whether it is the account that runs this program.
fn is_own(owner: PSID) -> io::Result<bool> {
    let mut token: HANDLE = null_mut();
    // With room for the account, which stands behind the structure; in units that align it.
    let mut user = [0_u64; 32];
    let mut len = 0;
    // SAFETY: the token is used only if the call that opens it has succeeded, and closed once. The buffer is as long as is said;
    // the account that the structure points to is in it.
    unsafe {
        if OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) == 0 {
            return Err(io::Error::last_os_error());
        }
        let buffer = user.as_mut_ptr().cast::<c_void>();
        let done =
            GetTokenInformation(token, TokenUser, buffer, size_of_val(&user) as u32, &raw mut len) != 0;
        let error = io::Error::last_os_error();
        CloseHandle(token);
        if done {
            Ok(EqualSid(owner, (*user.as_ptr().cast::<TOKEN_USER>()).User.Sid) != 0)
        } else {
            Err(error)
        }
    }
}

/// Owner and rights of a file or folder, in the security descriptor definition language.
///
/// # Errors
/// What Windows says; and if it is a link.
pub fn read(path: &Path) -> io::Result<String> {
    const WHAT: OBJECT_SECURITY_INFORMATION = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    let (descriptor, _) = Descriptor::of(&open(path, READ_CONTROL)?, WHAT)?;
    let (mut text, mut len) = (null_mut(), 0);
    // SAFETY: the text that is answered has `len` units, and is freed once, after its last use.
    unsafe {
        if ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor.0,
            SDDL_REVISION_1,
            WHAT,
            &raw mut text,
            &raw mut len,
        ) == 0
        {
            return Err(io::Error::last_os_error());
        }
        let sddl = from_wide(std::slice::from_raw_parts(text, len as usize));
        LocalFree(text.cast());
        Ok(sddl)
    }
}

/// Opens a file or folder itself, not what it may be a link to.
fn open(path: &Path, access: u32) -> io::Result<File> {
    let file = OpenOptions::new()
        .access_mode(access)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT)
        .open(path)?;
    // Users can make junctions without any right.
    if file.metadata()?.is_symlink() {
        return Err(io::Error::other("found a link, expected a file or folder; delete it"));
    }
    Ok(file)
}

/// A call's answer that is a code.
fn answer(said: u32) -> io::Result<()> {
    if said == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(said.cast_signed())) }
}
