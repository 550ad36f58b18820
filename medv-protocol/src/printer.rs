//! A printer of the host's network, as the guest needs it.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::is_text;

/// Most printers of a host.
pub const MAX_PRINTERS: usize = 256;

/// So many printers fit into a line, however long their texts are.
pub const PRINTERS_IN_A_LINE: usize = 32;

/// Most bytes of a name.
const MAX_NAME: usize = 127;

/// Most bytes of an address.
const MAX_URI: usize = 1023;

/// Most bytes of a description.
const MAX_DESCRIPTION: usize = 255;

/// Beginnings of the addresses of printers that are reached through the network.
const NETWORK_SCHEMES: [&str; 7] = ["ipp", "ipps", "http", "https", "socket", "lpd", "dnssd"];

/// A printer that the host reaches through its network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printer {
    /// Its name in the host's lists.
    pub name: String,
    /// Where it is: `ipp://printer.example.org/ipp/print`.
    pub uri: String,
    /// What people call it; may be empty.
    #[serde(default)]
    pub description: String,
    /// Whether the host prints there when no printer is named.
    #[serde(default)]
    pub default: bool,
}

/// What is wrong with a printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPrinter {
    /// A name that a queue cannot have.
    Name,
    /// No address of a printer in the network.
    Uri,
    /// A description that is too long, or has control characters.
    Description,
}

impl fmt::Display for BadPrinter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => {
                "a printer whose name is empty, longer than 127 bytes, or has what no queue's name has"
            }
            Self::Uri => "a printer without an address in the network",
            Self::Description => {
                "a printer with a description that is longer than 255 bytes, or has control characters"
            }
        })
    }
}

impl Error for BadPrinter {}

impl Printer {
    /// Whether it keeps to the bounds.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), BadPrinter> {
        // What CUPS does not take, and what programs would take for an option.
        let is_odd = |c: char| c.is_whitespace() || "/#?\\\"'".contains(c);
        if !is_text(&self.name, MAX_NAME) || self.name.contains(is_odd) || self.name.starts_with('-') {
            return Err(BadPrinter::Name);
        }
        let is_plain = self.uri.chars().all(|c| c.is_ascii_graphic() && !"\\\"'".contains(c));
        let is_network = self.scheme().is_some_and(|scheme| NETWORK_SCHEMES.contains(&scheme));
        if self.uri.len() > MAX_URI || !is_plain || !is_network {
            return Err(BadPrinter::Uri);
        }
        if self.description.is_empty() || is_text(&self.description, MAX_DESCRIPTION) {
            Ok(())
        } else {
            Err(BadPrinter::Description)
        }
    }

    /// How it is spoken with: `ipp` of `ipp://printer.example.org/ipp/print`.
    pub fn scheme(&self) -> Option<&str> {
        self.uri.split_once("://").map(|(scheme, _)| scheme)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ToGuest, encode};

    fn printer(name: &str, uri: &str) -> Printer {
        Printer { name: name.into(), uri: uri.into(), description: String::new(), default: false }
    }

    #[test]
    fn a_printer_is_in_the_network() {
        for uri in
            ["ipp://p.example/ipp/print", "socket://192.0.2.7:9100", "dnssd://Office._ipp._tcp.local/?uuid=1"]
        {
            assert_eq!(printer("office", uri).check(), Ok(()), "{uri}");
        }
        for uri in [
            "usb://HP/1",
            "file:///dev/null",
            "parallel:/dev/lp0",
            "hp:/net/HP?ip=1",
            "",
            "ipp://a b",
            "ipp://a\"b",
        ] {
            assert_eq!(printer("office", uri).check(), Err(BadPrinter::Uri), "{uri}");
        }
    }

    #[test]
    fn a_name_is_one_that_a_queue_can_have() {
        for name in ["", "-x", "a b", "a/b", "a#b", "a\nb", "a'b", &"x".repeat(128)] {
            assert_eq!(printer(name, "ipp://p.example/").check(), Err(BadPrinter::Name), "{name}");
        }
    }

    #[test]
    fn as_many_printers_as_may_be_in_a_message_fit_into_a_line() {
        let longest = Printer {
            name: "x".repeat(MAX_NAME),
            uri: format!("ipp://{}", "x".repeat(MAX_URI - 6)),
            description: "\"".repeat(MAX_DESCRIPTION),
            default: true,
        };
        assert_eq!(longest.check(), Ok(()));
        let printers = vec![longest; PRINTERS_IN_A_LINE];
        encode(&ToGuest::Printers { printers, more: false }).unwrap();
    }
}
