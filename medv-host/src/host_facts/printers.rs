//! The printers that the host reaches through its network, as CUPS lists them. A printer that hangs on the host itself is none of
//! them, however its queue looks.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::process::{Command, Stdio};

use medv_codec::{Error, Result};
use medv_protocol::Printer;
use url::Url;

/// Looks for them; without CUPS there are none. What Windows prints to is not looked at.
///
/// # Errors
/// If CUPS does not list its printers.
pub fn gather() -> Result<Vec<Printer>> {
    if cfg!(windows) { Ok(Vec::new()) } else { listed_by(Command::new("lpstat")) }
}

/// The same by this `lpstat`.
///
/// # Errors
/// If CUPS does not list its printers.
pub fn listed_by(mut lpstat: Command) -> Result<Vec<Printer>> {
    // In English, whatever the session speaks.
    lpstat.args(["-l", "-v", "-p", "-d"]).env("LC_ALL", "C").stdin(Stdio::null()).stderr(Stdio::piped());
    let told = match lpstat.output() {
        Ok(told) => told,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io("cannot run lpstat", error)),
    };
    let complaint = String::from_utf8_lossy(&told.stderr);
    // That it has nothing to list is a failure to it.
    if !told.status.success() && !complaint.contains("No destinations added") {
        let why = io::Error::other(complaint.trim().to_owned());
        return Err(Error::io("lpstat does not list the host's printers", why));
    }
    Ok(listed(&String::from_utf8_lossy(&told.stdout)))
}

/// The printers in the network of those that `lpstat -l -v -p -d` has listed.
fn listed(text: &str) -> Vec<Printer> {
    let default = text.lines().find_map(|line| line.strip_prefix("system default destination: "));
    let descriptions = descriptions(text);
    let devices = text.lines().filter_map(|line| line.strip_prefix("device for ")?.split_once(": "));
    let printers = devices.map(|(name, uri)| Printer {
        name: name.to_owned(),
        uri: uri.to_owned(),
        description: descriptions.get(name).copied().unwrap_or_default().to_owned(),
        default: default == Some(name),
    });
    printers.filter(|printer| printer.check().is_ok() && !is_on_host(&printer.uri)).collect()
}

/// What stands below the line of each printer as its description.
fn descriptions(text: &str) -> HashMap<&str, &str> {
    let mut found = HashMap::new();
    let mut printer = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("printer ") {
            printer = rest.split(' ').next().unwrap_or_default();
        } else if let Some(description) = line.trim_start().strip_prefix("Description: ") {
            found.insert(printer, description.trim());
        }
    }
    found
}

/// Printers on USB may be served through the network of the host itself.
fn is_on_host(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str = "\
device for cellar: socket://192.0.2.9:9100
device for desk: usb://HP/LaserJet?serial=1
device for desk2: ipp://localhost:60000/ipp/print
device for desk3: ipp://[::1]:60000/ipp/print
device for everybody: ///dev/null
device for office: ipps://printer.example.org/ipp/print
printer cellar is idle.  enabled since Wed Nov 25 10:00:00 2026
\tForm mounted:
\tDescription: 
printer office is idle.  enabled since Wed Nov 25 10:00:00 2026
\tDescription: Office, 2nd floor
\tLocation: Corridor
system default destination: office
";

    #[test]
    fn only_printers_in_the_network_are_listed() {
        let [cellar, office] = &listed(LISTED)[..] else { panic!("{:?}", listed(LISTED)) };
        assert_eq!(
            (cellar.name.as_str(), cellar.description.as_str(), cellar.default),
            ("cellar", "", false)
        );
        assert_eq!((office.name.as_str(), office.default), ("office", true));
        assert_eq!(
            (office.uri.as_str(), office.description.as_str()),
            ("ipps://printer.example.org/ipp/print", "Office, 2nd floor")
        );
    }

    #[test]
    fn a_host_without_printers_lists_none() {
        assert_eq!(listed("no system default destination\n"), []);
    }
}
