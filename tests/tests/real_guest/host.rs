//! A host with a workspace that is installed, and its user's session.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use medv_tests::command::{Finished, program};
use medv_tests::screen::Screen;
use medv_tests::workshop::Workshop;
use serde_json::Value;

use crate::cost::Cost;

/// After so long, something hangs. It decides nothing else.
const HANGS: Duration = Duration::from_secs(180);
/// The same for a whole Debian.
const DEBIAN_HANGS: Duration = Duration::from_secs(900);

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The user, who is nobody on the machine that the tests run on.
pub(crate) const USER: &str = "alice";

/// The disk that boots: made once.
fn image() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| make_image("guest.vhd", &[]))
}

/// `cargo xtask guest NAME OPTIONS`
fn make_image(name: &str, options: &[&str]) -> PathBuf {
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut xtask = Command::new(env!("CARGO"));
    xtask.args(["run", "--quiet", "--package", "xtask", "--", "guest"]).arg(&made).args(options);
    let status = xtask.status().expect("cargo can be started");
    assert!(status.success(), "the guest could not be made");
    made
}

/// The programs of the guest agent, static, as a guest has any C library or none.
fn guest_programs() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("guest");
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--quiet", "--package", "medv-guest", "--target", TARGET, "--target-dir"])
            .arg(&target);
        cargo.env("RUSTFLAGS", "-C target-feature=+crt-static -D warnings");
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "none").env("CARGO_PROFILE_DEV_STRIP", "symbols");
        let status = cargo.status().expect("cargo can be started");
        assert!(status.success(), "the programs of the guest agent could not be made");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guest-programs");
        fs::create_dir_all(folder.join("linux")).expect("folders can be made");
        for name in ["medv-guest", "ftscompletion"] {
            fs::copy(target.join(TARGET).join("debug").join(name), folder.join("linux").join(name))
                .expect("built");
        }
        folder
    })
}

/// The version that the programs of the guest agent say they are.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How much of a version one instruction of a program has in it: the rest may be in the next one.
const PART: usize = 4;

/// The version of [`older_guest_programs`]: as long as ours, and none that ever was.
pub(crate) fn older_version() -> String {
    VERSION[..PART].replace(|c: char| c.is_ascii_digit(), "0") + &VERSION[PART..]
}

/// Makes `folder` one with the programs of an older version: ours, but for what they say of themselves.
pub(crate) fn older_guest_programs(folder: &Path) {
    fs::create_dir_all(folder.join("linux")).expect("folders can be made");
    for name in ["medv-guest", "ftscompletion"] {
        let mut program = fs::read(guest_programs().join("linux").join(name)).expect("a program");
        let (ours, older) = (&VERSION.as_bytes()[..PART], &older_version().into_bytes()[..PART]);
        let mut from = 0;
        while let Some(found) = program[from..].windows(PART).position(|it| it == ours) {
            from += found + PART;
            program[from - PART..from].copy_from_slice(older);
        }
        fs::write(folder.join("linux").join(name), program).expect("files can be written");
    }
}

/// Makes `folder` one with our programs.
pub(crate) fn our_guest_programs(folder: &Path) {
    for name in ["medv-guest", "ftscompletion"] {
        let below = Path::new("linux").join(name);
        fs::copy(guest_programs().join(&below), folder.join(&below)).expect("files can be written");
    }
}

/// Makes a disk of ours, on which the administrator has another command.
pub(crate) fn image_with_command(folder: &Path, name: &str, script: &str) -> PathBuf {
    let [raw, vhd, file] = ["image.img", "image.vhd", name].map(|name| folder.join(name));
    convert(&["-f", "vpc", "-O", "raw"], image(), &raw);
    fs::write(&file, script).expect("files can be written");
    let inside = format!("/etc/medv/first-time-setup.d/{name}");
    debugfs(&raw, &["-w"], &format!("write {} {inside}", file.display()));
    debugfs(&raw, &["-w"], &format!("set_inode_field {inside} mode 0100755"));
    assert_eq!(debugfs(&raw, &[], &format!("cat {inside}")), script);
    convert(&["-f", "raw", "-O", "vpc", "-o", "subformat=dynamic,force_size=on"], &raw, &vhd);
    vhd
}

fn convert(how: &[&str], from: &Path, to: &Path) {
    let converted = Command::new("qemu-img").arg("convert").args(how).arg(from).arg(to).output();
    let converted = converted.expect("qemu-img can be started");
    assert!(converted.status.success(), "{}", String::from_utf8_lossy(&converted.stderr));
}

/// What a command for the guest's file system prints.
fn debugfs(raw: &Path, how: &[&str], command: &str) -> String {
    // Where cargo xtask guest puts the system.
    let partition = format!("{}?offset={}", raw.display(), 25 << 20);
    let done = Command::new("debugfs").args(how).args(["-R", command]).arg(&partition).output();
    String::from_utf8_lossy(&done.expect("debugfs can be started").stdout).into_owned()
}

/// A host.
pub(crate) struct Host {
    shop: Workshop,
    programs: PathBuf,
    /// Whose session it is.
    user: &'static str,
    agent: Option<Child>,
    screen: Option<Screen>,
    patience: Duration,
}

impl Host {
    /// With a workspace installed from a package of the bootable disk. `keys` are lines of `workspace.toml`.
    pub(crate) fn with_workspace(keys: &str) -> Self {
        Self::with_image(image(), keys)
    }

    /// With a workspace of a whole Debian.
    pub(crate) fn with_debian(keys: &str) -> Self {
        let image = make_image("debian.vhd", &["--debian"]);
        let mut host = Self::with_image(&image, keys);
        host.patience = DEBIAN_HANGS;
        host
    }

    /// With a workspace of another disk.
    pub(crate) fn with_image(image: &Path, keys: &str) -> Self {
        let shop = Workshop::new();
        let definition = format!("name = \"Office\"\nimage = {:?}\n{keys}", image.display().to_string());
        let package = shop.package(&definition, "package");
        let (programs, patience) = (guest_programs().to_owned(), HANGS);
        let host = Self { shop, programs, user: USER, agent: None, screen: None, patience };
        let root = host.root();
        fs::create_dir_all(host.path("home/run")).expect("folders can be made");
        let arguments = ["workspace", "install", "--no-launch", "--root"].map(Into::into);
        let install = arguments.into_iter().chain([root.into_os_string(), package.into_os_string()]);
        let _ = host.shop.run(install).exits(0);
        host
    }

    /// Guests get other programs than ours.
    pub(crate) fn with_guest_programs(mut self, folder: &Path) -> Self {
        folder.clone_into(&mut self.programs);
        self
    }

    /// The user sits before a screen.
    pub(crate) fn with_screen(mut self) -> Self {
        self.screen = Some(Screen::new());
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.shop.path(name)
    }

    fn root(&self) -> PathBuf {
        self.path("root")
    }

    /// A file of the user's.
    fn home(&self, below: &str) -> PathBuf {
        self.path(if self.user == USER { "home" } else { self.user }).join(below)
    }

    /// The session ends, and the machine with it. The next one is this user's.
    pub(crate) fn is_handed_over_to(&mut self, user: &'static str) {
        let _ = self.run(&["quit"]).exits(0);
        let mut agent = self.agent.take().expect("an agent that runs");
        assert!(agent.wait().expect("it ends").success());
        self.user = user;
        fs::create_dir_all(self.home("run")).expect("folders can be made");
    }

    fn command(&self) -> Command {
        let mut command = Command::new(program("medv-host"));
        command.arg("--root").arg(self.root()).current_dir(self.path("")).stdin(Stdio::null());
        let home = self.home("");
        command.env("HOME", &home).env("LOGNAME", self.user).env("MEDV_GUEST_PROGRAMS", &self.programs);
        for (variable, folder) in [
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_RUNTIME_DIR", "run"),
        ] {
            command.env(variable, home.join(folder));
        }
        command.env("LANG", "de_DE.UTF-8").env_remove("LC_ALL");
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        if let Some(screen) = &self.screen {
            command.env("DISPLAY", screen.display());
        }
        command
    }

    /// Takes the workspace from the host, whatever runs there.
    pub(crate) fn uninstall(&self) {
        let root = self.root().into_os_string();
        let arguments = ["workspace", "uninstall", "Office", "--delete-disks", "--root"].map(Into::into);
        let _ = self.shop.run(arguments.into_iter().chain([root])).exits(0);
    }

    /// The session begins: the agent starts.
    pub(crate) fn log_on(&mut self) {
        let mut run = self.command();
        let log = fs::File::create(self.path("run.log")).expect("files can be written");
        let agent = run.arg("run").stderr(log).spawn().expect("medv-host can be started");
        self.agent = Some(agent);
        self.until("the agent speaks", |_| true);
    }

    /// The agent is killed, as by a power cut.
    pub(crate) fn kill_agent(&mut self) {
        let mut agent = self.agent.take().expect("an agent that runs");
        agent.kill().expect("it can be killed");
        agent.wait().expect("it ends");
    }

    /// Lets first time setup go on, and kills the agent as soon as it says that it is at this stage. Tells which one it had
    /// written down by then.
    pub(crate) fn kill_agent_at(&mut self, stage: &str) -> String {
        let mut watch = self.command();
        watch.args(["status", "--watch", "--json"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut watching = watch.spawn().expect("medv-host can be started");
        let lines = BufReader::new(watching.stdout.take().expect("a pipe")).lines();
        for line in lines {
            let status: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
            match status["first_time_setup"]["stage"].as_str() {
                Some(now) if now == stage => break,
                Some("asking") => _ = self.run(&["answer", "yes"]),
                Some("credentials") => self.give_password("secret"),
                _ => assert_ne!(status["machine"]["power"], "running", "{stage} never was"),
            }
        }
        self.kill_agent();
        let _ = watching.wait();
        let kept = fs::read(self.path("home/data/medv/Office.setup.json")).unwrap_or_default();
        let kept: Value = serde_json::from_slice(&kept).unwrap_or_default();
        kept["progress"]["stage"].as_str().unwrap_or("idle").to_owned()
    }

    /// `medv-host ARGUMENTS`
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        Finished::from(self.command().args(arguments).output().expect("medv-host can be started"))
    }

    pub(crate) fn give_password(&self, password: &str) {
        let mut command = self.command();
        command.args(["password"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("medv-host can be started");
        let mut stdin = child.stdin.take().expect("a pipe");
        writeln!(stdin, "{password}").expect("it reads");
        drop(stdin);
        let _ = Finished::from(child.wait_with_output().expect("it ends")).exits(0);
    }

    pub(crate) fn status(&self) -> Option<Value> {
        let status = self.run(&["status", "--json"]);
        (status.code == Some(0)).then(|| status.json())
    }

    /// Waits until the status is as wanted.
    pub(crate) fn until(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.status().filter(&is_so) {
                return status;
            }
            assert!(
                begun.elapsed() < self.patience,
                "{what}: never\nstatus: {:?}\nlog:\n{}\nprinted:\n{}",
                self.status(),
                self.log(),
                fs::read_to_string(self.path("run.log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until a window whose caption has this in it is on the screen.
    pub(crate) fn until_window(&self, caption: &str) {
        let display = self.screen.as_ref().expect("a screen").display();
        self.until(caption, |_| {
            let mut search = Command::new("xdotool");
            search.env("DISPLAY", display).args(["search", "--onlyvisible", "--name", caption]);
            search.output().expect("xdotool can be started").status.success()
        });
    }

    /// Waits for a stage of first time setup.
    pub(crate) fn until_stage(&self, stage: &str) -> Value {
        self.until(stage, |status| status["first_time_setup"]["stage"] == stage)
    }

    /// Waits for a state of the machine.
    pub(crate) fn until_power(&self, power: &str) -> Value {
        self.until(power, |status| status["machine"]["power"] == power)
    }

    /// The agent's log.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.home("state/medv/host.log")).unwrap_or_default()
    }

    /// What is on the machine's screen, as a PNG file.
    pub(crate) fn screenshot(&self) -> Vec<u8> {
        let picture = self.path("screen.png");
        let _ = self.run(&["screenshot", "Office", &picture.display().to_string()]).exits(0);
        fs::read(picture).expect("a picture")
    }

    /// The names on the host's menu.
    pub(crate) fn menu(&self) -> Vec<String> {
        let entries = fs::read_dir(self.home("data/applications")).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| {
            let text = fs::read_to_string(entry.path()).ok()?;
            text.lines().find_map(|line| line.strip_prefix("Name=")).map(str::to_owned)
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// Waits until the menu has exactly these.
    pub(crate) fn until_menu(&self, names: &[&str]) {
        self.until(&format!("{names:?} on the menu"), |_| self.menu() == names);
    }

    /// Does what a click on the menu does: runs the entry's command line.
    pub(crate) fn click(&self, name: &str) {
        let entries = fs::read_dir(self.home("data/applications")).expect("a menu").flatten();
        let entry = entries
            .filter_map(|entry| fs::read_to_string(entry.path()).ok())
            .find(|text| text.lines().any(|line| line == format!("Name={name}")))
            .unwrap_or_else(|| panic!("{name} is not on the menu"));
        let exec = entry.lines().find_map(|line| line.strip_prefix("Exec=")).expect("a command line");
        // Nothing in these names needs quotes.
        let words: Vec<&str> = exec.split(' ').skip(1).collect();
        let _ = self.run(&words).exits(0);
    }

    /// A file of the guest's disk, as it is while the machine is off.
    pub(crate) fn guest_file(&self, path: &str) -> String {
        let raw = self.path("look.img");
        let layers = [self.root().join("var/lib/medv/allusers"), self.home("data/medv")];
        let layer = layers.map(|folder| folder.join("Office.qcow2")).into_iter().find(|layer| layer.exists());
        let layer = layer.expect("a layer");
        convert(&["-O", "raw"], &layer, &raw);
        debugfs(&raw, &[], &format!("cat {path}"))
    }

    /// Digest of the master disk.
    pub(crate) fn master(&self) -> blake3::Hash {
        let path = self.root().join("var/lib/medv/workspace/guest.vhd");
        blake3::hash(&fs::read(path).expect("the master disk"))
    }

    /// From the question to a machine that is ready.
    pub(crate) fn set_up(&self) {
        self.until_stage("asking");
        let _ = self.run(&["answer", "yes"]).exits(0);
        self.until_stage("credentials");
        self.give_password("secret");
        self.until_power("running");
    }

    /// What the agent costs while nothing happens.
    pub(crate) fn agent_cost(&self) -> Cost {
        Cost::of(self.agent.as_ref().expect("an agent that runs").id())
    }

    /// The process of the machine.
    pub(crate) fn machine_pid(&self) -> u32 {
        let layer = self.path("home/data/medv/Office.qcow2").display().to_string();
        let found = Command::new("pgrep").args(["-f", &format!("qemu-system.*{layer}")]).output();
        let text = String::from_utf8(found.expect("pgrep can be started").stdout).expect("numbers");
        text.lines().next().expect("a machine that runs").parse().expect("a number")
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if self.agent.is_some() {
            let _ = self.run(&["quit"]);
            if let Some(mut agent) = self.agent.take() {
                let _ = agent.kill();
                let _ = agent.wait();
            }
        }
    }
}
