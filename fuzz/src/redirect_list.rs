//! A list of addresses of any bytes: lines are counted right, an entry covers what it names, and means the same when it is read
//! again.

use medv_settings::redirect_list::{RedirectRule, RuleError, decode, entries};
use url::Url;

/// The bytes as a list, and every entry against every address in it.
pub fn run(data: &[u8]) {
    let text = match decode(data) {
        Ok(text) => text,
        Err(line) => {
            let lines = data.split(|byte| *byte == b'\n').count();
            assert!((1..=lines).contains(&line), "line {line} of {lines}");
            assert!(std::str::from_utf8(data).is_err());
            return;
        }
    };
    let lines: Vec<&str> = text.lines().collect();
    let mut last = 0;
    let mut rules = Vec::new();
    for (number, entry) in entries(text) {
        assert!(number > last && lines.get(number - 1).is_some_and(|line| line.trim() == entry));
        assert!(!entry.is_empty() && !entry.starts_with('#'));
        last = number;
        match RedirectRule::parse(entry) {
            Ok(rule) => {
                covers_itself(entry, &rule);
                rules.push(rule);
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                assert!(!matches!(error, RuleError::Long(len) if len != entry.len()));
            }
        }
    }
    // Few of them: it is what an entry says that is looked at, not how many there are.
    let urls: Vec<Url> = entries(text).take(16).filter_map(|(_, entry)| Url::parse(entry).ok()).collect();
    for rule in rules.iter().take(16) {
        for url in &urls {
            // Only pages of the web are opened in the guest, and what stands behind # is no part of which page it is.
            let is_covered = rule.covers(url);
            assert!(!is_covered || matches!(url.scheme(), "http" | "https"), "{rule:?} {url}");
            let mut elsewhere = url.clone();
            elsewhere.set_fragment(Some("elsewhere"));
            assert_eq!(rule.covers(&elsewhere), is_covered, "{rule:?} {url}");
        }
    }
}

/// An entry without a star covers the page that it is the address of; one with stars what stands for them.
fn covers_itself(entry: &str, rule: &RedirectRule) {
    let Ok(url) = Url::parse(&entry.replacen("*.", "any.", 1)) else { return };
    let is_plain = !entry.contains('*');
    let has_star_in_host = entry.split_once("://").is_some_and(|(_, rest)| rest.starts_with("*."));
    if is_plain || (has_star_in_host && entry.matches('*').count() == 1) {
        assert!(rule.covers(&url), "{rule:?} {url}");
    }
    if is_plain {
        match RedirectRule::parse(url.as_str()) {
            Ok(again) => assert!(again.covers(&url), "{again:?} {url}"),
            // What is not ASCII is longer when it is written out.
            Err(error) => assert!(
                matches!(error, RuleError::Long(_)) && url.as_str().len() > entry.len(),
                "{error} {url}"
            ),
        }
    }
}

/// Entries of every form, right and wrong, in lists of every form.
pub fn seeds() -> Vec<Vec<u8>> {
    let right = "https://intranet\r\nhttps://www.contoso.com/webapps/webapp1\r\nhttps://www.contoso.com/webapps/*\r\n\
                 http://*.contoso.com\r\nhttps://www.contoso.com/app?id=7\r\nhttp://[::1]:8080/x/\r\nHTTP://B\u{fc}cher.example.\r\n";
    let wrong = "# ours\n\nftp://contoso.com\nhttp://*.com\nhttp://a.*.com/\nhttp://a/*/b\nhttp://anna:x@a/\nhttp://a/#b\nwww\n";
    vec![
        right.as_bytes().to_vec(),
        wrong.as_bytes().to_vec(),
        [b"\xEF\xBB\xBF", right.as_bytes(), wrong.as_bytes()].concat(),
        b"http://a.example\nhttp://b\xFCcher.example\n".to_vec(),
        format!("http://a/{}", "x".repeat(2080)).into_bytes(),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_keep_what_is_promised() {
        for seed in super::seeds() {
            super::run(&seed);
        }
    }
}
