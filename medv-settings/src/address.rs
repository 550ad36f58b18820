//! Addresses: of a help page, and of what opens in the guest's browser.

/// Whether it is an `http://` or `https://` address without wildcards.
pub fn is_address(address: &str) -> bool {
    let Some((host, path)) = parts(address) else { return false };
    is_host(host) && !path.contains('*')
}

/// Whether it is an address to redirect: as [`is_address`], but that the first label of the host may be `*`, and so may be
/// the end of the path, behind a slash.
pub fn is_redirect_address(address: &str) -> bool {
    let Some((host, path)) = parts(address) else { return false };
    let host = match host.strip_prefix("*.") {
        Some(domain) => domain,
        None => host,
    };
    let path = match path.strip_suffix("/*") {
        Some(folder) => folder,
        None => path,
    };
    is_host(host) && !path.contains('*')
}

/// Host with port, and what follows from the slash on.
fn parts(address: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = address.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let is_one_word = !rest.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    (is_web && is_one_word).then(|| rest.split_at_checked(end)).flatten()
}

fn is_host(host: &str) -> bool {
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if !host.starts_with('[') || host.ends_with(']') => (host, Some(port)),
        _ => (host, None),
    };
    let numbered = |inner: &str| inner.parse::<std::net::Ipv6Addr>().is_ok();
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_name = || host.split('.').all(is_label) && host.chars().count() <= 253;
    port.is_none_or(|port| port.parse::<u16>().is_ok()) && bracketed.map_or_else(is_name, numbered)
}

/// Letters of any language; whether there is such a host is not known here.
fn is_label(label: &str) -> bool {
    let is_allowed = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    !label.is_empty()
        && label.chars().count() <= 63
        && label.chars().all(is_allowed)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_a_first_label_and_for_the_end_of_the_path() {
        for address in [
            "https://www.contoso.com/webapps/webapp1",
            "http://*.contoso.com",
            "https://www.contoso.com/webapps/*",
            "https://*.contoso.com:8443/*",
            "HTTP://intranet",
            "http://10.0.0.1/a?b=c#d",
            "http://[2001:db8::1]:80/",
            "https://bücher.example/",
        ] {
            assert!(is_redirect_address(address), "{address}");
            assert_eq!(is_address(address), !address.contains('*'), "{address}");
        }
    }

    #[test]
    fn other_schemes_and_misplaced_wildcards_are_refused() {
        for address in [
            "",
            "www.contoso.com",
            "ftp://www.contoso.com",
            "http://",
            "http:///path",
            "http://*",
            "http://*contoso.com",
            "http://www.*.com",
            "http://www.contoso.*",
            "http://a/*/b",
            "http://a/b*",
            "http://a?*",
            "http://a b",
            "http://a..b",
            "http://-a.b",
            "http://a:99999",
            "http://user@host",
            "http://a\0",
        ] {
            assert!(!is_redirect_address(address), "{address}");
            assert!(!is_address(address), "{address}");
        }
    }
}
