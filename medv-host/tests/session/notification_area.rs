//! The icon and its menu as they are on the bus. The test is the panel.

mod with_dbus_daemon {
    use std::collections::HashMap;
    use std::fs;
    use std::sync::mpsc::{Receiver, Sender, channel};

    use medv_codec::Error;
    use medv_host::control::{Reply, Request, Status};
    use medv_host::event::EventId;
    use medv_host::fts::Stage;
    use zbus::blocking::{Connection, Proxy};
    use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure};

    use crate::icon::{Icon, at, running};
    use crate::private_session::{PrivateSession, eventually};

    /// Where icons are registered.
    struct Watcher(Sender<String>);

    #[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
    impl Watcher {
        fn register_status_notifier_item(&self, service: String) {
            self.0.send(service).unwrap();
        }
    }

    /// A panel that hears of icons.
    fn panel(session: &PrivateSession) -> (Connection, Receiver<String>) {
        let (registered, icons) = channel();
        let panel = session.connecting().serve_at("/StatusNotifierWatcher", Watcher(registered)).unwrap();
        let panel = panel.name("org.kde.StatusNotifierWatcher").unwrap().build().unwrap();
        (panel, icons)
    }

    fn item<'a>(panel: &'a Connection, name: &str) -> Proxy<'a> {
        Proxy::new(panel, name.to_owned(), "/StatusNotifierItem", "org.kde.StatusNotifierItem").unwrap()
    }

    fn tool_tip(item: &Proxy<'_>) -> String {
        type Pixmaps = Vec<(i32, i32, Vec<u8>)>;
        type ToolTip = (String, Pixmaps, String, String);
        let shown: Structure<'_> = item.get_property("ToolTip").unwrap();
        let (_, _, title, _): ToolTip = shown.try_into().unwrap();
        title
    }

    /// Numbers, labels, and whether there is a mark.
    fn layout(menu: &Proxy<'_>) -> Vec<(i32, String, Option<i32>)> {
        type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        let everything: Vec<String> = Vec::new();
        let (_, (_, _, entries)): (u32, Node) = menu.call("GetLayout", &(0_i32, -1_i32, everything)).unwrap();
        let entry = |entry: OwnedValue| {
            let (number, mut has, _): Node = Structure::try_from(entry).unwrap().try_into().unwrap();
            let mark = has.remove("toggle-state").map(|mark| mark.try_into().unwrap());
            (number, String::try_from(has.remove("label").unwrap()).unwrap(), mark)
        };
        entries.into_iter().map(entry).collect()
    }

    fn click(menu: &Proxy<'_>, label: &str) {
        let (number, ..) = layout(menu).into_iter().find(|(_, has, _)| has == label).expect(label);
        let _: () = menu.call("Event", &(number, "clicked", OwnedValue::from(0), 0_u32)).unwrap();
    }

    /// The menu that the icon names.
    fn menu<'a>(panel: &'a Connection, name: &str) -> Proxy<'a> {
        let path: OwnedObjectPath = item(panel, name).get_property("Menu").unwrap();
        Proxy::new(panel, name.to_owned(), path, "com.canonical.dbusmenu").unwrap()
    }

    #[test]
    fn each_panel_is_told_of_the_icon_and_it_goes_with_the_workspace() {
        let session = PrivateSession::new();
        let (first, icons) = panel(&session);
        let icon = Icon::new(&session);
        icon.is(running());
        let name = icons.recv().unwrap();
        assert_eq!(tool_tip(&item(&first, &name)), "Office: running, 2 applications");
        first.close().unwrap();

        let (second, icons) = panel(&session);
        assert_eq!(icons.recv().unwrap(), name);
        icon.is(Status::default());
        let has_gone = || item(&second, &name).get_property::<String>("Title").is_err();
        eventually(has_gone);
        icon.is(running());
        assert_eq!(icons.recv().unwrap(), name);
    }

    #[test]
    fn the_menu_follows_the_agent_and_what_is_clicked_is_done() {
        let session = PrivateSession::new();
        let (panel, icons) = panel(&session);
        let icon = Icon::new(&session);
        icon.is(at(Stage::Postponed));
        let menu = menu(&panel, &icons.recv().unwrap());
        click(&menu, "Set up now");
        let (request, caller) = icon.hear();
        assert_eq!(request, Request::Answer { yes: true });
        caller.answer(Reply::Done);

        let mut changes = menu.receive_signal("LayoutUpdated").unwrap();
        icon.is(running());
        changes.next().unwrap();
        for (label, expected) in [
            ("Stop", Request::Stop { how: None }),
            ("Show the screen", Request::Show),
            ("Exit", Request::End),
        ] {
            click(&menu, label);
            let (request, caller) = icon.hear();
            assert_eq!(request, expected);
            caller.answer(Reply::Done);
        }
    }

    #[test]
    fn start_with_the_session_is_the_users_own_setting() {
        let session = PrivateSession::new();
        let (panel, icons) = panel(&session);
        let icon = Icon::new(&session);
        icon.is(running());
        let menu = menu(&panel, &icons.recv().unwrap());
        let mark =
            || layout(&menu).into_iter().find(|(_, label, _)| label == "Start with the session").unwrap().2;
        assert_eq!(mark(), Some(1));
        click(&menu, "Start with the session");
        assert_eq!(icon.hear().0, Request::Refresh);
        assert!(menu.call::<_, _, bool>("AboutToShow", &0_i32).unwrap());
        assert_eq!(mark(), Some(0));

        // What the administrator sets counts from the next look at the menu.
        fs::create_dir_all(session.path().join("etc/medv")).unwrap();
        let policy = session.path().join("etc/medv/policy.toml");
        fs::write(policy, "[UserExperience]\nLogonStartEnabled = true\nShowExit = false\n").unwrap();
        assert!(menu.call::<_, _, bool>("AboutToShow", &0_i32).unwrap());
        assert_eq!(mark(), Some(1));
        assert!(!layout(&menu).iter().any(|(_, label, _)| label == "Exit"));
        click(&menu, "Start with the session");
        click(&menu, "Stop");
        assert_eq!(icon.hear().0, Request::Stop { how: None });
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_and_that_is_noted_once() {
        let session = PrivateSession::new();
        let (panel, icons) = panel(&session);
        let icon = Icon::new(&session);
        let long = Status { workspace: Some("x".repeat(200)), ..running() };
        icon.is(long.clone());
        let item_name = icons.recv().unwrap();
        let item = item(&panel, &item_name);
        assert_eq!(tool_tip(&item), format!("{}…", "x".repeat(126)));
        let mut changes = item.receive_signal("NewToolTip").unwrap();
        icon.is(Status { published: 3, ..long });
        icon.is(running());
        changes.next().unwrap();
        let cut = icon.noted.events();
        let cut = cut.iter().filter(|event| event.id == Some(EventId::StatusTruncated));
        assert_eq!(cut.count(), 1);
    }

    #[test]
    fn what_cannot_be_done_is_noted() {
        let session = PrivateSession::new();
        let (panel, icons) = panel(&session);
        let icon = Icon::new(&session);
        icon.is(running());
        let menu = menu(&panel, &icons.recv().unwrap());
        click(&menu, "Show the screen");
        icon.hear().1.answer(Error::usage("no program shows screens"));
        eventually(|| {
            icon.noted.events().iter().any(|event| event.text.contains("no program shows screens"))
        });
    }

    #[test]
    fn a_session_without_a_bus_has_no_icon_and_the_agent_goes_on() {
        let nowhere = medv_host::session_bus::SessionBus::at("unix:path=/nowhere/bus");
        let session = PrivateSession::new();
        let icon = Icon::on(&session, nowhere);
        icon.is(running());
        icon.is(at(Stage::Commands));
        eventually(|| !icon.noted.events().is_empty());
        assert_eq!(icon.noted.events().len(), 1);
    }
}
