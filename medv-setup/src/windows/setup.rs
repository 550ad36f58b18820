//! setup.exe: finds the package it lies in (or the one it carries), checks it, and lets Windows Installer install it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use medv_codec::Monitor;
use medv_codec::container::Input;
use medv_codec::verify::{Depth, verify};
use medv_format::Limits;

use super::product::{self, Message, Work, work};
use super::unpacked::Unpacked;
use super::window::{Event, Page, Window};
use super::wizard::{self, Told};
use super::{console, file_system, registry, system_library};
use crate::check_disk::open;
use crate::command_line::{Action, CommandLine, Interface, Log, USAGE};
use crate::room::in_units;
use crate::{Failure, Result, codes, log_file, overlay, package};

/// What is said to who starts a package where it should not be started.
const FROM_THE_NETWORK: &str = "This installation runs from the network, which is slow and may fail. It is better to copy all \
     its files to this computer first.";

/// What is installed.
struct Package {
    msi: PathBuf,
    name: String,
    product_code: String,
    kind: Kind,
}

enum Kind {
    /// A workspace, with the packed disk beside it.
    Workspace { medv: PathBuf, bytes_on_disk: u64 },
    /// A part of medv itself; the `.msi` was unpacked into a folder that goes with it.
    Component { _unpacked: Unpacked },
}

/// Runs the program and returns its exit code.
pub fn run() -> u32 {
    system_library::guard();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let say = |text: &str| console::say("MED-V Setup", text, CommandLine::may_show(&arguments));
    let mut line = match CommandLine::parse(arguments.clone()) {
        Ok(line) => line,
        Err(failure) => {
            say(&failure.message);
            return failure.code;
        }
    };
    if line.action == Action::Help {
        say(USAGE);
        return codes::SUCCESS;
    }
    if line.interface == Interface::Full && line.log.is_none() {
        // Whoever sees the page of a failure is told where to look.
        let file = env::temp_dir().join("medv-setup.log").display().to_string();
        line.log = Some(Log { file, verbose: false, append: false });
    }
    let window = match line.interface {
        Interface::None => None,
        Interface::Full | Interface::Progress => Window::new("MED-V Setup"),
    };
    let told = Told::default();
    let code = match prepare() {
        Ok(package) => install(&package, &mut line, window.as_ref(), &told),
        Err(failure) => refuse(&failure, &line, window.as_ref()),
    };
    let error = told.error().map(|error| format!(": {error}")).unwrap_or_default();
    log(&line, &format!("setup.exe ends with code {code}, {}{error}", codes::meaning(code)));
    code
}

/// Finds the package.
fn prepare() -> Result<Package> {
    let program = env::current_exe()
        .map_err(|error| Failure::general(format!("where this program is cannot be found out: {error}")))?;
    let read = |msi: &Path, name| {
        product::property(msi, name).ok_or_else(|| {
            Failure::new(
                codes::PACKAGE_OPEN_FAILED,
                format!(
                    "{}: found no {name} in it, expected a package of medv; copy it again",
                    msi.display()
                ),
            )
        })
    };
    let bytes = fs::read(&program).map_err(|error| Failure::io("cannot read", &program, &error))?;
    let (msi, kind) = if let Some(embedded) = overlay::find(&bytes) {
        let unpacked = Unpacked::new(embedded)?;
        (unpacked.msi.clone(), Kind::Component { _unpacked: unpacked })
    } else {
        let folder = program.parent().unwrap_or(Path::new(""));
        let msi = package::find_msi(folder)?;
        let medv = folder.join(read(&msi, "MedvFile")?);
        let bytes_on_disk = read(&msi, "BytesOnDisk")?.parse().unwrap_or(0);
        (msi, Kind::Workspace { medv, bytes_on_disk })
    };
    let (name, product_code) = (read(&msi, "ProductName")?, read(&msi, "ProductCode")?);
    Ok(Package { msi, name, product_code, kind })
}

/// Is the packed disk there, and did it arrive whole?
fn check(medv: &Path, told: &Told) -> Result<()> {
    let input = Input::Random(Box::new(open(medv)?));
    told.hear(Message::Data("Checking the packed disk ..."));
    let report = verify(input, Depth::Quick, None, &Limits::default(), &Checking(told));
    let report = report.map_err(Failure::of_source)?;
    match report.damage.into_iter().next() {
        None => Ok(()),
        Some(first) => {
            let first = Failure::of_source(first);
            let message = format!(
                "{first}; {} of {} frames are damaged: copy the file again",
                report.damaged_frames, report.frames
            );
            Err(Failure { message, ..first })
        }
    }
}

/// Shows how far the check is, in the words of Windows Installer, and stops it for who cancels.
struct Checking<'a>(&'a Told);

impl Monitor for Checking<'_> {
    fn begin(&self, disk_bytes: Option<u64>) {
        self.0.hear(Message::Progress(&format!("1: 0 2: {} 3: 0 4: 0", disk_bytes.unwrap_or(0))));
    }

    fn advance(&self, disk_bytes: u64) {
        self.0.hear(Message::Progress(&format!("1: 2 2: {disk_bytes}")));
    }

    fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

fn install(package: &Package, line: &mut CommandLine, window: Option<&Window>, told: &Told) -> u32 {
    let warning = file_system::is_on_the_network(&package.msi).then_some(FROM_THE_NETWORK);
    if let Some(warning) = warning {
        eprintln!("warning: {warning}");
    }
    if let (Interface::Full, Some(window)) = (line.interface, window) {
        let Some(action) = first_page(package, line, warning, window) else {
            return codes::USER_EXIT;
        };
        line.action = action;
    }
    let code = match window {
        Some(window) => {
            let heading = if line.action == Action::Remove { "Removing" } else { "Installing" };
            let line = &*line;
            wizard::progress(window, heading, told, || checked_work(package, line, told))
        }
        None => checked_work(package, line, told),
    };
    if let Some(warning) = warning {
        log(line, &format!("warning: {warning}"));
    }
    if let (Interface::Full, Some(window)) = (line.interface, window) {
        last_page(package, line, code, told, window);
    }
    code
}

/// Checks the packed disk, then lets Windows Installer work.
fn checked_work(package: &Package, line: &CommandLine, told: &Told) -> u32 {
    if let (Kind::Workspace { medv, .. }, Action::Install) = (&package.kind, line.action) {
        let checked = check(medv, told).and_then(|()| may_be_installed(package, line));
        if let Err(failure) = checked {
            told.hear(Message::Error(&failure.message));
            return failure.code;
        }
    }
    let is_installed = product::is_installed(&package.product_code);
    if matches!(line.action, Action::Remove | Action::Repair) && !is_installed {
        let message = format!("{}: not installed on this computer, or another version of it", package.name);
        told.hear(Message::Error(&message));
        return codes::UNKNOWN_PRODUCT;
    }
    let mut line = line.clone();
    if line.action == Action::Install && is_installed {
        // The same again, disk included: to Windows Installer that is a repair.
        line.action = Action::Repair;
    }
    work(Work::Package(&package.msi), &line.for_installer(), line.log.as_ref(), &|message| told.hear(message))
}

/// Windows Installer would do nothing about what is installed already, and call that a success.
fn may_be_installed(package: &Package, line: &CommandLine) -> Result<()> {
    if line.property_value("OVERWRITEVHD") == Some("1") || !product::is_installed(&package.product_code) {
        return Ok(());
    }
    Err(Failure::general(format!(
        "{}: found it installed, with its disk, expected none; give OVERWRITEVHD=1 to install it again, or /f to repair it",
        package.name
    )))
}

/// What is going to happen. Answers what to do; `None` if the user wants nothing.
fn first_page(
    package: &Package,
    line: &CommandLine,
    warning: Option<&str>,
    window: &Window,
) -> Option<Action> {
    let mut page = Page {
        heading: package.name.clone(),
        cancel: Some("Cancel"),
        next: Some("Install"),
        ..Page::default()
    };
    let offers_both = matches!(package.kind, Kind::Component { .. })
        && line.action == Action::Install
        && product::is_installed(&package.product_code);
    page.text = match (&package.kind, line.action) {
        _ if offers_both => {
            (page.next, page.other) = (Some("Repair"), Some("Remove"));
            "It is installed on this computer. Repairing writes all its files and settings again; removing takes them away."
                .into()
        }
        (_, Action::Remove) => {
            page.next = Some("Remove");
            "It will be removed from this computer.".into()
        }
        (_, Action::Repair) => {
            page.next = Some("Repair");
            "All its files and settings will be written again.".into()
        }
        (Kind::Component { .. }, _) => "It will be installed for all users of this computer.".into(),
        (Kind::Workspace { medv, bytes_on_disk }, _) => {
            let folder = line.property_value("INSTALLDIR").map_or_else(usual_folder, str::to_owned);
            let name = medv.file_name().unwrap_or_default().display();
            format!(
                "It will be installed for all users of this computer.\n\nDisk: {name}\nFolder: {folder}\nSpace needed: {}",
                in_units(*bytes_on_disk)
            )
        }
    };
    if let Some(warning) = warning {
        page.text = format!("{}\n\n{warning}", page.text);
    }
    window.show(&page);
    loop {
        match window.wait() {
            Event::Next if offers_both => return Some(Action::Repair),
            Event::Next => return Some(line.action),
            Event::Other => return Some(Action::Remove),
            Event::Cancel => return None,
            Event::Rung => {}
        }
    }
}

fn usual_folder() -> String {
    registry::workspace("InstallDir").unwrap_or_else(|| {
        let data = env::var("ProgramData").unwrap_or_else(|_| r"C:\ProgramData".into());
        format!(r"{data}\Microsoft\Medv\Workspace")
    })
}

fn last_page(package: &Package, line: &CommandLine, code: u32, told: &Told, window: &Window) {
    if !codes::is_success(code) {
        let file = line.log.as_ref().map(|log| log.file.as_str());
        wizard::end(window, &wizard::failure(code, told.error().as_deref(), file));
        return;
    }
    // Who has said whether it is to be started is not asked.
    let asks = matches!(package.kind, Kind::Workspace { .. })
        && line.action == Action::Install
        && line.property_value("SUPPRESSMEDVLAUNCH").is_none();
    let agent = registry::host_agent().filter(|_| asks);
    let check = agent.is_some().then_some(("Start MED-V", true));
    let page = Page { check, ..wizard::success(code, &package.name) };
    if let (true, Some(agent)) = (wizard::end(window, &page), agent) {
        start(&agent);
    }
}

/// Starts the host agent as the user, not as the administrator that this program runs as: the desktop does it, by
/// the entry in the Start menu.
fn start(agent: &Path) {
    let data = env::var("ProgramData").unwrap_or_default();
    let entry = Path::new(&data).join(r"Microsoft\Windows\Start Menu\Programs\MED-V Host Agent.lnk");
    let desktop = system_library::windows_folder().map(|windows| windows.join("explorer.exe"));
    // If neither can be started, it starts at the next logon.
    _ = match desktop {
        Some(desktop) if entry.is_file() => Command::new(desktop).arg(entry).spawn(),
        _ => Command::new(agent).arg("run").spawn(),
    };
}

/// The package is not what it should be.
fn refuse(failure: &Failure, line: &CommandLine, window: Option<&Window>) -> u32 {
    eprintln!("{failure}");
    log(line, &failure.message);
    if let (Interface::Full, Some(window)) = (line.interface, window) {
        wizard::end(window, &wizard::failure(failure.code, Some(&failure.message), None));
    }
    failure.code
}

/// A line in the log, if one is wanted. It may be on a drive that is full, and that is no reason to stop.
fn log(line: &CommandLine, text: &str) {
    if let Some(log) = &line.log {
        _ = log_file::add(Path::new(&log.file), text);
    }
}
