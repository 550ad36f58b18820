//! Passwords typed into a real pinentry, by a program that moves the keyboard of a screen that nobody sees.

use medv_host::desktop::{Answer, Desktop, Freedesktop, Question};
use medv_host::event::Level;

use crate::private_session::{Noted, PrivateSession, answer, eventually};

fn question(may_keep: bool) -> Question {
    Question::Password { user: "ann".into(), may_keep, again: false }
}

fn desktop(session: &PrivateSession) -> Freedesktop {
    let pinentry = session.script("pinentry", "exec pinentry-gtk-2 --no-global-grab \"$@\"");
    Freedesktop::new(session.bus(), Some(pinentry), Noted::new())
}

/// The window that is shown now, once there is one that is not `before`.
fn window(session: &PrivateSession, before: &str) -> String {
    let mut window = String::new();
    eventually(|| {
        let search = ["search", "--onlyvisible", "--class", "pinentry"];
        let found = session.command("xdotool").args(search).output().expect("xdotool starts").stdout;
        let found = String::from_utf8(found).expect("text");
        found.lines().last().unwrap_or_default().clone_into(&mut window);
        !window.is_empty() && window != before
    });
    window
}

/// Presses keys of the window, one after the other.
fn keys(session: &PrivateSession, window: &str, keys: &[&str]) {
    let focus = session.command("xdotool").args(["windowfocus", "--sync", window]).status();
    assert!(focus.expect("xdotool starts").success());
    let press = session.command("xdotool").args(["key", "--clearmodifiers"]).args(keys).status();
    assert!(press.expect("xdotool starts").success());
}

fn password(answer: Answer) -> (String, bool) {
    match answer {
        Answer::Password { password, keep } => (password.reveal().to_owned(), keep),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_password_that_may_not_be_kept_is_all_that_is_asked_for() {
    let session = PrivateSession::with_a_screen();
    let desktop = desktop(&session);
    let (answer, answered) = answer();
    desktop.ask(&question(false), answer).unwrap();
    keys(&session, &window(&session, ""), &["p", "percent", "q", "Return"]);
    assert_eq!(password(answered.recv().unwrap()), ("p%q".into(), false));
}

#[test]
fn whether_to_keep_it_is_asked_after_the_password() {
    let session = PrivateSession::with_a_screen();
    let desktop = desktop(&session);
    // Not to keep it is what Return means; the other button is beside it.
    for (answering, keep) in [(&["Tab", "Return"][..], true), (&["Return"], false), (&["Escape"], false)] {
        let (answer, answered) = answer();
        desktop.ask(&question(true), answer).unwrap();
        let first = window(&session, "");
        keys(&session, &first, &["a", "Return"]);
        keys(&session, &window(&session, &first), answering);
        assert_eq!(password(answered.recv().unwrap()), ("a".into(), keep));
    }
}

#[test]
fn cancelling_puts_it_off() {
    let session = PrivateSession::with_a_screen();
    let desktop = desktop(&session);
    let (answer, answered) = answer();
    desktop.ask(&question(true), answer).unwrap();
    keys(&session, &window(&session, ""), &["Escape"]);
    assert_eq!(answered.recv(), Ok(Answer::Later));
}

#[test]
fn a_question_that_is_withdrawn_ends_the_pinentry() {
    let session = PrivateSession::with_a_screen();
    let desktop = desktop(&session);
    let (answer, answered) = answer();
    desktop.ask(&question(true), answer).unwrap();
    window(&session, "");
    desktop.withdraw();
    answered.recv().unwrap_err();
}

#[test]
fn a_pinentry_without_a_screen_is_noted() {
    let session = PrivateSession::new();
    let noted = Noted::new();
    let pinentry = session.script("pinentry", "exec pinentry-gtk-2 \"$@\" < /dev/stdin");
    let desktop = Freedesktop::new(session.bus(), Some(pinentry), noted.clone());
    let (answer, _answered) = answer();
    desktop.ask(&question(true), answer).unwrap();
    eventually(|| noted.events().iter().any(|event| event.level == Level::Warning));
}
