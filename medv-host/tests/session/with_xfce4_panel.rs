//! The icon and its menu, as the panel of Xfce shows them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::{env, fs};

use medv_host::agent::Message;
use medv_host::control::{Caller, FtsDetail, MachineDetail, Reply, Request, Status};
use medv_host::desktop::Freedesktop;
use medv_host::fts::Stage;
use medv_host::life::Power;
use medv_host::tray::{StatusNotifier, Tray};

use crate::private_session::{Noted, PrivateSession, eventually};

/// A panel at the lower edge of the screen with nothing but the notification area.
const PANEL: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=8;x=400;y=585"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="30"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>"#;

/// Where Debian has the service that keeps the panel's settings.
const XFCONFD: &str = "/usr/lib/x86_64-linux-gnu/xfce4/xfconf/xfconfd";

/// The middle of the first icon of the panel.
const ICON: [&str; 2] = ["16", "585"];

/// A session with a panel; the agent is played by the test.
struct Scene {
    session: PrivateSession,
    _root: tempfile::TempDir,
    noted: Arc<Noted>,
    heard: Receiver<Message>,
    watcher: Option<Caller>,
    tray: Option<JoinHandle<()>>,
}

impl Scene {
    /// Without a panel yet.
    fn new() -> Self {
        let session = PrivateSession::with_a_screen();
        let (agent, heard): (Sender<Message>, _) = channel();
        let (root, noted) = (tempfile::tempdir().unwrap(), Noted::new());
        let desktop = Box::new(Freedesktop::new(session.bus(), None, noted.clone()));
        let tray = Tray::new(agent, root.path().into(), desktop, noted.clone());
        let area = StatusNotifier::new(session.bus(), tray.clone());
        let tray = Some(thread::spawn(move || tray.keep(area)));
        let mut scene = Self { session, _root: root, noted, heard, watcher: None, tray };
        let (request, watcher) = scene.hear();
        assert_eq!(request, Request::Status { watch: true });
        scene.watcher = Some(watcher);
        scene
    }

    fn start_the_panel(&mut self) {
        let channels = self.session.path().join("xfce4/xfconf/xfce-perchannel-xml");
        fs::create_dir_all(&channels).unwrap();
        fs::write(channels.join("xfce4-panel.xml"), PANEL).unwrap();
        let mut settings = self.session.command(XFCONFD);
        self.session.serve(&mut settings, "org.xfce.Xfconf");
        let mut panel = self.session.command("xfce4-panel");
        panel.arg("--disable-wm-check");
        self.session.serve(&mut panel, "org.kde.StatusNotifierWatcher");
    }

    /// The agent is like this now.
    fn is(&self, status: Status) {
        let watcher = self.watcher.as_ref().unwrap();
        assert!(watcher.hears(Reply::Status { status: Box::new(status) }));
    }

    /// What the agent is asked next.
    fn hear(&self) -> (Request, Caller) {
        match self.heard.recv().unwrap() {
            Message::Request(request, caller) => (request, caller),
            _ => panic!("not a request"),
        }
    }

    /// What the panel has on the screen.
    fn screen(&self) -> Vec<u8> {
        let shot = self.session.path().join("screen.ppm");
        self.photograph(&shot, None);
        fs::read(shot).unwrap()
    }

    fn photograph(&self, to: &Path, part: Option<&str>) {
        let mut import = self.session.command("import");
        import.args(["-window", "root"]).args(part.map(|part| ["-crop", part]).into_iter().flatten());
        assert!(import.args(["+repage", "-strip"]).arg(to).status().unwrap().success());
    }

    /// Waits until the screen is another one, and stays like that.
    fn wait_for_another(&self, before: &[u8]) -> Vec<u8> {
        let mut seen = before.to_vec();
        eventually(|| {
            let now = self.screen();
            let has_settled = now == seen && now != before;
            seen = now;
            has_settled
        });
        seen
    }

    fn press(&self, keys: &[&str]) {
        let mut xdotool = self.session.command("xdotool");
        assert!(xdotool.args(keys).status().unwrap().success());
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // The agent ends, and the icon with it.
        self.watcher = None;
        self.tray.take().unwrap().join().unwrap();
    }
}

fn running() -> Status {
    let power = Power::Running;
    let machine = MachineDetail { power, meaning: power.meaning().to_owned(), name: None, apps: 2 };
    Status { machine: Some(machine), ..of(Stage::Ready) }
}

fn of(stage: Stage) -> Status {
    let meaning = stage.meaning().to_owned();
    let (task, deadline, failure) = (None, None, None);
    let setup = FtsDetail { stage, meaning, task, attempt: 1, attempts: 4, deadline, failure };
    Status { workspace: Some("Office".into()), first_time_setup: Some(setup), ..Status::default() }
}

#[test]
fn the_icon_is_shown_by_a_panel_that_comes_later_and_its_menu_does_what_it_says() {
    let mut scene = Scene::new();
    scene.is(running());
    scene.start_the_panel();
    // No icon yet, or an icon already: a machine that is off looks different in any case.
    let lit = scene.wait_for_another(&[]);
    eventually(|| scene.screen() == lit);
    scene.press(&["mousemove", ICON[0], ICON[1], "click", "1"]);
    let open = scene.wait_for_another(&lit);
    picture(&scene);
    scene.press(&["key", "Down", "Return"]);
    let (request, caller) = scene.hear();
    assert_eq!(request, Request::Stop { how: None });
    caller.answer(Reply::Done);
    assert_ne!(scene.wait_for_another(&open), open);
    assert!(scene.noted.events().is_empty());
}

/// The picture in the documents is written where that is wanted; fonts differ too much to compare it.
fn picture(scene: &Scene) {
    if env::var_os("MEDV_WRITE_DOCS").is_some() {
        let picture = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures/tray.png");
        scene.photograph(&picture, Some("240x180+0+420"));
    }
}
