//! Why the machine should not be woken up now: the host runs on battery, or has no network.

use crate::event::EventId;

/// What speaks against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// The host runs on battery.
    OnBattery,
    /// The host has no network.
    NoNetwork,
}

impl Hindrance {
    /// The event to note.
    pub fn event(self) -> EventId {
        match self {
            Self::OnBattery => EventId::WakeUpOnBattery,
            Self::NoNetwork => EventId::WakeUpNoNetwork,
        }
    }
}

/// What speaks against waking the machine up now. What cannot be found out does not.
pub fn hindrance() -> Option<Hindrance> {
    #[cfg(unix)]
    return hindrance_below(std::path::Path::new("/"));
    #[cfg(windows)]
    return match (crate::windows::power::is_on_battery(), crate::windows::power::has_network()) {
        (true, _) => Some(Hindrance::OnBattery),
        (false, false) => Some(Hindrance::NoNetwork),
        (false, true) => None,
    };
}

#[cfg(unix)]
pub use linux::hindrance_below;

#[cfg(unix)]
mod linux {
    use std::fs;
    use std::path::Path;

    use super::Hindrance;
    use crate::host_facts::network::routes::{default_routes, is_up};

    /// The same for a host whose `/sys` and `/proc` are below `root`.
    pub fn hindrance_below(root: &Path) -> Option<Hindrance> {
        if is_on_battery(&root.join("sys/class/power_supply")) {
            Some(Hindrance::OnBattery)
        } else if has_network(root) {
            None
        } else {
            Some(Hindrance::NoNetwork)
        }
    }

    /// Nothing supplies power, and a battery of the host (not of its mouse) gives it.
    fn is_on_battery(supplies: &Path) -> bool {
        let Ok(entries) = fs::read_dir(supplies) else { return false };
        let supplies: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        let says = |supply: &Path, file: &str, value: &str| {
            fs::read_to_string(supply.join(file)).is_ok_and(|text| text.trim() == value)
        };
        let is_mains = |supply: &Path| ["Mains", "USB"].iter().any(|kind| says(supply, "type", kind));
        let on_mains = supplies.iter().any(|supply| is_mains(supply) && says(supply, "online", "1"));
        let drained = supplies.iter().any(|supply| {
            says(supply, "type", "Battery")
                && !says(supply, "scope", "Device")
                && says(supply, "status", "Discharging")
        });
        drained && !on_mains
    }

    /// There is a default route, through an interface that is up. Where the routes cannot be read, there may be.
    fn has_network(root: &Path) -> bool {
        default_routes(root).is_none_or(|routes| routes.iter().any(|route| is_up(root, &route.interface)))
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::host_facts::played::host;

        const HEAD: &str =
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
        const DEFAULT: &str = "wlan0\t00000000\t0102A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n";
        const LOCAL: &str = "wlan0\t0002A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n";
        const NONE_6: &str = "00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
                              00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n";
        const DEFAULT_6: &str = "00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
                                 fe800000000000000000000000000001 00000400 00000001 00000000 00000003    wlan0\n";

        fn found(files: &[(&str, &str)]) -> Option<Hindrance> {
            hindrance_below(host(files).path())
        }

        #[test]
        fn a_notebook_is_woken_up_on_mains_power_only() {
            const SUPPLY: &str = "sys/class/power_supply";
            let notebook = |online, status| {
                found(&[
                    (&format!("{SUPPLY}/AC/type"), "Mains\n"),
                    (&format!("{SUPPLY}/AC/online"), online),
                    (&format!("{SUPPLY}/BAT0/type"), "Battery\n"),
                    (&format!("{SUPPLY}/BAT0/status"), status),
                ])
            };
            assert_eq!(notebook("0\n", "Discharging\n"), Some(Hindrance::OnBattery));
            assert_eq!(notebook("1\n", "Charging\n"), None);
            // A weak charger.
            assert_eq!(notebook("1\n", "Discharging\n"), None);
        }

        #[test]
        fn the_battery_of_a_mouse_hinders_nothing() {
            const MOUSE: &str = "sys/class/power_supply/hidpp_battery_0";
            let files = [("type", "Battery\n"), ("scope", "Device\n"), ("status", "Discharging\n")];
            let files = files.map(|(name, text)| (format!("{MOUSE}/{name}"), text));
            let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
            assert_eq!(found(&files), None);
        }

        #[test]
        fn a_network_is_a_default_route_through_an_interface_that_is_up() {
            let routes = |old: &str, new: &str, state: &str| {
                found(&[
                    ("proc/net/route", &format!("{HEAD}{old}")),
                    ("proc/net/ipv6_route", new),
                    ("sys/class/net/wlan0/operstate", state),
                ])
            };
            let none = Some(Hindrance::NoNetwork);
            assert_eq!(routes(DEFAULT, NONE_6, "up\n"), None);
            assert_eq!(routes(LOCAL, DEFAULT_6, "unknown\n"), None);
            assert_eq!(routes(DEFAULT, DEFAULT_6, "down\n"), none);
            assert_eq!(routes(LOCAL, NONE_6, "up\n"), none);
            assert_eq!(routes("", "", "up\n"), none);
        }

        #[test]
        fn what_cannot_be_found_out_hinders_nothing() {
            assert_eq!(found(&[]), None);
        }
    }
}
