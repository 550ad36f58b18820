//! `medv-guest install` in a guest that a folder plays, and the programs' arguments.

use crate::guest::{Guest, USER};

const ANSWERS: &str = r#"{"version":1,"computer_name":"MEDV7",
    "user":{"name":"anna","password_hash":"$6$salt$hash","groups":["audio","nosuchgroup"]},
    "time_zone":{"iana":"Europe/Berlin","windows":"W. Europe Standard Time"},
    "region":{"locale":"de_DE.UTF-8","keyboard":"de"}}"#;

#[test]
fn answers_are_applied_to_a_guest_of_nothing_but_busybox_and_again_without_harm() {
    let guest = Guest::bare();
    guest.write("etc/group", "audio:x:29:\n");
    guest.write("usr/share/zoneinfo/Europe/Berlin", "TZif2");
    guest.write("etc/inittab", "::sysinit:/etc/init.d/rcS\n");
    let files = ["hostname", "passwd", "group", "shadow", "timezone", "locale.conf", "inittab", "hosts"];
    assert!(guest.install(Some(ANSWERS)));
    let once = files.map(|file| guest.read(&format!("etc/{file}")));
    assert!(guest.install(Some(ANSWERS)));
    assert_eq!(files.map(|file| guest.read(&format!("etc/{file}"))), once);
    let [hostname, passwd, group, shadow, timezone, locale, inittab, _] = once;
    assert_eq!(
        (hostname.as_str(), timezone.as_str(), locale.as_str()),
        ("MEDV7\n", "Europe/Berlin\n", "LANG=de_DE.UTF-8\n")
    );
    assert_eq!(passwd, format!("{USER}:x:1000:1000::/home/{USER}:/bin/sh\n"));
    assert!(shadow.starts_with(&format!("{USER}:$6$salt$hash:")));
    assert!(group.contains(&format!("audio:x:29:{USER}\n")));
    assert!(inittab.ends_with("::respawn:/usr/local/lib/medv/medv-guest run\n"));
    let link = std::fs::read_link(guest.path("etc/localtime")).unwrap();
    assert_eq!(link.to_str(), Some("/usr/share/zoneinfo/Europe/Berlin"));
}

#[test]
fn systemd_begins_the_agent_where_it_is() {
    let guest = Guest::bare();
    guest.write("usr/lib/systemd/systemd", "");
    assert!(guest.install(None));
    assert!(guest.read("etc/systemd/system/medv-guest.service").contains("medv-guest run"));
    let link =
        std::fs::read_link(guest.path("etc/systemd/system/multi-user.target.wants/medv-guest.service"))
            .unwrap();
    assert_eq!(link.to_str(), Some("/etc/systemd/system/medv-guest.service"));
}

#[test]
fn a_bad_answer_fails_and_stops_nothing_else() {
    let guest = Guest::bare();
    assert!(!guest.install(Some(r#"{"version":1,"computer_name":"a b","region":{"locale":"C.UTF-8"}}"#)));
    assert_eq!(guest.read("etc/locale.conf"), "LANG=C.UTF-8\n");
    assert!(guest.path("etc/medv/start").exists());
    assert!(!guest.install(Some(r#"{"version":2}"#)));
}

#[test]
fn a_user_who_gets_no_account_gets_no_line_in_any_file() {
    let guest = Guest::bare();
    let files = [("group", "audio:x:29:\n"), ("shadow", "root:*:1:0:9:7:::\n")];
    for (file, lines) in files {
        guest.write(&format!("etc/{file}"), lines);
    }
    let user = r#"{"name":"a:b\neve","password_hash":"$6$salt$hash","groups":["audio"]}"#;
    assert!(!guest.install(Some(&format!(r#"{{"version":1,"user":{user}}}"#))));
    for (file, lines) in files {
        assert_eq!(guest.read(&format!("etc/{file}")), lines);
    }
}

#[test]
fn wrong_arguments_exit_with_2() {
    let guest = Guest::bare();
    let code =
        |name: &str, arguments: &[&str]| guest.command(name).args(arguments).output().unwrap().status.code();
    for arguments in
        [&["fly"][..], &["run", "fast"], &["--nose"], &["install", "--from"], &["restart-required"], &[]]
    {
        assert_eq!(code("medv-guest", arguments), Some(2), "{arguments:?}");
    }
    assert_eq!(code("ftscompletion", &["now"]), Some(2));
    assert_eq!(code("ftscompletion", &["--version"]), Some(0));
    assert_eq!(code("medv-guest", &["--help"]), Some(0));
}
