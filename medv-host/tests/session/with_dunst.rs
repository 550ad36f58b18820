//! Notices and questions, as the notification service dunst shows them.

use std::collections::HashMap;

use medv_host::desktop::{Answer, Desktop, Freedesktop, Notice, Question, Urgency};
use medv_host::event::EventId;
use zbus::blocking::Connection;
use zbus::zvariant::OwnedValue;

use crate::private_session::{Noted, PrivateSession, answer, eventually};

/// A session with dunst on its screen.
struct Scene {
    session: PrivateSession,
    dunst: Connection,
}

impl Scene {
    fn new() -> Self {
        let mut session = PrivateSession::with_a_screen();
        // It lets the user choose a button by this program, which takes the one that was asked for.
        let menu = session.script("menu", &format!("grep -F -f '{}/choice'", session.path().display()));
        let config = session.path().join("dunstrc");
        std::fs::write(&config, format!("[global]\ndmenu = {}\nstack_duplicates = false\n", menu.display()))
            .unwrap();
        let mut dunst = session.command("dunst");
        dunst.arg("-conf").arg(config);
        session.serve(&mut dunst, "org.freedesktop.Notifications");
        let dunst = session.connection();
        Self { session, dunst }
    }

    fn desktop(&self) -> (Freedesktop, std::sync::Arc<Noted>) {
        let noted = Noted::new();
        (Freedesktop::new(self.session.bus(), None, noted.clone()), noted)
    }

    fn tells(&self, method: &str) -> zbus::Message {
        let path = "/org/freedesktop/Notifications";
        let name = Some("org.freedesktop.Notifications");
        self.dunst.call_method(name, path, Some("org.dunstproject.cmd0"), method, &()).unwrap()
    }

    fn shown(&self) -> u32 {
        let path = "/org/freedesktop/Notifications";
        let name = Some("org.freedesktop.Notifications");
        let property = ("org.dunstproject.cmd0", "displayedLength");
        let answer = self
            .dunst
            .call_method(name, path, Some("org.freedesktop.DBus.Properties"), "Get", &property)
            .unwrap();
        let value: OwnedValue = answer.body().deserialize().unwrap();
        value.try_into().unwrap()
    }

    fn waits_until_shown(&self, count: u32) {
        eventually(|| self.shown() == count);
    }

    /// The user presses a button.
    fn press(&self, label: &str) {
        std::fs::write(self.session.path().join("choice"), label).unwrap();
        self.tells("ContextMenuCall");
    }

    /// The user closes what is shown.
    fn close(&self) {
        self.tells("NotificationCloseAll");
    }

    /// What was shown and is closed, the latest first: title, and text.
    fn closed(&self) -> Vec<(String, String)> {
        let entries: Vec<HashMap<String, OwnedValue>> =
            self.tells("NotificationListHistory").body().deserialize().unwrap();
        let text = |entry: &HashMap<String, OwnedValue>, field: &str| {
            String::try_from(entry[field].try_clone().unwrap()).unwrap()
        };
        entries.iter().map(|entry| (text(entry, "summary"), text(entry, "body"))).collect()
    }
}

fn start(link: Option<&str>) -> Question {
    Question::Start { message: "Set up <Office> & more?".into(), link: link.map(str::to_owned) }
}

#[test]
fn a_notice_is_shown_with_its_title_and_text() {
    let scene = Scene::new();
    let (desktop, noted) = scene.desktop();
    let text = "Notes <2> & more are in the menu.";
    desktop.tell(&Notice { title: "Ready".into(), text: text.into(), urgency: Urgency::Critical }).unwrap();
    scene.waits_until_shown(1);
    scene.close();
    eventually(|| !scene.closed().is_empty());
    assert_eq!(scene.closed(), [("Ready".into(), text.into())]);
    assert!(noted.events().is_empty());
}

#[test]
fn a_text_that_is_too_long_is_cut_and_that_is_noted() {
    let scene = Scene::new();
    let (desktop, noted) = scene.desktop();
    let text = "x".repeat(1001);
    desktop.tell(&Notice { title: "Ready".into(), text, urgency: Urgency::Normal }).unwrap();
    scene.waits_until_shown(1);
    scene.close();
    eventually(|| !scene.closed().is_empty());
    assert_eq!(scene.closed()[0].1, format!("{}…", "x".repeat(999)));
    assert_eq!(noted.events()[0].id, Some(EventId::StatusTruncated));
}

#[test]
fn each_button_is_an_answer() {
    let scene = Scene::new();
    let (desktop, _) = scene.desktop();
    let retry = Question::Retry { message: "No room.".into(), link: None };
    let restart = Question::Restart { reason: "Updates are installed.".into() };
    for (question, button, expected) in [
        (start(None), "Start now", Answer::Yes),
        (start(None), "Later", Answer::Later),
        (retry, "Try again now", Answer::Yes),
        (restart, "Restart now", Answer::Yes),
    ] {
        let (answer, answered) = answer();
        desktop.ask(&question, answer).unwrap();
        scene.waits_until_shown(1);
        scene.press(button);
        assert_eq!(answered.recv(), Ok(expected), "{question:?}");
        scene.close();
        scene.waits_until_shown(0);
    }
}

#[test]
fn a_question_that_is_closed_is_put_off() {
    let scene = Scene::new();
    let (desktop, _) = scene.desktop();
    let (answer, answered) = answer();
    desktop.ask(&start(None), answer).unwrap();
    scene.waits_until_shown(1);
    scene.close();
    assert_eq!(answered.recv(), Ok(Answer::Later));
}

#[test]
fn a_question_that_is_withdrawn_goes_and_has_no_answer() {
    let scene = Scene::new();
    let (desktop, _) = scene.desktop();
    let (answer, answered) = answer();
    desktop.ask(&start(None), answer).unwrap();
    scene.waits_until_shown(1);
    desktop.withdraw();
    scene.waits_until_shown(0);
    answered.recv().unwrap_err();
}

#[test]
fn the_next_question_withdraws_the_one_before() {
    let scene = Scene::new();
    let (desktop, _) = scene.desktop();
    let (first, first_answered) = answer();
    desktop.ask(&start(None), first).unwrap();
    scene.waits_until_shown(1);
    let (second, second_answered) = answer();
    desktop.ask(&Question::Restart { reason: "Updates are installed.".into() }, second).unwrap();
    first_answered.recv().unwrap_err();
    eventually(|| scene.closed().len() == 1);
    scene.press("Restart now");
    assert_eq!(second_answered.recv(), Ok(Answer::Yes));
}

#[test]
fn after_the_page_with_help_the_question_still_stands() {
    let scene = Scene::new();
    let (desktop, _) = scene.desktop();
    let (answer, answered) = answer();
    // Nothing on this machine opens such an address.
    desktop.ask(&start(Some("medv-test:help")), answer).unwrap();
    scene.waits_until_shown(1);
    scene.press("Help");
    eventually(|| scene.closed().len() == 1);
    scene.waits_until_shown(1);
    scene.press("Start now");
    assert_eq!(answered.recv(), Ok(Answer::Yes));
}

#[test]
fn without_a_pinentry_a_notice_says_which_command_asks_for_the_password() {
    let scene = Scene::new();
    let (desktop, _) = scene.desktop();
    let (answer, answered) = answer();
    desktop.ask(&Question::Password { user: "ann".into(), may_keep: true, again: false }, answer).unwrap();
    scene.waits_until_shown(1);
    desktop.withdraw();
    scene.waits_until_shown(0);
    assert!(scene.closed()[0].1.contains("medv-host password"));
    answered.recv().unwrap_err();
}

#[test]
fn what_a_click_cannot_open_is_told_on_the_desktop() {
    let scene = Scene::new();
    let mut click = scene.session.command(env!("CARGO_BIN_EXE_medv-host"));
    click.arg("--root").arg(scene.session.path()).args(["app", "Office", "writer.desktop"]);
    assert_eq!(click.status().unwrap().code(), Some(2));
    scene.waits_until_shown(1);
    scene.close();
    eventually(|| !scene.closed().is_empty());
    let (title, text) = scene.closed().remove(0);
    assert_eq!(title, "Not opened");
    assert!(text.starts_with("no workspace is installed\ninstall one: "), "{text}");
}
