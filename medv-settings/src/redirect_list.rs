//! The list of web addresses that are opened in the guest's browser.
//!
//! An entry is an `http` or `https` address, in which `*` may stand for the first labels of the host and for the end of the
//! path:
//!
//! | entry | covers |
//! | --- | --- |
//! | `https://intranet` | every page of that host |
//! | `https://www.contoso.com/webapps/webapp1` | that page, with or without a `/` at its end, whatever query follows |
//! | `https://www.contoso.com/webapps/*` | `/webapps` and all below it |
//! | `http://*.contoso.com` | every page of every host below contoso.com, but not of contoso.com itself |
//! | `https://www.contoso.com/app?id=7` | that page with that query only |
//!
//! Scheme and host may be in any case, the path may not. A port counts: an entry without one means the usual port of its scheme.
//! An `http` entry does not cover `https` addresses.

use std::fmt;

use url::{Host, Url};

/// Longest address, in bytes: what the browsers of the time take.
pub const MAX_LEN: usize = 2083;

/// An entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectRule {
    scheme: String,
    host: HostRule,
    port: Option<u16>,
    path: PathRule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum HostRule {
    Is(String),
    /// The host ends in this, which begins with a full stop.
    Below(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PathRule {
    Any,
    /// The path, without a `/` at its end, and perhaps the query.
    Is(String, Option<String>),
    /// The path begins with this, without a `/` at its end.
    Below(String),
}

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleError {
    /// Not an address.
    Address(String),
    /// Another scheme than `http` and `https`.
    Scheme(String),
    /// A user name or password, a `#` with a place in the page, or a control character: none of them says which pages are
    /// meant.
    Part(&'static str),
    /// A `*` where none can stand.
    Star,
    /// `*` for so much that every host is covered.
    EveryHost,
    /// More than [`MAX_LEN`] bytes.
    Long(usize),
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(why) => write!(f, "this is not a web address ({why}); for example https://www.contoso.com/app/*"),
            Self::Scheme(found) => write!(f, "`{found}` addresses cannot be redirected; http and https ones can"),
            Self::Part(part) => write!(f, "{part} has no meaning here; leave it out"),
            Self::Star => f.write_str(
                "`*` can stand for the first part of the host (http://*.contoso.com) and for the end of the path (/webapps/*)",
            ),
            Self::EveryHost => f.write_str("this covers every host of a whole domain of the internet; name a domain below it"),
            Self::Long(found) => write!(f, "it has {found} bytes, and browsers take at most {MAX_LEN}"),
        }
    }
}

impl std::error::Error for RuleError {}

impl RedirectRule {
    /// Reads an entry.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(entry: &str) -> Result<Self, RuleError> {
        if entry.len() > MAX_LEN {
            return Err(RuleError::Long(entry.len()));
        }
        // The parser passes over them; the registry ends a line at one.
        if entry.contains(char::is_control) {
            return Err(RuleError::Part("a control character"));
        }
        let url = Url::parse(entry).map_err(|error| RuleError::Address(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(RuleError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RuleError::Part("a user name or password"));
        }
        if url.fragment().is_some() {
            return Err(RuleError::Part("a place in the page (#)"));
        }
        Ok(Self {
            scheme: url.scheme().to_owned(),
            host: host_rule(url.host())?,
            port: url.port_or_known_default(),
            path: path_rule(&url, names_a_path(entry))?,
        })
    }

    /// `true` if `url` is to be opened in the guest.
    pub fn covers(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default().trim_end_matches('.');
        let host_fits = match &self.host {
            HostRule::Is(name) => host == name,
            HostRule::Below(suffix) => host.len() > suffix.len() && host.ends_with(suffix.as_str()),
        };
        let path = url.path().strip_suffix('/').unwrap_or(url.path());
        let path_fits = match &self.path {
            PathRule::Any => true,
            PathRule::Is(wanted, query) => {
                path == wanted && query.as_ref().is_none_or(|query| url.query() == Some(query))
            }
            PathRule::Below(folder) => path
                .strip_prefix(folder.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        };
        url.scheme() == self.scheme && host_fits && url.port_or_known_default() == self.port && path_fits
    }
}

fn host_rule(host: Option<Host<&str>>) -> Result<HostRule, RuleError> {
    let host = host.ok_or_else(|| RuleError::Address("it names no host".to_owned()))?.to_string();
    let host = host.trim_end_matches('.');
    let rule = match host.strip_prefix('*') {
        Some(suffix) if !suffix.starts_with('.') => return Err(RuleError::Star),
        // One label is a top-level domain.
        Some(suffix) if !suffix[1..].contains('.') => return Err(RuleError::EveryHost),
        Some(suffix) => HostRule::Below(suffix.to_owned()),
        None => HostRule::Is(host.to_owned()),
    };
    match &rule {
        HostRule::Is(rest) | HostRule::Below(rest) if rest.contains('*') => Err(RuleError::Star),
        _ => Ok(rule),
    }
}

fn path_rule(url: &Url, names_a_path: bool) -> Result<PathRule, RuleError> {
    if url.query().is_some_and(|query| query.contains('*')) {
        return Err(RuleError::Star);
    }
    let path = url.path();
    let rule = match path.strip_suffix("/*") {
        _ if !names_a_path && url.query().is_none() => PathRule::Any,
        Some(_) if url.query().is_some() => return Err(RuleError::Star),
        Some(folder) => PathRule::Below(folder.to_owned()),
        None => {
            let page = path.strip_suffix('/').unwrap_or(path);
            PathRule::Is(page.to_owned(), url.query().map(str::to_owned))
        }
    };
    match &rule {
        PathRule::Is(path, _) | PathRule::Below(path) if path.contains('*') => Err(RuleError::Star),
        _ => Ok(rule),
    }
}

/// `http://intranet` and `http://intranet/` are the same address, but not the same entry: the second is one page.
fn names_a_path(entry: &str) -> bool {
    entry.trim().split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '\\']))
}

/// The entries in a text of one address a line. Empty lines and lines that begin with `#` are passed over.
pub fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().zip(1..).map(|(line, number)| (number, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// The text of an imported list, which must be UTF-8; a byte order mark is passed over.
///
/// # Errors
/// The line in which something else begins.
pub fn decode(bytes: &[u8]) -> Result<&str, usize> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes)
        .map_err(|error| bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_an_entry_covers() {
        let table = [
            ("https://intranet", "https://intranet/", true),
            ("https://intranet", "https://INTRANET/a/b?c#d", true),
            ("https://intranet", "http://intranet/", false),
            ("https://intranet", "https://intranet:8443/", false),
            ("https://intranet:8443", "https://intranet:8443/x", true),
            ("http://intranet:80", "http://intranet/x", true),
            ("https://intranet", "https://intranet.contoso.com/", false),
            ("https://intranet/", "https://intranet", true),
            ("https://intranet/", "https://intranet/a", false),
            ("https://www.contoso.com/webapps/webapp1", "https://www.contoso.com/webapps/webapp1", true),
            ("https://www.contoso.com/webapps/webapp1", "https://www.contoso.com/webapps/webapp1/?q=1", true),
            ("https://www.contoso.com/webapps/webapp1", "https://www.contoso.com/webapps/webapp12", false),
            ("https://www.contoso.com/webapps/webapp1", "https://www.contoso.com/Webapps/webapp1", false),
            ("https://www.contoso.com/webapps/webapp1", "https://www.contoso.com/webapps/webapp1/x", false),
            ("https://www.contoso.com/webapps/*", "https://www.contoso.com/webapps", true),
            ("https://www.contoso.com/webapps/*", "https://www.contoso.com/webapps/a/b?c=d", true),
            ("https://www.contoso.com/webapps/*", "https://www.contoso.com/webapps2", false),
            ("https://www.contoso.com/webapps/*", "https://www.contoso.com/webapps/../secret", false),
            ("https://www.contoso.com/*", "https://www.contoso.com/", true),
            ("http://*.contoso.com", "http://www.contoso.com/a", true),
            ("http://*.contoso.com", "http://a.b.contoso.com", true),
            ("http://*.contoso.com", "http://contoso.com/", false),
            ("http://*.contoso.com", "http://notcontoso.com/", false),
            ("http://*.contoso.com", "http://contoso.com.evil.example/", false),
            ("http://*.contoso.com", "http://www.contoso.com@evil.example/", false),
            ("http://*.contoso.com/shop/*", "http://eu.contoso.com/shop/1", true),
            ("https://www.contoso.com/app?id=7", "https://www.contoso.com/app?id=7", true),
            ("https://www.contoso.com/app?id=7", "https://www.contoso.com/app?id=8", false),
            ("https://www.contoso.com/app?id=7", "https://www.contoso.com/app", false),
            ("http://bücher.example", "http://xn--bcher-kva.example/neu", true),
            ("http://[::1]/x", "http://[0:0:0:0:0:0:0:1]/x", true),
            ("http://www.contoso.com.", "http://www.contoso.com/", true),
        ];
        for (entry, address, covered) in table {
            let rule = RedirectRule::parse(entry).unwrap();
            assert_eq!(rule.covers(&Url::parse(address).unwrap()), covered, "{entry} {address}");
        }
    }

    #[test]
    fn wrong_entries_are_refused() {
        for entry in ["", "contoso", "www.contoso.com/x", "http://", "http://a b"] {
            assert!(matches!(RedirectRule::parse(entry), Err(RuleError::Address(_))), "{entry}");
        }
        for entry in ["ftp://contoso.com", "file:///c:/x", "javascript:alert(1)"] {
            assert!(matches!(RedirectRule::parse(entry), Err(RuleError::Scheme(_))), "{entry}");
        }
        let misplaced = [
            "http://www.*.com/",
            "http://*contoso.com",
            "http://*.*.contoso.com",
            "http://a.contoso.com/*/b",
            "http://a.contoso.com/a*",
            "http://a.contoso.com/?q=*",
            "http://a.contoso.com/x/*?q=1",
        ];
        for entry in misplaced {
            assert_eq!(RedirectRule::parse(entry), Err(RuleError::Star), "{entry}");
        }
        for entry in ["http://*.com", "http://*.com/x/*"] {
            assert_eq!(RedirectRule::parse(entry), Err(RuleError::EveryHost), "{entry}");
        }
        for entry in [
            "http://anna@contoso.com",
            "http://contoso.com/#top",
            "http://contoso.com\0",
            "http://con\ttoso.com",
        ] {
            assert!(matches!(RedirectRule::parse(entry), Err(RuleError::Part(_))), "{entry}");
        }
        let long = format!("http://contoso.com/{}", "x".repeat(MAX_LEN));
        assert!(matches!(RedirectRule::parse(&long), Err(RuleError::Long(_))));
    }

    #[test]
    fn lists_are_utf_8() {
        let text = "\u{FEFF}http://a.example\r\n\r\n# ours\r\n http://b.example \n";
        let found: Vec<_> = entries(decode(text.as_bytes()).unwrap()).collect();
        assert_eq!(found, [(1, "http://a.example"), (4, "http://b.example")]);
        assert_eq!(decode(b"http://a\nhttp://b\xFCcher"), Err(2));
    }

    proptest! {
        #[test]
        fn any_text_is_an_entry_or_refused(entry in ".*", address in "https?://[a-z.]{1,12}/[a-z/*]{0,8}") {
            if let (Ok(rule), Ok(url)) = (RedirectRule::parse(&entry), Url::parse(&address)) {
                let _ = rule.covers(&url);
            }
        }

        #[test]
        fn an_entry_covers_itself(host in "[a-z]{1,8}\\.[a-z]{1,8}", path in "(/[a-z0-9]{1,5}){0,4}") {
            let address = format!("https://{host}{path}");
            prop_assert!(RedirectRule::parse(&address).unwrap().covers(&Url::parse(&address).unwrap()));
        }
    }
}
