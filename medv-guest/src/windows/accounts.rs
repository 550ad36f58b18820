//! Users, and groups by their well-known identifiers: their names are other ones in each language.
#![allow(unsafe_code)]

use std::fmt;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_MEMBER_IN_ALIAS, LocalFree};
use windows_sys::Win32::NetworkManagement::NetManagement::{
    LOCALGROUP_MEMBERS_INFO_3, NERR_UserExists as USER_EXISTS, NERR_UserNotFound as USER_NOT_FOUND,
    NetApiBufferFree, NetGetJoinInformation, NetLocalGroupAddMembers, NetSetupDomainName,
    NetSetupUnknownStatus, NetUserAdd, NetUserGetInfo, UF_DONT_EXPIRE_PASSWD, UF_SCRIPT, USER_INFO_1,
    USER_PRIV_USER,
};
use windows_sys::Win32::Security::Authorization::ConvertStringSidToSidW;
use windows_sys::Win32::Security::{LookupAccountSidW, PSID};

use super::text::{from_wide, wide};
use crate::{Error, Places, Result};

/// A group that first time setup puts the user into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Who may use the desktop from afar.
    RemoteDesktop,
    /// Who may administer the guest.
    Administrators,
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RemoteDesktop => "the remote desktop users",
            Self::Administrators => "the administrators",
        })
    }
}

impl Group {
    fn sid(self) -> &'static str {
        match self {
            Self::RemoteDesktop => "S-1-5-32-555",
            Self::Administrators => "S-1-5-32-544",
        }
    }
}

/// Whether the guest itself has an account of this name.
pub(crate) fn exists(_: &Places, name: &str) -> Result<bool> {
    let (name_units, mut info) = (wide(name), null_mut());
    // SAFETY: the name ends in a zero; what is allocated is freed below.
    let outcome = unsafe { NetUserGetInfo(null(), name_units.as_ptr(), 0, &raw mut info) };
    // SAFETY: it was allocated by NetUserGetInfo, or is null, and is used no more.
    unsafe { NetApiBufferFree(info.cast()) };
    match outcome {
        0 => Ok(true),
        USER_NOT_FOUND => Ok(false),
        code => Err(failed(name, code)),
    }
}

/// The domain of a user whose name says none: the guest itself (`.`) if it has such an account, else the domain that it has joined.
pub(super) fn domain_of(places: &Places, name: &str) -> String {
    let joined = if matches!(exists(places, name), Ok(false)) { joined_domain() } else { None };
    joined.unwrap_or_else(|| ".".into())
}

fn joined_domain() -> Option<String> {
    let (mut name, mut status) = (null_mut(), NetSetupUnknownStatus);
    // SAFETY: both are where the answer goes; what is allocated is freed below.
    let outcome = unsafe { NetGetJoinInformation(null(), &raw mut name, &raw mut status) };
    let is_joined = outcome == 0 && status == NetSetupDomainName && !name.is_null();
    // SAFETY: the text ends in a zero.
    let joined = is_joined.then(|| unsafe { from_pointer(name) });
    // SAFETY: it was allocated by NetGetJoinInformation, or is null, and is used no more.
    unsafe { NetApiBufferFree(name.cast()) };
    joined
}

/// # Safety
/// The text is there, and ends in a zero.
unsafe fn from_pointer(text: *const u16) -> String {
    // SAFETY: the caller promises it.
    unsafe {
        let len = (0..).take_while(|at| *text.add(*at) != 0).count();
        from_wide(std::slice::from_raw_parts(text, len))
    }
}

/// Makes an account with a password that does not expire: nobody would be asked for another one.
pub(crate) fn make(_: &Places, name: &str, password: &str) -> Result<()> {
    let (mut name_units, mut secret) = (wide(name), wide(password));
    let user = USER_INFO_1 {
        usri1_name: name_units.as_mut_ptr(),
        usri1_password: secret.as_mut_ptr(),
        usri1_priv: USER_PRIV_USER,
        usri1_flags: UF_SCRIPT | UF_DONT_EXPIRE_PASSWD,
        ..USER_INFO_1::default()
    };
    // SAFETY: both texts end in a zero and outlive the call, and the structure is that of level 1.
    let outcome = unsafe { NetUserAdd(null(), 1, (&raw const user).cast(), null_mut()) };
    secret.fill(0);
    std::hint::black_box(&secret);
    match outcome {
        0 | USER_EXISTS => Ok(()),
        code => Err(failed(name, code)),
    }
}

fn failed(what: &str, code: u32) -> Error {
    Error::new(format!("{what}: {}", std::io::Error::from_raw_os_error(code.cast_signed())))
}

/// Accounts come from the answers of the guest's own setup, or from the domain: nothing is made here.
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(crate) fn ensure_user(_: &Places, _: &str) -> Result<()> {
    Ok(())
}

/// Puts a user, `name` or `DOMAIN\name`, into a group.
pub(crate) fn add_to_group(_: &Places, user: &str, group: Group) -> Result<()> {
    let (name, mut member) = (group_name(group)?, wide(user));
    let members = LOCALGROUP_MEMBERS_INFO_3 { lgrmi3_domainandname: member.as_mut_ptr() };
    // SAFETY: both names end in a zero, and one member is given.
    let outcome =
        unsafe { NetLocalGroupAddMembers(null(), name.as_ptr(), 3, (&raw const members).cast(), 1) };
    match outcome {
        0 | ERROR_MEMBER_IN_ALIAS => Ok(()),
        code => Err(failed(&from_wide(&name), code)),
    }
}

fn group_name(group: Group) -> Result<Vec<u16>> {
    let failed = || Error::new(format!("{}: {}", group.sid(), std::io::Error::last_os_error()));
    let (text, mut sid): (_, PSID) = (wide(group.sid()), null_mut());
    // SAFETY: the text ends in a zero; what is allocated is freed below.
    if unsafe { ConvertStringSidToSidW(text.as_ptr(), &raw mut sid) } == 0 {
        return Err(failed());
    }
    let (mut name, mut domain) = (vec![0_u16; 257], vec![0_u16; 257]);
    let (mut name_len, mut domain_len, mut kind) = (257, 257, 0);
    // SAFETY: the identifier is valid, and the buffers have the lengths that are given.
    let found = unsafe {
        LookupAccountSidW(
            null(),
            sid,
            name.as_mut_ptr(),
            &raw mut name_len,
            domain.as_mut_ptr(),
            &raw mut domain_len,
            &raw mut kind,
        )
    };
    let outcome = if found == 0 { Err(failed()) } else { Ok(wide(from_wide(&name))) };
    // SAFETY: it was allocated by ConvertStringSidToSidW, and is used no more.
    unsafe { LocalFree(sid) };
    outcome
}
