//! Windows: read off the registry.

use std::env;

use winreg::RegKey;
use winreg::enums::{HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, KEY_QUERY_VALUE, KEY_WOW64_64KEY};

use super::{HostFacts, distinguished_name, locale, time_zone};

/// What is known of this host and of the user of this session.
pub fn gather() -> HostFacts {
    let machine = |key: &str, name: &str| value(HKEY_LOCAL_MACHINE, key, name);
    let user = |key: &str, name: &str| value(HKEY_CURRENT_USER, key, name);
    let registered = |name| machine(r"SOFTWARE\Microsoft\Windows NT\CurrentVersion", name);
    let (domain, unit) = machine(
        r"SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\State\Machine",
        "Distinguished-Name",
    )
    .map(|name| distinguished_name::domain_and_unit(&name))
    .unwrap_or_default();
    HostFacts {
        computer_name: machine(
            r"SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName",
            "ComputerName",
        )
        .unwrap_or_default(),
        user: env::var("USERNAME").unwrap_or_default(),
        full_name: registered("RegisteredOwner"),
        organisation: registered("RegisteredOrganization"),
        time_zone: machine(r"SYSTEM\CurrentControlSet\Control\TimeZoneInformation", "TimeZoneKeyName")
            .and_then(|name| time_zone::of_windows(&name)),
        region: locale::region_of_windows(
            user(r"Control Panel\International", "LocaleName").as_deref(),
            user(r"Keyboard Layout\Preload", "1").as_deref(),
        ),
        domain,
        unit,
    }
}

fn value(hive: winreg::HKEY, key: &str, name: &str) -> Option<String> {
    let key = RegKey::predef(hive).open_subkey_with_flags(key, KEY_QUERY_VALUE | KEY_WOW64_64KEY).ok()?;
    let text: String = key.get_value(name).ok()?;
    // Some values are written with what was behind them in memory.
    let text = text.split('\0').next().unwrap_or_default().trim();
    (!text.is_empty()).then(|| text.to_owned())
}
