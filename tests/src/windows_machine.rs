//! A computer with Windows, as Wine plays one: new and empty, with our programs built for it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::command;
use crate::screen::Screen;

/// The machine. Whatever still runs on it is ended when it goes.
#[derive(Debug)]
pub struct WindowsMachine {
    prefix: PathBuf,
    programs: PathBuf,
    /// The screen, if it has one.
    display: Option<String>,
    /// A program that waits for its input: as long as one runs, the machine stays on.
    waiting: RefCell<Option<Child>>,
}

/// What a program on it has left behind.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code, all 32 bits.
    pub code: u32,
    /// What it printed.
    pub text: String,
}

/// A program that runs on it. What it prints goes into files: a pipe would stay open as long as anything that it has started
/// runs, such as the desktop, which ends only when the machine does.
#[derive(Debug)]
pub struct Running {
    child: Child,
    output: File,
    errors: File,
}

impl Running {
    /// Whether it has ended.
    ///
    /// # Panics
    /// If that cannot be found out.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_some()
    }

    /// Waits for its end, however it ends.
    ///
    /// # Panics
    /// If it cannot be waited for.
    pub fn wait(&mut self) {
        self.child.wait().expect("it ends");
    }

    /// Waits for its end, and answers what it has left behind.
    ///
    /// # Panics
    /// If it left no exit code.
    pub fn end(mut self) -> Ran {
        self.wait();
        let [text, said] = [&mut self.output, &mut self.errors].map(|file| {
            let mut bytes = Vec::new();
            file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("what it printed");
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let code = text.lines().rev().find_map(|line| line.trim().strip_prefix("exit code ")?.parse().ok());
        Ran { code: code.unwrap_or_else(|| panic!("no exit code: {text}{said}")), text }
    }
}

impl WindowsMachine {
    /// A new machine without a screen. There is one at a time: it is always in the same folder.
    ///
    /// # Panics
    /// If the programs do not build, or Wine does not start.
    pub fn new() -> Self {
        Self::with_display(None)
    }

    /// A new machine with a screen.
    ///
    /// # Panics
    /// As [`WindowsMachine::new`].
    pub fn with_screen(screen: &Screen) -> Self {
        Self::with_display(Some(screen.display().to_owned()))
    }

    fn with_display(display: Option<String>) -> Self {
        let built = Command::new(command::program("xtask"))
            .arg("windows")
            .stderr(Stdio::inherit())
            .output()
            .expect("xtask starts");
        assert!(built.status.success(), "the Windows programs do not build");
        let said = String::from_utf8(built.stdout).expect("text");
        let programs = PathBuf::from(said.lines().last().expect("the folder of the programs"));
        let prefix = programs.ancestors().nth(2).expect("the target folder").join("machine");
        let machine = Self { prefix, programs, display, waiting: RefCell::default() };
        if machine.prefix.exists() {
            machine.switch_off();
            fs::remove_dir_all(&machine.prefix).expect("the machine of an earlier run can be deleted");
        }
        let made = machine.wine().args(["wineboot", "--init"]).output().expect("wine starts");
        assert!(made.status.success(), "wineboot: {}", String::from_utf8_lossy(&made.stderr));
        // Every Windows has it.
        fs::create_dir_all(machine.path("windows/Installer")).expect("a folder can be made");
        machine.switch_on();
        machine
    }

    /// Lets it run until it is switched off, which spares every program that is started a start of the machine.
    ///
    /// # Panics
    /// If Wine does not start.
    pub fn switch_on(&self) {
        // The services that start first keep their output open: it must not be a pipe that somebody reads to its end.
        let silent = |wine: &mut Command| wine.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let waiting = silent(self.wine().arg("cmd").stdin(Stdio::piped())).expect("wine starts");
        *self.waiting.borrow_mut() = Some(waiting);
        let mut started = silent(self.wine().arg("wineboot").stdin(Stdio::null())).expect("wine starts");
        started.wait().expect("wineboot ends");
    }

    /// One of our programs, where it was built.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// Runs a program (a path of this system, or a name that Windows finds) with arguments, to its end.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn run<A: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Ran {
        self.start(program, arguments).end()
    }

    /// Starts a program as [`WindowsMachine::run`] does.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start<A: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Running {
        let [output, errors] = [(); 2].map(|()| tempfile::tempfile().expect("a temporary file"));
        let mut wine = self.wine();
        wine.arg(self.programs.join("examples/exit-code.exe")).arg(program).args(arguments);
        let written = |file: &File| Stdio::from(file.try_clone().expect("a second handle"));
        wine.stdin(Stdio::null()).stdout(written(&output)).stderr(written(&errors));
        Running { child: wine.spawn().expect("wine starts"), output, errors }
    }

    /// Ends everything that runs, at once: the power goes.
    ///
    /// # Panics
    /// If that is refused.
    pub fn switch_off(&self) {
        let mut server = Command::new("wineserver");
        // It answers with a failure if nothing runs.
        server.arg("-k").env("WINEPREFIX", &self.prefix).output().expect("wineserver starts");
        server = Command::new("wineserver");
        server.arg("-w").env("WINEPREFIX", &self.prefix).output().expect("wineserver starts");
        if let Some(mut waiting) = self.waiting.take() {
            waiting.wait().expect("it has ended");
        }
    }

    /// Connects a drive to a folder of this system as if that were on another computer, and answers with the drive.
    ///
    /// # Panics
    /// If that cannot be written down.
    pub fn share(&self, folder: &Path) -> String {
        let drives = ["add", r"HKLM\Software\Wine\Drives", "/v", "n:", "/d", "network"];
        assert_eq!(self.run("reg", drives).code, 0);
        std::os::unix::fs::symlink(folder, self.prefix.join("dosdevices/n:")).expect("links can be made");
        // What a drive is, it finds out when it starts.
        self.switch_off();
        self.switch_on();
        r"N:\".to_owned()
    }

    /// Whether a program of this name runs on any machine with Windows here.
    ///
    /// # Panics
    /// If what runs cannot be looked at.
    pub fn runs(program: &str) -> bool {
        let processes = fs::read_dir("/proc").expect("processes");
        processes.flatten().any(|process| {
            let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
            let name = line.split(|byte| *byte == 0).next().unwrap_or_default();
            String::from_utf8_lossy(name).rsplit(['\\', '/']).next() == Some(program)
        })
    }

    /// A path on the machine's drive `C:`, as this system knows it.
    pub fn path(&self, below: &str) -> PathBuf {
        self.prefix.join("drive_c").join(below)
    }

    /// A path of this system as the machine knows it.
    pub fn windows_path(path: &Path) -> String {
        format!("Z:{}", path.display()).replace('/', "\\")
    }

    /// What lies on drive `C:`: path and length. Not what programs and Windows Installer put into their folders for temporary
    /// files, and not Windows itself.
    ///
    /// # Panics
    /// If it cannot be read.
    pub fn files(&self) -> BTreeMap<String, u64> {
        fn walk(folder: &Path, top: &Path, found: &mut BTreeMap<String, u64>) {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                let name = path.strip_prefix(top).expect("below the top").display().to_string();
                let metadata = path.symlink_metadata().expect("metadata");
                let len = if metadata.is_file() { metadata.len() } else { 0 };
                let skipped = ["Temp", "temp"].iter().any(|temporary| name.ends_with(temporary))
                    || name.starts_with("windows/system32")
                    || name.starts_with("windows/syswow64");
                if metadata.is_dir() && !skipped {
                    walk(&path, top, found);
                }
                found.insert(name, len);
            }
        }
        let mut found = BTreeMap::new();
        let top = self.path("");
        walk(&top, &top, &mut found);
        found
    }

    /// A key of the registry below `HKEY_LOCAL_MACHINE` and all that is below it, as Windows writes it out; empty if there
    /// is no such key.
    ///
    /// # Panics
    /// If it is not in UTF-16.
    pub fn registry(&self, key: &str) -> String {
        let file = self.path("exported.reg");
        let key = format!("HKLM\\{key}");
        let file_there = r"C:\exported.reg";
        if self.run("reg", ["export", &key, file_there, "/y"]).code != 0 {
            return String::new();
        }
        let bytes = fs::read(&file).expect("what was exported");
        fs::remove_file(file).expect("it can be deleted");
        let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
        String::from_utf16(&units).expect("UTF-16").replace("\r\n", "\n")
    }

    fn wine(&self) -> Command {
        // Linux puts a program's heap anywhere in the gigabyte behind it. Without Wine's preloader, which Debian has not, that may
        // be where the page must lie that all programs share: then a program ends before it begins, one of some thousands.
        // Containers often do not let us forbid it.
        let fixed = "setarch --addr-no-randomize";
        let mut wine = Command::new("sh");
        wine.args(["-c", &format!(r#"{fixed} true 2>&- && exec {fixed} "$@"; exec "$@""#), "sh", "wine"]);
        wine.env("WINEPREFIX", &self.prefix).env("WINEARCH", "win64").env("WINEDEBUG", "-all");
        // No offers to download browsers.
        wine.env("WINEDLLOVERRIDES", "mscoree,mshtml=");
        match &self.display {
            Some(display) => wine.env("DISPLAY", display),
            None => wine.env_remove("DISPLAY"),
        };
        wine
    }
}

impl Default for WindowsMachine {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for WindowsMachine {
    fn drop(&mut self) {
        self.switch_off();
    }
}
