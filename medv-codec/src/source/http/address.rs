//! The address of a file on a web server.

use ureq::http::Uri;

use crate::{Error, Result};

/// The address, and the name for messages: without credentials, query and fragment, as these may be secret.
pub(super) fn parse(url: &str) -> Result<(Uri, String)> {
    let wrong = |what: &str| {
        Error::usage(format!("not a valid address of a web server: {what}")).advice(
            "give http://host/path or https://host/path; write other than plain letters as %20 and the like",
        )
    };
    let address: Uri = url.parse().map_err(|error: ureq::http::uri::InvalidUri| wrong(&error.to_string()))?;
    let scheme = address.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"));
    let scheme = scheme.ok_or_else(|| wrong("it has to begin with http:// or https://"))?;
    let authority = address.authority().filter(|authority| !authority.host().is_empty());
    let authority = authority.ok_or_else(|| wrong("it has no host"))?.as_str();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let name = format!("{scheme}://{host}{}", address.path());
    Ok((address, name))
}

/// Whether a user name, and maybe a password, are part of it.
pub(super) fn has_credentials(address: &Uri) -> bool {
    address.authority().is_some_and(|authority| authority.as_str().contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn names_keep_no_secrets() {
        for (url, name) in [
            ("http://host/a.medv", "http://host/a.medv"),
            ("https://me:secret@host:8443/a.medv?signature=secret", "https://host:8443/a.medv"),
            ("http://me@[::1]:80/?q#f", "http://[::1]:80/"),
            ("http://host", "http://host/"),
        ] {
            assert_eq!(parse(url).unwrap().1, name);
        }
    }

    #[test]
    fn other_addresses_are_refused() {
        for url in ["", "ftp://host/a", "/a/b", "http://", "host/a", "http:///a", "http://ho st/a"] {
            assert_eq!(parse(url).unwrap_err().kind(), ErrorKind::Usage, "{url:?}");
        }
    }
}
