//! Windows: what its adapters are.

use std::io;
use std::net::IpAddr;
use std::thread;
use std::time::Duration;

use medv_codec::{Error, Result};
use medv_protocol::{HostNetwork, Interface, InterfaceAddress, InterfaceKind, MAX_INTERFACE_NAME};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    IF_TYPE_ETHERNET_CSMACD, IF_TYPE_IEEE80211, IF_TYPE_SOFTWARE_LOOPBACK,
};

use crate::windows::adapters::{Adapter, adapters, wait_for_change};

/// An adapter that comes up has its addresses, routes and name servers one after the other.
const PAUSE: Duration = Duration::from_secs(1);

/// What network this host has.
///
/// # Errors
/// If Windows does not tell its adapters.
pub fn gather() -> Result<HostNetwork> {
    let mut adapters = adapters().map_err(|error| Error::io("cannot find out the host's network", error))?;
    adapters.retain(|adapter| adapter.kind != IF_TYPE_SOFTWARE_LOOPBACK);
    // Those without a gateway come last.
    adapters.sort_by_key(|adapter| (adapter.gateways.is_empty(), adapter.metric));
    let in_use = || adapters.iter().filter(|adapter| adapter.is_up);
    let servers = in_use().flat_map(|adapter| &adapter.dns_servers).filter(|server| can_be_asked(server));
    let domains = in_use().map(|adapter| &adapter.dns_suffix).filter(|suffix| !suffix.is_empty());
    let network = HostNetwork {
        connected: in_use().any(|adapter| !adapter.gateways.is_empty()),
        dns_servers: distinct(servers.copied()),
        search_domains: distinct(domains.cloned()),
        interfaces: adapters.iter().map(interface).collect(),
    };
    Ok(network.bounded())
}

/// Changes from now on.
pub(super) struct Changes;

impl Changes {
    #[expect(clippy::unnecessary_wraps, reason = "it can fail on Linux")]
    pub(super) fn watch() -> io::Result<Self> {
        Ok(Self)
    }

    /// Returns when something has changed, and a while later.
    #[expect(clippy::unused_self, reason = "it has what it waits for on Linux")]
    pub(super) fn wait(&self) -> io::Result<()> {
        wait_for_change()?;
        thread::sleep(PAUSE);
        Ok(())
    }
}

fn interface(adapter: &Adapter) -> Interface {
    let mut name = adapter.name.clone();
    while name.len() > MAX_INTERFACE_NAME {
        name.pop();
    }
    let address = |(address, prefix): &(IpAddr, u8)| InterfaceAddress { address: *address, prefix: *prefix };
    Interface {
        name,
        kind: match adapter.kind {
            IF_TYPE_ETHERNET_CSMACD => InterfaceKind::Ethernet,
            IF_TYPE_IEEE80211 => InterfaceKind::Wifi,
            _ => InterfaceKind::Other,
        },
        up: adapter.is_up,
        addresses: adapter.addresses.iter().map(address).collect(),
        gateways: adapter.gateways.clone(),
    }
}

/// Windows gives adapters without name servers these, which nobody has.
fn can_be_asked(server: &IpAddr) -> bool {
    let is_placeholder = |server: &std::net::Ipv6Addr| server.segments()[..3] == [0xfec0, 0, 0];
    !server.is_loopback() && !matches!(server, IpAddr::V6(server) if is_placeholder(server))
}

fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for one in all {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}
