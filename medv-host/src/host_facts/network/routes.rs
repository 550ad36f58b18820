//! Default routes, and whether an interface is up: read off the kernel's files.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

/// A way to everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DefaultRoute {
    pub(crate) interface: String,
    /// None if the interface itself leads there, as tunnels do.
    pub(crate) gateway: Option<IpAddr>,
    /// The lower one is taken.
    metric: u32,
}

/// The default routes of a host whose `/proc` is below `root`, those of IPv4 first, preferred ones first. `None` if they cannot
/// be read.
pub(crate) fn default_routes(root: &Path) -> Option<Vec<DefaultRoute>> {
    let read = |name: &str| fs::read_to_string(root.join("proc/net").join(name)).ok();
    let (old, new) = (read("route"), read("ipv6_route"));
    if old.is_none() && new.is_none() {
        return None;
    }
    let sorted = |mut routes: Vec<DefaultRoute>| {
        routes.sort_by_key(|route| route.metric);
        routes
    };
    let mut routes = sorted(old.unwrap_or_default().lines().filter_map(route).collect());
    routes.extend(sorted(new.unwrap_or_default().lines().filter_map(route_6).collect()));
    Some(routes)
}

/// Whether an interface can carry anything. Tunnels and the like do not know; then it can.
pub(crate) fn is_up(root: &Path, interface: &str) -> bool {
    let state = root.join("sys/class/net").join(interface).join("operstate");
    !fs::read_to_string(state).is_ok_and(|state| ["down", "lowerlayerdown"].contains(&state.trim()))
}

const UP: u32 = 1;
const REJECT: u32 = 0x200;

fn is_usable(flags: &str) -> bool {
    u32::from_str_radix(flags, 16).is_ok_and(|flags| flags & (UP | REJECT) == UP)
}

/// A line of `/proc/net/route`, if it is a default route. Addresses are there as the processor has them in a register.
fn route(line: &str) -> Option<DefaultRoute> {
    let fields: Vec<_> = line.split_whitespace().collect();
    let [interface, destination, gateway, flags, _, _, metric, mask, ..] = fields[..] else { return None };
    if !is_usable(flags) || destination != "00000000" || mask != "00000000" {
        return None;
    }
    let gateway = Ipv4Addr::from(u32::from_str_radix(gateway, 16).ok()?.to_ne_bytes());
    let gateway = Some(gateway).filter(|gateway| !gateway.is_unspecified()).map(IpAddr::from);
    Some(DefaultRoute { interface: interface.to_owned(), gateway, metric: metric.parse().ok()? })
}

/// The same for `/proc/net/ipv6_route`, where unreachable networks have a default route through `lo`.
fn route_6(line: &str) -> Option<DefaultRoute> {
    let fields: Vec<_> = line.split_whitespace().collect();
    let [destination, prefix, _, _, gateway, metric, _, _, flags, interface] = fields[..] else {
        return None;
    };
    let is_default = prefix == "00" && destination.bytes().all(|digit| digit == b'0');
    if !is_usable(flags) || !is_default || interface == "lo" {
        return None;
    }
    let gateway = Ipv6Addr::from(u128::from_str_radix(gateway, 16).ok()?);
    let gateway = Some(gateway).filter(|gateway| !gateway.is_unspecified()).map(IpAddr::from);
    let metric = u32::from_str_radix(metric, 16).ok()?;
    Some(DefaultRoute { interface: interface.to_owned(), gateway, metric })
}
