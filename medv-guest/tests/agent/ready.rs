//! A guest that is set up: applications, the user, other versions of the agent.

use std::fs;

use crate::guest::{Guest, Host, PASSWORD, USER};
use medv_protocol::{App, AppId, MAX_PIECE, ToGuest, ToHost, to_base64};

fn ready() -> Guest {
    let guest = Guest::new();
    guest.is_set_up();
    guest
}

fn apps(host: &mut Host) -> Vec<App> {
    let mut all = Vec::new();
    host.wait_for(|said| {
        let ToHost::Apps { apps, more } = said else { return None };
        all.extend(apps);
        (!more).then_some(())
    });
    all
}

#[test]
fn a_hundred_applications_are_told_with_their_icons_after_each_connection() {
    let mut guest = ready();
    for number in 0..100 {
        guest.app(&format!("{number:03}.desktop"), &format!("App {number}\nIcon=picture"), "/bin/true");
    }
    guest.app("faulty.desktop", "Faulty", "\"");
    guest.app("deep/er.desktop", "Deeper", "/bin/true");
    guest.write(
        "usr/share/applications/hidden.desktop",
        "[Desktop Entry]\nType=Application\nNoDisplay=true\nName=H\nExec=h\n",
    );
    // There is no terminal for it.
    guest.app("terminal.desktop", "In a terminal\nTerminal=true", "/bin/true");
    guest.app("excluded.desktop", "Excluded", "/opt/excluded");
    guest.write("etc/medv/exclude", "# ours\n/opt/excluded\n");
    guest.write("usr/share/icons/hicolor/48x48/apps/picture.png", &"p".repeat(20000));
    let (mut host, _) = guest.start_greeted();
    let told = apps(&mut host);
    assert_eq!(told.len(), 101);
    assert!(told.iter().all(|app| app.check().is_ok()));
    assert_eq!(told.iter().filter(|app| app.icon.is_some()).count(), 100);
    assert_eq!(told.last().map(|app| app.id.0.as_str()), Some("deep/er.desktop"));
    drop(host);
    let mut host = guest.host();
    host.greet();
    assert_eq!(apps(&mut host), told);
}

#[test]
fn an_application_that_comes_or_goes_is_told_at_once() {
    let mut guest = ready();
    guest.app("old.desktop", "Old", "/bin/true");
    let (mut host, _) = guest.start_greeted();
    assert_eq!(apps(&mut host).len(), 1);
    guest.app("new.desktop", "New", "/bin/true");
    let added = |said| if let ToHost::AppAdded { app } = said { Some(app.name) } else { None };
    assert_eq!(host.wait_for(added), "New");
    fs::remove_file(guest.path("usr/share/applications/old.desktop")).unwrap();
    let removed = |said| if let ToHost::AppRemoved { id } = said { Some(id.0) } else { None };
    assert_eq!(host.wait_for(removed), "old.desktop");
    guest.app("new.desktop", "Newer", "/bin/true");
    assert_eq!(host.wait_for(added), "Newer");
    guest.write(
        "usr/local/share/applications/local.desktop",
        "[Desktop Entry]\nType=Application\nName=Local\nExec=x\n",
    );
    assert_eq!(host.wait_for(added), "Local");
}

#[test]
fn only_the_right_password_logs_on() {
    let mut guest = ready();
    let (mut host, _) = guest.start_greeted();
    assert_eq!(host.log_on(1, PASSWORD), None);
    let user = host.wait_for(|said| if let ToHost::LoggedOn { user } = said { Some(user) } else { None });
    assert_eq!(user, USER);
    let refused = [(2, USER, "wrong"), (3, "root", "locked"), (4, "bob", "no user bob")];
    for (request, user, expected) in refused {
        let nobody = medv_protocol::Secret::new(String::new());
        host.say(&ToGuest::LogOn { request, user: user.into(), password: nobody, new_account: None });
        let (why, is_wrong) = host.wait_for(|said| match said {
            ToHost::Done { error: Some(why), wrong_password, .. } => Some((why, wrong_password)),
            _ => None,
        });
        assert!(why.contains(expected) && is_wrong == (expected == "wrong"), "{why}");
    }
    assert!(!guest.read("var/log/medv/medv-guest.log").contains(PASSWORD));
}

#[test]
fn who_shares_the_machine_gets_an_account_with_his_first_password() {
    let mut guest = ready();
    let (mut host, _) = guest.start_greeted();
    assert_eq!(host.log_on_anybody(1, "bob", "bob's own"), None);
    let user = host.wait_for(|said| if let ToHost::LoggedOn { user } = said { Some(user) } else { None });
    assert_eq!(user, "bob");
    assert!(guest.read("etc/passwd").lines().any(|line| line.starts_with("bob:")));
    for group in ["remotedesktop", "sudo"] {
        let groups = guest.read("etc/group");
        let line = groups.lines().find(|line| line.starts_with(&format!("{group}:"))).unwrap();
        assert!(line.ends_with(":bob"), "{line}");
    }
    // From then on it is an account like any other.
    assert!(host.log_on_anybody(2, "bob", "another").is_some_and(|why| why.contains("wrong")));
    assert_eq!(host.log_on_anybody(3, "bob", "bob's own"), None);
    assert!(guest.path("home/bob").is_dir());
    for (path, words) in [("etc/shadow", "bob's own"), ("var/log/medv/medv-guest.log", "bob's own")] {
        assert!(!guest.read(path).contains(words), "{path}");
    }
}

#[test]
fn an_account_that_is_there_is_not_changed_for_who_shares_the_machine() {
    let mut guest = ready();
    let accounts = |guest: &Guest| ["etc/passwd", "etc/shadow", "etc/group"].map(|path| guest.read(path));
    let before = accounts(&guest);
    let (mut host, _) = guest.start_greeted();
    assert!(host.log_on_anybody(1, USER, "wrong").is_some_and(|why| why.contains("wrong")));
    assert_eq!(host.log_on_anybody(2, USER, PASSWORD), None);
    assert!(host.log_on_anybody(3, "root", "").is_some_and(|why| why.contains("locked")));
    assert!(host.log_on_anybody(4, "CONTOSO\\bob", "x").is_some_and(|why| why.contains("no user")));
    assert!(host.log_on_anybody(5, "../bob", "x").is_some_and(|why| why.contains("name of a user")));
    assert_eq!(accounts(&guest), before);
}

#[test]
fn an_account_that_a_killed_agent_had_begun_is_finished() {
    let mut guest = ready();
    // As when the power fails between the account and its password.
    guest.write("var/lib/medv-guest/new-account", "bob");
    let with = |path: &str, line: &str| guest.write(path, &(guest.read(path) + line));
    with("etc/passwd", "bob:x:1002:1002::/home/bob:/bin/sh\n");
    with("etc/shadow", "bob:!:1:0:9:7:::\n");
    let (mut host, _) = guest.start_greeted();
    assert_eq!(host.log_on_anybody(1, "bob", "bob's own"), None);
    assert_eq!(host.log_on_anybody(2, "bob", "bob's own"), None);
    assert!(!guest.path("var/lib/medv-guest/new-account").exists());
}

#[test]
fn an_application_runs_as_the_user_and_its_end_is_told() {
    let mut guest = ready();
    let proof = guest.path("proof");
    guest.script("opt/app", &format!("echo $USER $HOME $1 >{0}.part; mv {0}.part {0}", proof.display()));
    guest.app("app.desktop", "App", &format!("{} %U 100%%", guest.path("opt/app").display()));
    let (mut host, _) = guest.start_greeted();
    let start = |request| ToGuest::StartApp { request, id: AppId("app.desktop".into()) };
    host.say(&start(1));
    assert!(host.answer(1).is_some_and(|why| why.contains("nobody is logged on")));
    host.log_on(2, PASSWORD);
    host.say(&start(3));
    assert_eq!(host.answer(3), None);
    host.wait_for(|said| (said == ToHost::AppEnded { request: 3 }).then_some(()));
    let home = guest.path("home/anna");
    assert_eq!(guest.read("proof"), format!("{USER} {} 100%\n", home.display()));
    host.say(&ToGuest::StartApp { request: 4, id: AppId("../app".into()) });
    assert!(host.answer(4).is_some());
}

#[test]
fn an_application_whose_program_is_missing_is_refused() {
    let mut guest = ready();
    guest.write("opt/text", "no program");
    let path = |name: &str| guest.path(name).display().to_string();
    let missing = [path("opt/missing"), path("opt/text"), "medv-missing".into()];
    for (number, program) in (1..).zip(&missing) {
        guest.app(&format!("{number}.desktop"), "Missing", program);
    }
    guest.app("there.desktop", "There", "true");
    let (mut host, _) = guest.start_greeted();
    host.log_on(10, PASSWORD);
    let start = |host: &mut Host, request, id: String| {
        host.say(&ToGuest::StartApp { request, id: AppId(id) });
        host.answer(request)
    };
    for (number, program) in (1..).zip(&missing) {
        let error = start(&mut host, number, format!("{number}.desktop"));
        assert_eq!(error, Some(format!("{program} is not installed")));
    }
    assert_eq!(start(&mut host, 9, "there.desktop".into()), None);
    let ended = |said| if let ToHost::AppEnded { request } = said { Some(request) } else { None };
    assert_eq!(host.wait_for(ended), 9, "what was not started does not end");
}

#[test]
fn an_application_runs_until_nothing_of_it_is_left() {
    let mut guest = ready();
    let [go_on, proof] = ["go-on", "proof"].map(|name| guest.path(name).display().to_string());
    guest.script(
        "opt/launcher",
        &format!("setsid sh -c 'until [ -e {go_on} ]; do sleep 0.1; done; echo done >{proof}' &\n"),
    );
    guest.app("app.desktop", "App", &guest.path("opt/launcher").display().to_string());
    let (mut host, _) = guest.start_greeted();
    host.log_on(1, PASSWORD);
    host.say(&ToGuest::StartApp { request: 2, id: AppId("app.desktop".into()) });
    assert_eq!(host.answer(2), None);
    guest.write("go-on", "");
    host.wait_for(|said| (said == ToHost::AppEnded { request: 2 }).then_some(()));
    assert_eq!(guest.read("proof"), "done\n");
}

#[test]
fn how_an_application_failed_is_in_the_log() {
    let mut guest = ready();
    guest.script("opt/failing", "exit 7\n");
    guest.app("app.desktop", "App", &guest.path("opt/failing").display().to_string());
    let (mut host, _) = guest.start_greeted();
    host.log_on(1, PASSWORD);
    host.say(&ToGuest::StartApp { request: 2, id: AppId("app.desktop".into()) });
    host.wait_for(|said| (said == ToHost::AppEnded { request: 2 }).then_some(()));
    let log = guest.read("var/log/medv/medv-guest.log");
    assert!(log.contains("request 2: the program ended with exit status: 7"), "{log}");
}

#[test]
fn an_address_goes_to_the_browser_and_nothing_else_does() {
    let mut guest = ready();
    guest.script("usr/bin/xdg-open", &format!("echo \"$#\" \"$1\" >{}", guest.path("opened").display()));
    let (mut host, _) = guest.start_greeted();
    host.log_on(1, PASSWORD);
    for (request, url) in [(2, "file:///etc/passwd"), (3, "--help"), (4, "http://a b"), (5, "")] {
        host.say(&ToGuest::OpenUrl { request, url: url.into() });
        assert!(host.answer(request).is_some(), "{url}");
    }
    host.say(&ToGuest::OpenUrl { request: 6, url: "https://contoso.example/?a=$HOME;x".into() });
    assert_eq!(host.answer(6), None);
    host.wait_for(|said| (said == ToHost::AppEnded { request: 6 }).then_some(()));
    assert_eq!(guest.read("opened"), "1 https://contoso.example/?a=$HOME;x\n");
}

#[test]
fn the_agent_is_replaced_by_another_version_which_goes_on() {
    let mut guest = ready();
    let (mut host, _) = guest.start_greeted();
    let send = |host: &mut Host, request, program: &str, bytes: &[u8]| {
        let pieces: Vec<&[u8]> = bytes.chunks(MAX_PIECE).collect();
        for (at, piece) in pieces.iter().enumerate() {
            let (program, base64, last) = (program.to_owned(), to_base64(piece), at + 1 == pieces.len());
            host.say(&ToGuest::Upgrade { request, program, base64, last });
        }
        host.answer(request)
    };
    let agent = fs::read(env!("CARGO_BIN_EXE_medv-guest")).unwrap();
    let before = fs::read(guest.path("usr/local/lib/medv/medv-guest")).unwrap();
    assert!(send(&mut host, 1, "medv-guest", b"#!/bin/sh\necho something else\n").is_some());
    assert!(send(&mut host, 2, "medv-guest", &agent[..5000]).is_some());
    assert!(send(&mut host, 3, "../../bin/sh", b"#!/bin/sh\n").is_some());
    assert!(fs::read(guest.path("usr/local/lib/medv/medv-guest")).unwrap() == before);
    let script = "#!/bin/sh\necho ftscompletion 9\n";
    assert_eq!(send(&mut host, 4, "ftscompletion", script.as_bytes()), None);
    assert_eq!(guest.read("usr/local/lib/medv/ftscompletion"), script);
    assert_eq!(send(&mut host, 5, "medv-guest", &agent), None);
    host.hear_all();
    let mut host = guest.host();
    assert_eq!(host.greet().boot, 1, "a restart of the agent is no boot");
    apps(&mut host);
}

fn piece(request: u64, text: &str, last: bool) -> ToGuest {
    ToGuest::Upgrade { request, program: "ftscompletion".into(), base64: to_base64(text.as_bytes()), last }
}

#[test]
fn pieces_of_two_hosts_make_no_program() {
    let mut guest = ready();
    let (mut host, _) = guest.start_greeted();
    host.say(&piece(1, "#!/bin/sh\necho ftscompletion 1\n", false));
    // The machine was saved, and has woken up with another host, which counts from 1, too.
    host.greet();
    let script = "#!/bin/sh\necho ftscompletion 2\n";
    host.say(&piece(1, script, true));
    assert_eq!(host.answer(1), None);
    assert_eq!(guest.read("usr/local/lib/medv/ftscompletion"), script);
}

#[test]
fn a_program_of_which_a_piece_was_lost_is_not_installed() {
    let mut guest = ready();
    let (mut host, _) = guest.start_greeted();
    let before = fs::read(guest.path("usr/local/lib/medv/ftscompletion")).unwrap();
    host.say(&piece(1, "#!/bin/sh\necho ftscompletion 9\n", false));
    host.say_bytes(b"{\"type\":\"upgrade\",\"request\":1,\"pro\n");
    host.say(&piece(1, "# The end.\n", true));
    assert!(host.answer(1).is_some());
    assert!(fs::read(guest.path("usr/local/lib/medv/ftscompletion")).unwrap() == before);
}

#[test]
fn a_wanted_restart_is_told_once_a_connection_until_the_guest_has_restarted() {
    let mut guest = ready();
    let (mut host, _) = guest.start_greeted();
    apps(&mut host);
    assert!(
        guest.command("medv-guest").args(["restart-required", "a new driver"]).status().unwrap().success()
    );
    let reason = |said| if let ToHost::RestartRequired { reason } = said { Some(reason) } else { None };
    assert_eq!(host.wait_for(reason), "a new driver");
    drop(host);
    let mut host = guest.host();
    host.greet();
    assert_eq!(host.wait_for(reason), "a new driver");
    host.say(&ToGuest::Restart);
    assert!(host.hear_all().contains(&ToHost::Bye));
    assert_eq!(guest.wait(), Some(0));
    guest.boots(2);
    let (mut host, hello) = guest.start_greeted();
    assert_eq!(hello.boot, 2);
    host.say(&ToGuest::ShutDown);
    assert!(!host.hear_all().iter().any(|said| matches!(said, ToHost::RestartRequired { .. })));
}

#[test]
fn the_log_is_sent_and_keeps_to_its_level() {
    let mut guest = ready();
    let (mut host, _) = guest.start_greeted();
    host.say(&ToGuest::SendLog { request: 1 });
    let part = host.wait_for(|said| if let ToHost::Log(part) = said { Some(part) } else { None });
    assert_eq!((part.path.as_str(), part.offset, part.last), ("/var/log/medv/medv-guest.log", 0, true));
    assert_eq!(host.answer(1), None);
    host.say(&ToGuest::Adjust { now: 0, log_level: 0 });
    host.log_on(2, "wrong");
    assert!(!guest.read("var/log/medv/medv-guest.log").contains("request 2"));
}

#[test]
fn a_guest_that_is_set_up_is_not_set_up_again() {
    let mut guest = ready();
    guest.script("etc/medv/first-time-setup.d/never", &format!("touch {}", guest.path("ran").display()));
    let (mut host, _) = guest.start_greeted();
    host.run_setup();
    host.wait_for(|said| matches!(said, ToHost::SetupEnded(_)).then_some(()));
    assert!(!guest.path("ran").exists());
}
