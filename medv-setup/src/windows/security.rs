//! Who may do what in a folder.
#![allow(unsafe_code)]

use std::io;
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1, SE_FILE_OBJECT,
    SetNamedSecurityInfoW,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetSecurityDescriptorDacl, PROTECTED_DACL_SECURITY_INFORMATION,
    PSECURITY_DESCRIPTOR,
};

use super::text::wide;

/// Administrators and the system write, users read.
pub const USERS_READ: &str = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)";
/// Users write too.
pub const USERS_WRITE: &str = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;BU)";
/// Users read, add files, and change those that are their own.
pub const USERS_ADD: &str =
    "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;CI;0x1200ab;;;BU)(A;OIIO;0x1200a9;;;BU)(A;OICIIO;0x1301bf;;;CO)";

/// Gives `path` the rights that `sddl` (security descriptor definition language) spells, and none from the folder it is in.
///
/// # Errors
/// What Windows says.
pub fn set(path: &Path, sddl: &str) -> io::Result<()> {
    let mut descriptor: PSECURITY_DESCRIPTOR = null_mut();
    let (mut present, mut list, mut defaulted) = (0, null_mut(), 0);
    // SAFETY: texts end in a zero. The descriptor is used only if the call that makes it has succeeded, the list points
    // into it, and it is freed once, after its last use.
    unsafe {
        let sddl = wide(sddl);
        if ConvertStringSecurityDescriptorToSecurityDescriptorW(
            sddl.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor,
            null_mut(),
        ) == 0
        {
            return Err(io::Error::last_os_error());
        }
        let found =
            GetSecurityDescriptorDacl(descriptor, &raw mut present, &raw mut list, &raw mut defaulted) != 0;
        let done = if found {
            let what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
            let said = SetNamedSecurityInfoW(
                wide(path).as_ptr(),
                SE_FILE_OBJECT,
                what,
                null_mut(),
                null_mut(),
                list,
                null_mut(),
            );
            if said == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(said.cast_signed())) }
        } else {
            Err(io::Error::last_os_error())
        };
        LocalFree(descriptor);
        done
    }
}
