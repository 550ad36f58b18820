//! A web address, as it came from anywhere.

use std::fmt;

use medv_codec::{Error, Result};
use medv_settings::redirect_list::MAX_LEN;
use url::Url;

/// An `http` or `https` address of at most [`MAX_LEN`] bytes. It is kept in its normal form, which is ASCII and has neither
/// spaces nor quotes in it, and begins with its scheme: no program takes it for an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// If it is none that we open.
    pub fn parse(text: &str) -> Result<Self> {
        let advice = "only http:// and https:// addresses are opened";
        let refuse = |why: String| Err(Error::usage(why).advice(advice));
        if text.contains(|letter: char| letter.is_control() || letter.is_whitespace()) {
            return refuse("the address has spaces or control characters in it".to_owned());
        }
        let url = match Url::parse(text) {
            _ if text.len() > MAX_LEN => return refuse(too_long(text.len())),
            Ok(url) => url,
            Err(error) => return refuse(format!("this is not a web address: {error}")),
        };
        if !matches!(url.scheme(), "http" | "https") {
            return refuse(format!("`{}` addresses are not opened", url.scheme()));
        }
        match url.as_str().len() {
            len if len > MAX_LEN => refuse(too_long(len)),
            _ => Ok(Self(url)),
        }
    }

    /// It, taken apart.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Its normal form.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

fn too_long(len: usize) -> String {
    format!("the address has {len} bytes, and browsers take at most {MAX_LEN}")
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_web_addresses_are_taken() {
        let refused = [
            "",
            "intranet",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "ms-settings:x",
            "C:\\Windows",
            "http://",
            "--help",
            "http://a/ b",
            "http://a/\n",
            " http://a/",
            "-http://a/",
        ];
        for text in refused {
            assert!(Address::parse(text).is_err(), "{text:?}");
        }
        let len = |more| Address::parse(&format!("http://a/{}", "x".repeat(more))).is_ok();
        assert!(len(MAX_LEN - 9) && !len(MAX_LEN - 8));
        // Short, until it is escaped.
        assert!(Address::parse(&format!("http://a/{}", "ü".repeat(1000))).is_err());
    }

    proptest! {
        #[test]
        fn what_is_taken_is_one_harmless_word(text in "https?://[a-z]{1,5}/.{0,20}") {
            if let Ok(address) = Address::parse(&text) {
                prop_assert!(address.as_str().starts_with("http"));
                let is_harmless = |byte: u8| byte.is_ascii_graphic() && byte != b'"';
                prop_assert!(address.as_str().bytes().all(is_harmless), "{}", address);
                prop_assert_eq!(Address::parse(address.as_str()).unwrap(), address);
            }
        }
    }
}
