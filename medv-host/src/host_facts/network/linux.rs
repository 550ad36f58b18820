//! Linux: read off the kernel and `resolv.conf`.

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use medv_codec::{Error, Result};
use medv_protocol::{HostNetwork, Interface, InterfaceAddress, InterfaceKind};
use nix::ifaddrs::getifaddrs;
use nix::sys::socket::SockaddrStorage;

use super::routes::{default_routes, is_up};

/// What network this host has.
///
/// # Errors
/// If the kernel does not tell its addresses.
pub fn gather() -> Result<HostNetwork> {
    let told =
        getifaddrs().map_err(|error| Error::io("cannot find out the host's addresses", error.into()))?;
    let addresses: Vec<_> = told
        .filter_map(|told| {
            let prefix = match address(&told.netmask?)? {
                IpAddr::V4(mask) => mask.to_bits().count_ones(),
                IpAddr::V6(mask) => mask.to_bits().count_ones(),
            };
            let prefix = u8::try_from(prefix).ok()?;
            Some((told.interface_name, InterfaceAddress { address: address(&told.address?)?, prefix }))
        })
        .collect();
    Ok(below(Path::new("/"), &addresses))
}

fn address(socket: &SockaddrStorage) -> Option<IpAddr> {
    match (socket.as_sockaddr_in(), socket.as_sockaddr_in6()) {
        (Some(old), _) => Some(old.ip().into()),
        (None, Some(new)) => Some(new.ip().into()),
        (None, None) => None,
    }
}

/// The network of a host whose files are below `root`, and whose interfaces, by their names, have these addresses.
pub fn below(root: &Path, addresses: &[(String, InterfaceAddress)]) -> HostNetwork {
    let routes = default_routes(root).unwrap_or_default();
    let folder = fs::read_dir(root.join("sys/class/net"));
    let names = folder.into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<_> = names.filter(|name| !is_loopback(root, name)).collect();
    // Those without a route come last.
    let place =
        |name: &String| routes.iter().position(|route| route.interface == *name).unwrap_or(routes.len());
    names.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.cmp(b)));
    let interfaces: Vec<_> = names
        .into_iter()
        .map(|name| Interface {
            kind: kind(root, &name),
            up: is_up(root, &name),
            addresses: addresses.iter().filter(|(of, _)| *of == name).map(|(_, address)| *address).collect(),
            gateways: routes
                .iter()
                .filter(|route| route.interface == name)
                .filter_map(|route| route.gateway)
                .collect(),
            name,
        })
        .collect();
    let (dns_servers, search_domains) = resolver(root);
    let connected = routes.iter().any(|route| is_up(root, &route.interface));
    HostNetwork { connected, interfaces, dns_servers, search_domains }.bounded()
}

// What the kernel says in `type`.
const ETHERNET: &str = "1";
const LOOPBACK: &str = "772";

fn is_of_type(root: &Path, interface: &str, wanted: &str) -> bool {
    let path = root.join("sys/class/net").join(interface).join("type");
    fs::read_to_string(path).is_ok_and(|found| found.trim() == wanted)
}

fn is_loopback(root: &Path, interface: &str) -> bool {
    is_of_type(root, interface, LOOPBACK)
}

fn kind(root: &Path, interface: &str) -> InterfaceKind {
    let has = |file: &str| root.join("sys/class/net").join(interface).join(file).exists();
    if has("phy80211") || has("wireless") {
        InterfaceKind::Wifi
    } else if has("device") && is_of_type(root, interface, ETHERNET) {
        InterfaceKind::Ethernet
    } else {
        InterfaceKind::Other
    }
}

/// Where name servers are written down. A resolver of the host's own (systemd's, dnsmasq) stands in the first as the only one; those
/// that it asks are in the others.
pub(super) const RESOLVERS: [&str; 3] =
    ["etc/resolv.conf", "run/systemd/resolve/resolv.conf", "run/NetworkManager/no-stub-resolv.conf"];

/// The name servers that others can ask, and the domains of the host.
fn resolver(root: &Path) -> (Vec<IpAddr>, Vec<String>) {
    let texts = RESOLVERS.map(|path| fs::read_to_string(root.join(path)).unwrap_or_default());
    let servers = texts.iter().map(|text| name_servers(text)).find(|servers| !servers.is_empty());
    let domains = texts.iter().map(|text| domains(text)).find(|domains| !domains.is_empty());
    (servers.unwrap_or_default(), domains.unwrap_or_default())
}

fn name_servers(text: &str) -> Vec<IpAddr> {
    let servers =
        values(text, &["nameserver"]).filter_map(|mut values| values.next()?.parse::<IpAddr>().ok());
    servers.filter(|server| !server.is_loopback()).collect()
}

/// Of several such lines the last one counts.
fn domains(text: &str) -> Vec<String> {
    let last = values(text, &["domain", "search"]).last().into_iter().flatten();
    last.filter(|domain| *domain != ".").map(str::to_owned).collect()
}

/// What stands behind these words at the beginning of a line.
fn values<'a>(text: &'a str, keys: &'a [&str]) -> impl Iterator<Item = std::str::SplitWhitespace<'a>> {
    text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        keys.contains(&words.next()?).then_some(words)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host_facts::played::host;

    const ROUTES: &str = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
                          eth0\t00000000\t0100000A\t0003\t0\t0\t900\t00000000\t0\t0\t0\n\
                          wlan0\t00000000\t0102A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n\
                          wlan0\t0002A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n";
    const ROUTES_6: &str = "00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
                            fe800000000000000000000000000001 00000400 00000001 00000000 00000003    wlan0\n";

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_notebook_in_its_office_is_known() {
        let root = host(&[
            ("sys/class/net/lo/type", "772\n"),
            ("sys/class/net/eth0/type", "1\n"),
            ("sys/class/net/eth0/operstate", "down\n"),
            ("sys/class/net/eth0/device/vendor", ""),
            ("sys/class/net/wlan0/type", "1\n"),
            ("sys/class/net/wlan0/operstate", "up\n"),
            ("sys/class/net/wlan0/device/vendor", ""),
            ("sys/class/net/wlan0/phy80211/name", ""),
            ("sys/class/net/br0/type", "1\n"),
            ("sys/class/net/br0/operstate", "unknown\n"),
            ("proc/net/route", ROUTES),
            ("proc/net/ipv6_route", ROUTES_6),
            (
                "etc/resolv.conf",
                "# ours\nnameserver 192.168.2.1\nnameserver 2001:db8::1\nsearch example.org corp.example\n",
            ),
        ]);
        let address = InterfaceAddress { address: ip("192.168.2.17"), prefix: 24 };
        let network = below(root.path(), &[("wlan0".into(), address), ("lo".into(), address)]);
        let [wifi, cable, bridge] = &network.interfaces[..] else { panic!("{network:?}") };
        assert!(network.connected);
        assert_eq!((wifi.name.as_str(), wifi.kind, wifi.up), ("wlan0", InterfaceKind::Wifi, true));
        assert_eq!(wifi.addresses, [address]);
        assert_eq!(wifi.gateways, [ip("192.168.2.1"), ip("fe80::1")]);
        assert_eq!((cable.kind, cable.up), (InterfaceKind::Ethernet, false));
        assert_eq!(cable.gateways, [ip("10.0.0.1")]);
        assert_eq!((bridge.kind, bridge.up, bridge.gateways.len()), (InterfaceKind::Other, true, 0));
        assert_eq!(network.dns_servers, [ip("192.168.2.1"), ip("2001:db8::1")]);
        assert_eq!(network.search_domains, ["example.org", "corp.example"]);
    }

    #[test]
    fn a_resolver_of_the_hosts_own_is_not_told_but_those_that_it_asks() {
        let root = host(&[
            ("etc/resolv.conf", "nameserver 127.0.0.53\nsearch .\n"),
            (
                "run/systemd/resolve/resolv.conf",
                "nameserver 192.0.2.53\ndomain old.example\nsearch example.org\n",
            ),
        ]);
        let network = below(root.path(), &[]);
        assert_eq!(network.dns_servers, [ip("192.0.2.53")]);
        assert_eq!(network.search_domains, ["example.org"]);
    }

    #[test]
    fn a_host_of_which_nothing_is_known_is_not_connected() {
        assert_eq!(below(host(&[]).path(), &[]), HostNetwork::default());
    }
}
