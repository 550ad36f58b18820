//! The icon and its menu, as the panel of Xfce shows them.

use std::path::{Path, PathBuf};
use std::{env, fs};

use medv_host::control::{Reply, Request, Status};

use crate::icon::{Icon, running};
use crate::private_session::{PrivateSession, eventually};

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
fn xfconfd() -> String {
    format!("/usr/lib/{}-linux-gnu/xfce4/xfconf/xfconfd", env::consts::ARCH)
}

/// Width and height of the screen.
const SCREEN: (usize, usize) = (800, 600);

/// The colour of the icon while the machine has power.
const LIT: [u8; 3] = [0x2f, 0x80, 0xed];

/// The middle of the first icon of the panel.
const ICON: [&str; 2] = ["16", "585"];

/// A session with a panel, or without one yet.
struct Scene {
    icon: Icon,
    session: PrivateSession,
}

impl Scene {
    fn new() -> Self {
        let session = PrivateSession::with_a_screen();
        Self { icon: Icon::new(&session), session }
    }

    fn start_the_panel(&mut self) {
        let channels = self.session.path().join("xfce4/xfconf/xfce-perchannel-xml");
        fs::create_dir_all(&channels).unwrap();
        fs::write(channels.join("xfce4-panel.xml"), PANEL).unwrap();
        let mut settings = self.session.command(&xfconfd());
        self.session.serve(&mut settings, "org.xfce.Xfconf");
        let mut panel = self.session.command("xfce4-panel");
        panel.arg("--disable-wm-check");
        self.session.serve(&mut panel, "org.kde.StatusNotifierWatcher");
    }

    /// The pixels of the screen, row by row.
    fn screen(&self) -> Vec<[u8; 3]> {
        let shot = self.session.path().join("screen.ppm");
        self.photograph(&shot, None);
        let shot = fs::read(shot).unwrap();
        // A header comes first.
        let pixels = &shot[shot.len() - SCREEN.0 * SCREEN.1 * 3..];
        pixels.chunks(3).map(|pixel| pixel.try_into().unwrap()).collect()
    }

    /// Whether something is above the panel, where the screen is empty but for the menu.
    fn has_menu(&self) -> bool {
        self.screen()[..SCREEN.0 * (SCREEN.1 - 60)].iter().any(|pixel| *pixel != [0; 3])
    }

    fn wait_until_it_rests(&self) {
        let mut seen = Vec::new();
        eventually(|| {
            let before = std::mem::replace(&mut seen, self.screen());
            before == seen
        });
    }

    fn photograph(&self, to: &Path, part: Option<&str>) {
        let mut import = self.session.command("import");
        import.args(["-window", "root"]).args(part.map(|part| ["-crop", part]).into_iter().flatten());
        assert!(import.args(["+repage", "-strip", "-depth", "8"]).arg(to).status().unwrap().success());
    }

    fn press(&self, keys: &[&str]) {
        let mut xdotool = self.session.command("xdotool");
        assert!(xdotool.args(keys).status().unwrap().success());
    }
}

#[test]
fn the_icon_is_shown_by_a_panel_that_comes_later_and_its_menu_does_what_it_says() {
    let mut scene = Scene::new();
    scene.icon.is(running());
    scene.start_the_panel();
    eventually(|| scene.screen().contains(&LIT));
    scene.press(&["mousemove", ICON[0], ICON[1], "click", "1"]);
    eventually(|| scene.has_menu());
    scene.wait_until_it_rests();
    picture(&scene);
    scene.press(&["key", "Down", "Return"]);
    let (request, caller) = scene.icon.hear();
    assert_eq!(request, Request::Stop { how: None });
    caller.answer(Reply::Done);
    eventually(|| !scene.has_menu());
    scene.icon.is(Status::default());
    eventually(|| !scene.screen().contains(&LIT));
    assert!(scene.icon.noted.events().is_empty());
}

/// The picture in the documents is written where that is wanted; fonts differ too much to compare it.
fn picture(scene: &Scene) {
    if env::var_os("MEDV_WRITE_DOCS").is_some() {
        let picture = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures/tray.png");
        scene.photograph(&picture, Some("240x158+0+442"));
    }
}
