//! Linux: read off the files that its tools keep.

use std::env;
use std::fs;
use std::path::Path;

use super::{HostFacts, locale, time_zone};

/// What is known of this host and of the user of this session.
pub fn gather() -> HostFacts {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let user = variable("LOGNAME").or_else(|| variable("USER")).or_else(by_number).unwrap_or_default();
    let language = variable("LC_ALL").or_else(|| variable("LANG"));
    below(Path::new("/"), &user, language.as_deref())
}

/// The user that the system runs this program for, where no session has said its name.
fn by_number() -> Option<String> {
    let number = rustix::process::getuid().as_raw().to_string();
    let passwd = fs::read_to_string("/etc/passwd").ok()?;
    let user = passwd.lines().find(|line| line.split(':').nth(2) == Some(&number))?;
    user.split(':').next().map(str::to_owned)
}

/// What the files below `root` say about the host and `user`, whose session has this `language`.
pub fn below(root: &Path, user: &str, language: Option<&str>) -> HostFacts {
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let passwd = read("etc/passwd");
    let language = language.map(str::to_owned).or_else(|| {
        ["etc/default/locale", "etc/locale.conf"].iter().find_map(|path| value(&read(path), "LANG"))
    });
    let layout = value(&read("etc/default/keyboard"), "XKBLAYOUT")
        .or_else(|| value(&read("etc/vconsole.conf"), "XKBLAYOUT"))
        .or_else(|| value(&read("etc/vconsole.conf"), "KEYMAP"));
    // Of several layouts the first one counts; a console's keymap has its variant behind a hyphen.
    let layout = layout.as_deref().and_then(|layouts| layouts.split([',', '-']).next());
    HostFacts {
        computer_name: read("etc/hostname").trim().split('.').next().unwrap_or_default().to_owned(),
        user: without_domain(user).to_owned(),
        full_name: full_name(&passwd, user),
        organisation: None,
        time_zone: zone(root).map(|name| time_zone::of_iana(&name)),
        region: locale::region(language.as_deref(), layout),
        domain: domain(&read("etc/sssd/sssd.conf"), &read("etc/krb5.conf")),
        unit: value(&read("etc/realmd.conf"), "computer-ou"),
    }
}

/// `anna` of `EXAMPLE\anna` and `anna@example.org`, as winbind and SSSD may name the users of a domain.
fn without_domain(user: &str) -> &str {
    let user = user.rsplit('\\').next().unwrap_or(user);
    user.split('@').next().unwrap_or(user)
}

/// The first value of a key in a file of lines `KEY = value`, without quotes. Only root may read some of these files,
/// which is as if they were not there.
fn value(text: &str, key: &str) -> Option<String> {
    let value = text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| value.trim().trim_matches('"').trim_matches('\'').trim())
    })?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// The first part of the comment in the user's line; users of a directory have no line.
fn full_name(passwd: &str, user: &str) -> Option<String> {
    let mut line =
        passwd.lines().map(|line| line.split(':')).find(|line| line.clone().next() == Some(user))?;
    let name = line.nth(4)?.split(',').next()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Debian's own file, or where the link leads that the C library reads.
fn zone(root: &Path) -> Option<String> {
    let link = fs::read_link(root.join("etc/localtime")).ok();
    let linked = link.as_deref().and_then(Path::to_str).and_then(|to| to.split_once("zoneinfo/"));
    let named = fs::read_to_string(root.join("etc/timezone")).unwrap_or_default();
    match linked {
        Some((_, name)) => Some(name.to_owned()),
        None => Some(named.trim().to_owned()).filter(|name| !name.is_empty()),
    }
}

fn domain(sssd: &str, krb5: &str) -> Option<String> {
    let first = |domains: String| domains.split(',').next().map(|name| name.trim().to_owned());
    value(sssd, "domains")
        .and_then(first)
        .or_else(|| value(krb5, "default_realm").map(|realm| realm.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host_facts::played::host;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_host_without_files_is_unknown_and_no_error() {
        let root = host(&[]);
        assert_eq!(below(root.path(), "", None), HostFacts::default());
    }

    #[test]
    fn a_debian_host_is_known() {
        let root = host(&[
            ("etc/hostname", "desk-17.example.org\n"),
            (
                "etc/passwd",
                "root:x:0:0:root:/root:/bin/sh\nanna:x:1000:1000:Anna Müller,,,:/home/anna:/bin/sh\n",
            ),
            ("etc/default/locale", "# comment\nLANG=\"de_DE.UTF-8\"\n"),
            ("etc/default/keyboard", "XKBMODEL=pc105\nXKBLAYOUT=\"de,us\"\n"),
            ("etc/timezone", "Europe/Berlin\n"),
            ("etc/krb5.conf", "[libdefaults]\n\tdefault_realm = AD.EXAMPLE.ORG\n"),
            ("etc/realmd.conf", "[ad.example.org]\ncomputer-ou = OU=Desks,DC=ad,DC=example,DC=org\n"),
        ]);
        let facts = below(root.path(), "anna", None);
        assert_eq!(facts.computer_name, "desk-17");
        assert_eq!(facts.full_name.as_deref(), Some("Anna Müller"));
        assert_eq!(facts.time_zone.unwrap().windows.as_deref(), Some("W. Europe Standard Time"));
        assert_eq!(facts.region.locale.as_deref(), Some("de_DE.UTF-8"));
        assert_eq!(facts.region.windows_keyboard.as_deref(), Some("0407:00000407"));
        assert_eq!(facts.domain.as_deref(), Some("ad.example.org"));
        assert_eq!(facts.unit.as_deref(), Some("OU=Desks,DC=ad,DC=example,DC=org"));
    }

    #[test]
    fn a_fedora_host_is_known() {
        let root = host(&[
            ("etc/locale.conf", "LANG=fr_FR.UTF-8\n"),
            ("etc/vconsole.conf", "KEYMAP=\"fr-oss\"\n"),
            ("etc/sssd/sssd.conf", "[sssd]\ndomains = corp.example.org, other.example.org\n"),
        ]);
        symlink("../usr/share/zoneinfo/Europe/Paris", root.path().join("etc/localtime")).unwrap();
        let facts = below(root.path(), "anna", None);
        assert_eq!(facts.time_zone.unwrap().iana, "Europe/Paris");
        assert_eq!(facts.region.windows_keyboard.as_deref(), Some("040c:0000040c"));
        assert_eq!(facts.domain.as_deref(), Some("corp.example.org"));
    }

    #[test]
    fn the_sessions_language_counts_before_the_hosts() {
        let root = host(&[("etc/default/locale", "LANG=de_DE.UTF-8\n")]);
        let facts = below(root.path(), "anna", Some("nl_NL.UTF-8"));
        assert_eq!(facts.region.windows_locale.as_deref(), Some("nl-NL"));
    }

    #[test]
    fn a_users_name_is_told_without_its_domain() {
        let root = host(&[("etc/passwd", "EX\\anna:x:1:1:Anna:/:/bin/sh\n")]);
        let facts = below(root.path(), "EX\\anna", None);
        assert_eq!((facts.user.as_str(), facts.full_name.as_deref()), ("anna", Some("Anna")));
        assert_eq!(below(root.path(), "otto@ad.example.org", None).user, "otto");
    }

    #[test]
    fn a_user_of_a_directory_has_no_full_name() {
        let root = host(&[("etc/passwd", "annabel:x:1:1:Annabel:/:/bin/sh\nanna:x:2:2::/:/bin/sh\n")]);
        assert_eq!(below(root.path(), "otto", None).full_name, None);
        assert_eq!(below(root.path(), "anna", None).full_name, None);
    }
}
