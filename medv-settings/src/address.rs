//! The address of a help page.

use url::Url;

/// Whether it is an `http://` or `https://` address.
pub fn is_address(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_on_the_web() {
        for address in ["https://help.contoso.com/medv?x=1#top", "HTTP://intranet", "http://10.0.0.1:8080/"] {
            assert!(is_address(address), "{address}");
        }
        for address in [
            "",
            "help.contoso.com",
            "ftp://help",
            "mailto:help@contoso.com",
            "javascript:alert(1)",
            "http://",
        ] {
            assert!(!is_address(address), "{address}");
        }
    }
}
