//! A session with a bus and nothing on it; a session with no bus at all; the end of a session.

use std::fs;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel, sync_channel};

use medv_host::desktop::{Answer, Desktop, Freedesktop, Notice, Question, Urgency};
use medv_host::logind;
use medv_host::session_bus::SessionBus;
use medv_host::vault::{SecretService, Vault};
use medv_protocol::Secret;
use zbus::blocking::{Connection, MessageIterator};
use zbus::names::MemberName;
use zbus::zvariant::{ObjectPath, Value};

use crate::private_session::{Noted, PrivateSession, answer};

const SERVICE: &str = "org.freedesktop.Notifications";
const NO_VAULT: &str = "no Secret Service answers on the session's D-Bus; the password is not kept";

#[test]
fn a_vault_that_is_not_there_keeps_nothing_and_says_so() {
    let session = PrivateSession::new();
    for bus in [session.bus(), SessionBus::at("unix:path=/nowhere/bus")] {
        let vault = SecretService::new(bus, "Office", "ann");
        let secret = Secret::new("secret".into());
        let errors =
            [vault.get().unwrap_err(), vault.keep(&secret).unwrap_err(), vault.forget().unwrap_err()];
        for error in errors {
            assert_eq!(error.to_string(), NO_VAULT);
            assert!(error.advised().unwrap().contains("keyring"));
        }
    }
}

#[test]
fn where_there_is_nobody_to_tell_or_ask_the_caller_hears_of_it() {
    let session = PrivateSession::new();
    let desktop = Freedesktop::new(session.bus(), None, Noted::new());
    let notice = Notice { title: "Ready".into(), text: "All is ready.".into(), urgency: Urgency::Normal };
    let missing = "no notification service answers on the session's D-Bus";
    assert_eq!(desktop.tell(&notice).unwrap_err().to_string(), missing);
    for question in [
        Question::Start { message: "Now?".into(), link: None },
        Question::Password { user: "ann".into(), may_keep: false, again: false },
    ] {
        let (answer, answered) = answer();
        assert_eq!(desktop.ask(&question, answer).unwrap_err().to_string(), missing);
        answered.recv().unwrap_err();
    }
}

#[test]
fn the_end_of_the_users_own_session_is_heard_from_logind() {
    let session = PrivateSession::new();
    let logind = session.connecting().name("org.freedesktop.login1").unwrap().build().unwrap();
    let (end, ended) = channel();
    let nowhere = Path::new("/nowhere");
    logind::watch(&session.connection(), nowhere, "2".to_owned(), move || end.send(()).unwrap()).unwrap();
    let removed = |from: &zbus::blocking::Connection, id: &str| {
        let path = ObjectPath::try_from(format!("/org/freedesktop/login1/session/_3{id}")).unwrap();
        let manager = ("/org/freedesktop/login1", "org.freedesktop.login1.Manager");
        from.emit_signal(None::<&str>, manager.0, manager.1, "SessionRemoved", &(id, path)).unwrap();
    };
    // Somebody else's session ends, and somebody else says that the user's does.
    removed(&logind, "1");
    removed(&session.connection(), "2");
    logind
        .call_method(Some("org.freedesktop.DBus"), "/", Some("org.freedesktop.DBus"), "GetId", &())
        .unwrap();
    ended.try_recv().unwrap_err();
    removed(&logind, "2");
    ended.recv().unwrap();
}

/// A logind that says of its one session that it is what the receiver says, one after the other.
fn logind_with_states(session: &PrivateSession, states: Receiver<&'static str>) -> Connection {
    let service = session.connecting().name("org.freedesktop.login1").unwrap().build().unwrap();
    let calls = MessageIterator::from(&service);
    let answering = service.clone();
    std::thread::spawn(move || {
        for call in calls.filter_map(Result::ok) {
            let header = call.header();
            match header.member().map(MemberName::as_str) {
                Some("GetSession") => {
                    let path = ObjectPath::try_from("/org/freedesktop/login1/session/_32").unwrap();
                    answering.reply(&header, &path).unwrap();
                }
                Some("Get") => answering.reply(&header, &Value::from(states.recv().unwrap())).unwrap(),
                _ => {}
            }
        }
    });
    service
}

#[test]
fn a_session_that_closes_and_waits_for_us_is_over() {
    let session = PrivateSession::new();
    // Nothing changes until the last state was asked for.
    let (state, states) = sync_channel(0);
    let _logind = logind_with_states(&session, states);
    let sessions = tempfile::tempdir().unwrap();
    let (end, ended) = channel();
    let ends = move || end.send(()).unwrap();
    logind::watch(&session.connection(), sessions.path(), "2".to_owned(), ends).unwrap();
    fs::write(sessions.path().join("2"), "").unwrap();
    state.send("active").unwrap();
    fs::write(sessions.path().join("2"), "").unwrap();
    state.send("closing").unwrap();
    ended.recv().unwrap();
}

/// A notification service with buttons, which shows nothing for long.
fn hasty_service(session: &PrivateSession) -> Connection {
    let service = session.connecting().name(SERVICE).unwrap().build().unwrap();
    let calls = MessageIterator::from(&service);
    let answering = service.clone();
    std::thread::spawn(move || {
        for call in calls.filter_map(Result::ok) {
            let header = call.header();
            let member = header.member().map(MemberName::as_str);
            match member {
                Some("GetCapabilities") => answering.reply(&header, &vec!["actions"]).unwrap(),
                Some("Notify") => answering.reply(&header, &7_u32).unwrap(),
                _ => {}
            }
        }
    });
    service
}

#[test]
fn a_question_that_the_service_shows_no_longer_still_stands() {
    let session = PrivateSession::new();
    let hasty = hasty_service(&session);
    let desktop = Freedesktop::new(session.bus(), None, Noted::new());
    let (answer, answered) = answer();
    desktop.ask(&Question::Restart { reason: "Updates.".into() }, answer).unwrap();
    let path = "/org/freedesktop/Notifications";
    hasty.emit_signal(None::<&str>, path, SERVICE, "NotificationClosed", &(7_u32, 1_u32)).unwrap();
    hasty.emit_signal(None::<&str>, path, SERVICE, "ActionInvoked", &(7_u32, "yes")).unwrap();
    assert_eq!(answered.recv(), Ok(Answer::Yes));
}
