//! Web addresses that are opened in the guest's browser instead of the host's.
//!
//! A desktop calls `medv-host open ADDRESS` when it is registered as what opens web addresses (by `register` in
//! [`freedesktop`] or `windows`). [`decide`] reads the list, anew for each address, so that a change of it counts at once. An
//! address that is not on the list goes to the browser that was the default before (`open_in_browser`), never to a shell
//! and never back to us. Where the host agent does not run, no address is redirected. The guest has no way to open anything
//! on the host.

mod address;
#[cfg(any(windows, test))]
mod command;
pub mod freedesktop;
mod mimeapps;
#[cfg(windows)]
pub mod windows;

pub use address::Address;

use std::path::Path;

use medv_settings::redirect_list::RedirectRule;
use medv_settings::{Result, Scope, Store, Value, find};

use crate::event::{Event, Level};

/// Set for the browser, to the address that it gets: one that hands it back would be asked for ever.
pub const OPENING: &str = "MEDV_OPENING";

/// Whether the browser that got an address has handed it back.
fn is_handed_back(address: &Address) -> bool {
    std::env::var(OPENING).is_ok_and(|before| before == address.as_str())
}

/// Has web addresses of this user's desktop pass through `program open`.
///
/// # Errors
/// If the desktop's settings cannot be changed, or say that the user must choose himself.
pub fn register(program: &Path) -> medv_codec::Result<()> {
    #[cfg(windows)]
    return windows::register(program);
    #[cfg(not(windows))]
    freedesktop::register(&desktop_of_this_user()?, program)
}

/// Gives them back to the browser that had them before.
///
/// # Errors
/// If the desktop's settings cannot be changed.
pub fn unregister() -> medv_codec::Result<()> {
    #[cfg(windows)]
    return windows::unregister();
    #[cfg(not(windows))]
    freedesktop::unregister(&desktop_of_this_user()?)
}

/// Opens an address in the host's own browser.
///
/// # Errors
/// If there is none, or it has handed the address back.
pub fn open_in_browser(address: &Address) -> medv_codec::Result<()> {
    #[cfg(windows)]
    return windows::open_in_browser(address);
    #[cfg(not(windows))]
    freedesktop::open_in_browser(&desktop_of_this_user()?, address)
}

#[cfg(not(windows))]
fn desktop_of_this_user() -> medv_codec::Result<freedesktop::Places> {
    freedesktop::Places::of_this_user().ok_or_else(|| {
        medv_codec::Error::usage("the environment does not say where your desktop keeps its settings")
    })
}

/// Who opens an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The guest's browser.
    Guest,
    /// The host's.
    Host,
}

/// Decides who opens an address, by the list as it is now. Entries that are wrong are passed over, each with a warning.
///
/// # Errors
/// If the list cannot be read.
pub fn decide(store: &dyn Store, address: &Address) -> Result<(Side, Vec<Event>)> {
    let setting = find("RedirectUrls").expect("the catalogue has it");
    for scope in Scope::ALL.into_iter().filter(|scope| scope.has(setting)) {
        if let Some(Value::Lines(lines)) = store.get(scope, setting)? {
            let (side, faults) = side(&lines, address);
            let place = store.place(scope, setting);
            let warnings =
                faults.into_iter().map(|fault| Event::plain(Level::Warning, format!("{place}: {fault}")));
            return Ok((side, warnings.collect()));
        }
    }
    Ok((Side::Host, Vec::new()))
}

/// Who opens an address, by this list, and what is wrong with its entries.
fn side(lines: &[String], address: &Address) -> (Side, Vec<String>) {
    let mut side = Side::Host;
    let mut faults = Vec::new();
    for line in lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()) {
        match RedirectRule::parse(line) {
            Ok(rule) if rule.covers(address.url()) => side = Side::Guest,
            Ok(_) => {}
            Err(error) => faults.push(format!("`{line}` is passed over: {error}")),
        }
    }
    (side, faults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use medv_settings::TomlStore;

    #[test]
    fn the_list_decides() {
        let list = [
            "https://intranet",
            "http://*.contoso.com",
            "https://www.contoso.com/webapps/*",
            "https://portal.example:8443/app",
            "http://bücher.example/neu",
            "https://cafe.example/men%C3%BC/*",
            "https://shop.example/item?id=7",
        ];
        let list = list.map(str::to_owned);
        let table = [
            // Case: scheme and host may differ, paths may not.
            ("HTTPS://IntraNet/Any/Page", Side::Guest),
            ("https://www.contoso.com/WebApps/x", Side::Host),
            // Schemes.
            ("http://intranet/", Side::Host),
            ("https://a.contoso.com/", Side::Host),
            // Ports.
            ("https://intranet:443/", Side::Guest),
            ("https://intranet:444/", Side::Host),
            ("http://a.contoso.com:80/", Side::Guest),
            ("https://portal.example:8443/app/", Side::Guest),
            ("https://portal.example/app", Side::Host),
            // User names are not hosts.
            ("https://intranet@evil.example/", Side::Host),
            ("https://evil.example@intranet/", Side::Guest),
            ("http://evil.example\\@a.contoso.com/", Side::Host),
            // Full stops behind a host.
            ("https://intranet./", Side::Guest),
            ("http://a.contoso.com./x", Side::Guest),
            // Names in other letters.
            ("http://xn--bcher-kva.example/neu", Side::Guest),
            ("http://BÜCHER.example/neu?seite=1", Side::Guest),
            ("http://bucher.example/neu", Side::Host),
            // Escapes and steps in paths.
            ("https://cafe.example/men\u{FC}/heute", Side::Guest),
            ("https://www.contoso.com/webapps/a/../b", Side::Guest),
            ("https://www.contoso.com/webapps/%2e%2e/admin", Side::Host),
            ("https://www.contoso.com/x/../webapps/", Side::Guest),
            // Stars.
            ("http://contoso.com/", Side::Host),
            ("http://a.b.contoso.com/x#y", Side::Guest),
            ("http://a-contoso.com/", Side::Host),
            ("http://a.contoso.com.evil.example/", Side::Host),
            ("https://www.contoso.com/webapps", Side::Guest),
            ("https://www.contoso.com/webappsx", Side::Host),
            // Queries.
            ("https://shop.example/item?id=7", Side::Guest),
            ("https://shop.example/item?id=77", Side::Host),
            ("https://elsewhere.example/?https://intranet/", Side::Host),
        ];
        for (address, expected) in table {
            let address = Address::parse(address).unwrap();
            assert_eq!(side(&list, &address), (expected, vec![]), "{address}");
        }
    }

    #[test]
    fn a_wrong_entry_stops_nothing() {
        let list = ["ftp://a.example", "http://*", "", "https://intranet"].map(str::to_owned);
        let (side, faults) = side(&list, &Address::parse("https://intranet/x").unwrap());
        assert_eq!((side, faults.len()), (Side::Guest, 2));
        assert!(faults[0].starts_with("`ftp://a.example` is passed over: "), "{faults:?}");
    }

    #[test]
    fn a_changed_list_counts_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = TomlStore::below(folder.path(), "anna", "/home/anna/.config".as_ref()).unwrap();
        let address = Address::parse("https://intranet/").unwrap();
        let setting = find("RedirectUrls").unwrap();
        let mut sides = vec![decide(&store, &address).unwrap().0];
        store.set(Scope::Machine, setting, &Value::Lines(vec!["https://intranet".to_owned()])).unwrap();
        sides.push(decide(&store, &address).unwrap().0);
        // Policy counts more, even if it is wrong.
        store.set(Scope::MachinePolicy, setting, &Value::Lines(vec!["intranet".to_owned()])).unwrap();
        let (side, warnings) = decide(&store, &address).unwrap();
        assert_eq!(warnings.len(), 1);
        sides.push(side);
        assert_eq!(sides, [Side::Host, Side::Guest, Side::Host]);
    }
}
