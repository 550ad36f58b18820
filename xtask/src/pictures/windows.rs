//! Photographs of setup.exe and uninstall.exe, clicked through under Wine on a screen of their own.

use crate::Result;
use crate::dist;
use crate::packages::provide;
use crate::shell::{capture, command, find, root};
use crate::windows;
use medv_codec::container::Container;
use medv_codec::expand::{TargetForm, target_len};
use medv_codec::source::FileSource;
use medv_format::Limits;
use medv_packager::msi::{ComponentKind, Disk, ProductVersion, Programs, Workspace, workspace};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const TOOLS: [&str; 4] = ["wine", "Xvfb", "xdotool", "import"];
/// No display of a user's.
const SCREEN: &str = ":97";
/// The middle of the buttons, from the window's corner.
const NEXT: (i32, i32) = (339, 298);
const END: (i32, i32) = (441, 298);
const CHECK: (i32, i32) = (36, 268);

/// Takes the photographs; `medv` is a packed disk, and `image` what its file is to be called.
pub(super) fn take(medv: &Path, image: &str) -> Result<()> {
    let missing = provide(&TOOLS, true);
    if let Some(hindrance) = windows::hindrance(true) {
        println!("left out: photographs of setup.exe: {hindrance}");
        return Ok(());
    }
    if !missing.is_empty() {
        println!("left out: photographs of setup.exe: not installed: {}", missing.join(" "));
        return Ok(());
    }
    let built = windows::build(false)?;
    let folder = root().join("target/pictures/windows");
    fs::create_dir_all(&folder)?;
    make_package(&built, &folder, medv, image)?;
    let screen = Screen::new(&folder)?;
    screen.run(&["wineboot", "--init"])?;
    screen.run(&["reg", "add", r"HKLM\SOFTWARE\QEMU", "/v", "Install_Dir", "/d", r"C:\qemu"])?;
    // Without a window manager Wine draws the frames itself.
    screen.run(&["reg", "add", r"HKCU\Software\Wine\X11 Driver", "/v", "Managed", "/d", "N"])?;
    screen.run(&[&folder.join("agent.exe").display().to_string(), "/qn"])?;

    let mut setup = screen.start(&folder.join("setup.exe"))?;
    screen.photograph("setup-first")?;
    screen.click(NEXT)?;
    // As long as the bar is the only thing that moves, any moment is as good.
    sleep(Duration::from_millis(600));
    screen.photograph("setup-progress")?;
    screen.wait_for(r"C:\ProgramData\Microsoft\Medv\Workspace\uninstall.exe")?;
    sleep(Duration::from_secs(4));
    screen.photograph("setup-finish")?;
    screen.click(CHECK)?;
    screen.click(END)?;
    setup.wait()?;

    // The same again, which is refused.
    let mut setup = screen.start(&folder.join("setup.exe"))?;
    screen.click(NEXT)?;
    sleep(Duration::from_secs(4));
    screen.photograph("setup-failure")?;
    screen.click(END)?;
    setup.wait()?;

    let uninstall = screen.path(r"C:\ProgramData\Microsoft\Medv\Workspace\uninstall.exe");
    let mut uninstall = screen.start(&uninstall)?;
    screen.photograph("uninstall-first")?;
    screen.click(NEXT)?;
    sleep(Duration::from_secs(5));
    screen.photograph("uninstall-finish")?;
    screen.click(END)?;
    uninstall.wait()?;
    Ok(())
}

fn make_package(built: &Path, folder: &Path, medv: &Path, image: &str) -> Result<()> {
    let container = Container::open(&FileSource::open(medv)?, &Limits::default())?;
    let read = |name: &str| fs::read(built.join(name)).map_err(|error| format!("{name}: {error}"));
    let (actions, uninstall, setup) = (read("medv-actions.dll")?, read("uninstall.exe")?, read("setup.exe")?);
    let msi = workspace(&Workspace {
        name: "Office",
        version: ProductVersion::new(1, 0, 0),
        publisher: None,
        help_link: None,
        disk: Disk {
            image,
            bytes_on_disk: target_len(&container.index, TargetForm::Same)?,
            index_digest: container.trailer.index_digest,
            image_digest: container.trailer.image_digest,
        },
        settings: &[],
        reg: &[],
        programs: Programs { actions: &actions, uninstall: &uninstall },
    })?;
    fs::write(folder.join("Office.msi"), msi)?;
    fs::write(folder.join("setup.exe"), &setup)?;
    fs::copy(medv, folder.join(format!("{image}.medv")))?;
    dist::write_installer(&folder.join("agent.exe"), ComponentKind::HostAgent, built)
}

/// A screen that nobody sees, and a machine with Windows that shows its windows there.
struct Screen {
    server: Child,
    prefix: PathBuf,
}

impl Screen {
    fn new(folder: &Path) -> Result<Self> {
        let mut server = command("Xvfb");
        server.args([SCREEN, "-screen", "0", "1024x768x24", "-nolisten", "tcp"]);
        let server = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let screen = Self { server, prefix: folder.join("machine") };
        while capture(screen.x("xdotool").arg("getmouselocation")).is_err() {
            sleep(Duration::from_millis(50));
        }
        Ok(screen)
    }

    fn x(&self, program: &str) -> Command {
        let mut x = command(program);
        x.env("DISPLAY", SCREEN).env("WINEPREFIX", &self.prefix).env("WINEARCH", "win64");
        x.env("WINEDEBUG", "-all").env("WINEDLLOVERRIDES", "mscoree,mshtml=");
        x
    }

    /// Runs a program silently, to its end. What it starts besides keeps its output open.
    fn run(&self, arguments: &[&str]) -> Result<()> {
        let mut wine = self.x("wine");
        let status = wine.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(format!("{}: {status}", arguments.join(" ")).into()) }
    }

    /// Starts a program, and returns when its window is there.
    fn start(&self, program: &Path) -> Result<Child> {
        let mut wine = self.x("wine");
        let child = wine.arg(program).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        self.window()?;
        sleep(Duration::from_secs(1));
        Ok(child)
    }

    fn window(&self) -> Result<String> {
        let mut search = self.x("xdotool");
        let found = capture(search.args(["search", "--sync", "--onlyvisible", "--name", "^MED-V"]))?;
        Ok(found.lines().next().ok_or("no window of ours")?.to_owned())
    }

    fn click(&self, (x, y): (i32, i32)) -> Result<()> {
        let window = self.window()?;
        let mut click = self.x("xdotool");
        click.args(["mousemove", "--window", &window, &x.to_string(), &y.to_string(), "click", "1"]);
        capture(&mut click).map(drop)
    }

    fn photograph(&self, name: &str) -> Result<()> {
        let path = root().join("docs/pictures").join(format!("{name}.png"));
        let window = self.window()?;
        let mut import = self.x("import");
        capture(import.args(["-window", &window, "-strip", "+dither", "-colors", "64"]).arg(&path))?;
        println!("{}", path.display());
        Ok(())
    }

    /// A path on drive `C:`, as this system knows it.
    fn path(&self, there: &str) -> PathBuf {
        self.prefix.join("drive_c").join(there.trim_start_matches(r"C:\").replace('\\', "/"))
    }

    fn wait_for(&self, there: &str) -> Result<()> {
        let path = self.path(there);
        for _ in 0..600 {
            if path.exists() {
                return Ok(());
            }
            sleep(Duration::from_millis(100));
        }
        Err(format!("{there} does not come").into())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if find("wineserver").is_some() {
            // Nothing may run any more.
            _ = capture(self.x("wineserver").arg("-k"));
        }
        _ = self.server.kill();
        _ = self.server.wait();
    }
}
