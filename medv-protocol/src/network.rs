//! What the host says of its network.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::text::is_text;

// So many that the longest message fits into a line.
const MAX_INTERFACES: usize = 32;
const MAX_ADDRESSES: usize = 16;
const MAX_GATEWAYS: usize = 4;
const MAX_DNS_SERVERS: usize = 8;
const MAX_SEARCH_DOMAINS: usize = 16;

/// Most bytes of the name of an interface.
pub const MAX_INTERFACE_NAME: usize = 64;

/// Most bytes of the name of a domain.
const MAX_DOMAIN: usize = 253;

/// The network of the host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostNetwork {
    /// Whether it leads anywhere: there is a default route, through an interface that is up.
    pub connected: bool,
    /// All interfaces but those that lead back to the host. What has a default route comes first, the preferred one first of all.
    #[serde(default)]
    pub interfaces: Vec<Interface>,
    /// The name servers, in the order in which they are asked.
    #[serde(default)]
    pub dns_servers: Vec<IpAddr>,
    /// The domains in which names without a domain are looked for.
    #[serde(default)]
    pub search_domains: Vec<String>,
}

/// An interface of the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// What the host calls it: `eth0`, `Local Area Connection`.
    pub name: String,
    /// What it is.
    pub kind: InterfaceKind,
    /// Whether it can carry anything.
    pub up: bool,
    /// Its addresses.
    #[serde(default)]
    pub addresses: Vec<InterfaceAddress>,
    /// The gateways of its default routes.
    #[serde(default)]
    pub gateways: Vec<IpAddr>,
}

/// What an interface is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterfaceKind {
    /// A network card with a cable.
    Ethernet,
    /// A wireless one.
    Wifi,
    /// Anything else: tunnels, bridges, modems.
    #[serde(other)]
    Other,
}

/// An address and its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceAddress {
    /// The address.
    pub address: IpAddr,
    /// How many of its first bits are the network's.
    pub prefix: u8,
}

impl HostNetwork {
    /// The same, within the bounds of the protocol: what is too much is left out, and so is what cannot be.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.interfaces.retain(|interface| is_text(&interface.name, MAX_INTERFACE_NAME));
        self.interfaces.truncate(MAX_INTERFACES);
        for interface in &mut self.interfaces {
            interface.addresses.retain(InterfaceAddress::can_be);
            interface.addresses.truncate(MAX_ADDRESSES);
            interface.gateways.truncate(MAX_GATEWAYS);
        }
        self.dns_servers.truncate(MAX_DNS_SERVERS);
        self.search_domains.retain(|domain| is_text(domain, MAX_DOMAIN));
        self.search_domains.truncate(MAX_SEARCH_DOMAINS);
        self
    }
}

impl InterfaceAddress {
    fn can_be(&self) -> bool {
        self.prefix <= if self.address.is_ipv4() { 32 } else { 128 }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;
    use crate::{Lines, MAX_LINE, ToGuest, encode};

    fn interface(name: &str) -> Interface {
        let (addresses, gateways) = (Vec::new(), Vec::new());
        Interface { name: name.into(), kind: InterfaceKind::Other, up: true, addresses, gateways }
    }

    /// As much of everything as the host likes.
    fn too_much() -> HostNetwork {
        let address = IpAddr::V6(Ipv6Addr::from([0xff; 16]));
        let all = Interface {
            addresses: vec![InterfaceAddress { address, prefix: 128 }; 200],
            gateways: vec![address; 200],
            ..interface(&"\"".repeat(MAX_INTERFACE_NAME))
        };
        HostNetwork {
            connected: false,
            interfaces: vec![all; 200],
            dns_servers: vec![address; 200],
            search_domains: vec!["\\".repeat(MAX_DOMAIN); 200],
        }
    }

    #[test]
    fn the_longest_message_within_the_bounds_fits_into_a_line() {
        let message = ToGuest::HostNetwork(too_much().bounded());
        let line = encode(&message).unwrap();
        assert!(line.len() > MAX_LINE / 2, "{}", line.len());
        assert_eq!(Lines::default().take(&line), [Ok(message)]);
    }

    #[test]
    fn what_cannot_be_is_left_out_and_the_rest_stays() {
        let mut network = HostNetwork::default();
        let long = "x".repeat(MAX_INTERFACE_NAME + 1);
        network.interfaces = ["", "a\nb", &long, "eth0"].map(interface).into();
        let address = "192.0.2.1".parse().unwrap();
        network.interfaces[3].addresses = [33, 24].map(|prefix| InterfaceAddress { address, prefix }).into();
        network.search_domains = ["\u{7}", "example.org"].map(String::from).into();
        let bounded = network.bounded();
        assert_eq!(bounded.interfaces.len(), 1);
        assert_eq!(bounded.interfaces[0].addresses, [InterfaceAddress { address, prefix: 24 }]);
        assert_eq!(bounded.search_domains, ["example.org"]);
    }

    #[test]
    fn a_kind_of_a_later_version_is_another_one() {
        let line =
            br#"{"type":"host_network","connected":true,"interfaces":[{"name":"a","kind":"light","up":true}]}
"#;
        let expected =
            HostNetwork { connected: true, interfaces: vec![interface("a")], ..HostNetwork::default() };
        assert_eq!(Lines::default().take(line), [Ok(ToGuest::HostNetwork(expected))]);
    }

    #[test]
    fn what_is_no_address_is_no_message() {
        for part in [r#""dns_servers":["192.0.2"]"#, r#""dns_servers":[1]"#, r#""interfaces":{}"#] {
            let line = format!("{{\"type\":\"host_network\",\"connected\":true,{part}}}\n");
            assert!(matches!(Lines::default().take::<ToGuest>(line.as_bytes())[..], [Err(_)]), "{part}");
        }
    }
}
