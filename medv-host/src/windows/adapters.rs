//! The network adapters of the host, and the wait for their addresses to change.
#![allow(unsafe_code)]

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_BUFFER_OVERFLOW, ERROR_NO_DATA, NO_ERROR};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GAA_FLAG_INCLUDE_GATEWAYS, GAA_FLAG_SKIP_ANYCAST, GAA_FLAG_SKIP_MULTICAST, GetAdaptersAddresses,
    IP_ADAPTER_ADDRESSES_LH, NotifyAddrChange,
};
use windows_sys::Win32::NetworkManagement::Ndis::IfOperStatusUp;
use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, AF_UNSPEC, SOCKADDR_IN, SOCKADDR_IN6, SOCKET_ADDRESS,
};

use super::text::from_pointer;

/// An adapter as Windows has it.
pub(crate) struct Adapter {
    pub(crate) name: String,
    /// `IF_TYPE_…`
    pub(crate) kind: u32,
    pub(crate) is_up: bool,
    /// Each with the length of its prefix.
    pub(crate) addresses: Vec<(IpAddr, u8)>,
    pub(crate) gateways: Vec<IpAddr>,
    pub(crate) dns_servers: Vec<IpAddr>,
    /// May be empty.
    pub(crate) dns_suffix: String,
    /// The lower one is taken.
    pub(crate) metric: u32,
}

/// All adapters.
///
/// # Errors
/// If Windows does not tell them.
pub(crate) fn adapters() -> io::Result<Vec<Adapter>> {
    let flags = GAA_FLAG_INCLUDE_GATEWAYS | GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST;
    // In words, so that it lies as the structures must.
    let mut room = vec![0_u64; 2048];
    loop {
        let mut bytes = u32::try_from(room.len() * size_of::<u64>()).unwrap_or(u32::MAX);
        let first = room.as_mut_ptr().cast::<IP_ADAPTER_ADDRESSES_LH>();
        // SAFETY: it is written into `room` only, as far as `bytes` says.
        match unsafe { GetAdaptersAddresses(AF_UNSPEC.into(), flags, null(), first, &raw mut bytes) } {
            // SAFETY: the list is in `room`, and nothing of it outlives it.
            NO_ERROR => {
                return Ok(unsafe { list(first, |adapter| adapter.Next).map(|one| adapter(one)).collect() });
            }
            ERROR_NO_DATA => return Ok(Vec::new()),
            ERROR_BUFFER_OVERFLOW => room = vec![0; (bytes as usize).div_ceil(size_of::<u64>()) + 128],
            error => return Err(io::Error::from_raw_os_error(error.cast_signed())),
        }
    }
}

/// Returns when an address has come or gone.
///
/// # Errors
/// If Windows does not tell that.
pub(crate) fn wait_for_change() -> io::Result<()> {
    // SAFETY: without a handle and a structure to be told by, it waits.
    match unsafe { NotifyAddrChange(null_mut(), null()) } {
        NO_ERROR => Ok(()),
        error => Err(io::Error::from_raw_os_error(error.cast_signed())),
    }
}

/// # Safety
/// What it points to is there.
unsafe fn adapter(adapter: &IP_ADAPTER_ADDRESSES_LH) -> Adapter {
    // SAFETY: the caller promises it; texts end in a zero.
    unsafe {
        let addresses = list(adapter.FirstUnicastAddress, |one| one.Next);
        let gateways = list(adapter.FirstGatewayAddress, |one| one.Next);
        let servers = list(adapter.FirstDnsServerAddress, |one| one.Next);
        Adapter {
            name: from_pointer(adapter.FriendlyName),
            kind: adapter.IfType,
            is_up: adapter.OperStatus == IfOperStatusUp,
            addresses: addresses
                .filter_map(|one| Some((address(&one.Address)?, one.OnLinkPrefixLength)))
                .collect(),
            gateways: gateways.filter_map(|one| address(&one.Address)).collect(),
            dns_servers: servers.filter_map(|one| address(&one.Address)).collect(),
            dns_suffix: from_pointer(adapter.DnsSuffix),
            metric: adapter.Ipv4Metric,
        }
    }
}

/// The elements of a list in which each points to the next.
///
/// # Safety
/// All of them are there as long as they are borrowed.
unsafe fn list<'a, T: 'a>(first: *const T, next: impl Fn(&T) -> *mut T) -> impl Iterator<Item = &'a T> {
    // SAFETY: the caller promises it.
    let element = |at: *const T| unsafe { at.as_ref() };
    std::iter::successors(element(first), move |one| element(next(one)))
}

/// # Safety
/// What it points to is there.
unsafe fn address(socket: &SOCKET_ADDRESS) -> Option<IpAddr> {
    let length = usize::try_from(socket.iSockaddrLength).ok()?;
    // SAFETY: the caller promises it; the family and the length say what it is. Any bits are an address.
    unsafe {
        match socket.lpSockaddr.as_ref()?.sa_family {
            AF_INET if length >= size_of::<SOCKADDR_IN>() => {
                let old = &*socket.lpSockaddr.cast::<SOCKADDR_IN>();
                Some(Ipv4Addr::from(old.sin_addr.S_un.S_addr.to_ne_bytes()).into())
            }
            AF_INET6 if length >= size_of::<SOCKADDR_IN6>() => {
                let new = &*socket.lpSockaddr.cast::<SOCKADDR_IN6>();
                Some(Ipv6Addr::from(new.sin6_addr.u.Byte).into())
            }
            _ => None,
        }
    }
}
