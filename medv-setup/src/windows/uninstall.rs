//! uninstall.exe: removes the installed workspace. It lies in the folder that it removes.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::product::{Work, work};
use super::window::{Event, Page, Window};
use super::wizard::{self, Told};
use super::{console, file_system, registry, system_library};
use crate::command_line::{Action, CommandLine, Interface, USAGE};
use crate::{codes, log_file};

/// Runs the program and returns its exit code.
pub fn run() -> u32 {
    system_library::guard();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let say = |text: &str| {
        let text = text.replace("setup.exe", "uninstall.exe");
        console::say("MED-V Workspace", &text, CommandLine::may_show(&arguments));
    };
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
    line.action = Action::Remove;
    let window = match line.interface {
        Interface::None => None,
        Interface::Full | Interface::Progress => Window::new("MED-V Workspace"),
    };
    let told = Told::default();
    let code = remove(&mut line, window.as_ref(), &told);
    let error = told.error();
    if let (Interface::Full, Some(window)) = (line.interface, &window)
        && code != codes::USER_EXIT
    {
        let page = if codes::is_success(code) {
            wizard::success(code, "Removed")
        } else {
            wizard::failure(code, error.as_deref(), line.log.as_ref().map(|log| log.file.as_str()))
        };
        wizard::end(window, &page);
    }
    if let Some(log) = &line.log {
        let error = error.map(|error| format!(": {error}")).unwrap_or_default();
        let text = format!("uninstall.exe ends with code {code}, {}{error}", codes::meaning(code));
        // A log that cannot be written is no reason to stop.
        _ = log_file::add(Path::new(&log.file), &text);
    }
    code
}

fn remove(line: &mut CommandLine, window: Option<&Window>, told: &Told) -> u32 {
    let Some(product) = registry::workspace("ProductCode") else {
        eprintln!("no workspace is installed on this computer");
        return codes::UNKNOWN_PRODUCT;
    };
    if let (Interface::Full, Some(window)) = (line.interface, window) {
        let Some(deletes) = confirm(window) else {
            return codes::USER_EXIT;
        };
        if deletes {
            line.set("DELETEDIFFDISKS", "1");
        }
    }
    let aside = step_aside();
    let line = &*line;
    let removing = || {
        work(Work::Remove(&product), &line.for_installer(), line.log.as_ref(), &|message| told.hear(message))
    };
    let code = match window {
        Some(window) => wizard::progress(window, "Removing", told, removing),
        None => removing(),
    };
    if let Some((here, there)) = aside {
        if codes::is_success(code) {
            file_system::delete_at_restart(&there);
        } else {
            // It is needed again.
            _ = fs::rename(there, here);
        }
    }
    code
}

/// A running program cannot be deleted, which would leave the computer waiting for a restart; but it can be renamed. Answers
/// where it was, and where it is.
fn step_aside() -> Option<(PathBuf, PathBuf)> {
    let here = env::current_exe().ok()?;
    let name = format!("medv-uninstall-{}.exe", std::process::id());
    let above = here.parent()?.parent()?.to_owned();
    // The other is for a workspace on another drive.
    let mut places = [env::temp_dir(), above].into_iter().map(|folder| folder.join(&name));
    let there = places.find(|there| fs::rename(&here, there).is_ok())?;
    Some((here, there))
}

/// Asks. `None` if the user wants nothing, else whether the disks go too.
fn confirm(window: &Window) -> Option<bool> {
    let name = registry::workspace("Name").unwrap_or_default();
    let page = Page {
        heading: format!("Remove {name}?"),
        text: "The workspace will be removed from this computer. Its disks stay, unless you delete them too: then whatever \
               users have stored inside their virtual machines is lost."
            .into(),
        check: Some(("Delete the master disk and the disks of all users", false)),
        next: Some("Remove"),
        cancel: Some("Cancel"),
        ..Page::default()
    };
    window.show(&page);
    loop {
        match window.wait() {
            Event::Next => return Some(window.is_ticked()),
            Event::Cancel => return None,
            Event::Other | Event::Rung => {}
        }
    }
}
