//! The guest's applications on the host's menu.
//!
//! - [`Menu`] makes the menu have exactly the entries that the guest's applications want.
//! - `plan` decides what is to be done; [`Folders`] says where, and looks what is there; [`Writer`] does it.
//! - `record` is the list of what was published; `label` makes names out of what the guest says.
//! - `desktop_entry`, with `exec` and `categories`, and `shortcut` are the two forms of an entry; `icon` looks at pictures.
//!
//! Whatever the guest says is taken for a text, never for a path: the files that are written are in the folders of the menu
//! and have names made here. A file is only changed or removed if the list names it and its own mark does.

mod categories;
pub(crate) mod desktop_entry;
pub(crate) mod exec;
mod folders;
mod icon;
mod label;
mod plan;
mod record;
mod shortcut;
mod writer;

pub use folders::Folders;
pub use record::Entry;
pub use writer::{FileSystem, Writer, part};

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use medv_codec::{Error, Result};
use medv_protocol::{App, AppId};
use medv_settings::is_workspace_name;

use crate::event::{Event, EventId, Level};
use icon::Picture;
use plan::Wish;
use record::Record;

/// Most applications that are published.
pub const MAX_PUBLISHED: usize = 2000;
/// Longest [`AppId`] of an application that is published, in bytes.
pub const MAX_ID: usize = 1024;
/// Most faults that are reported one by one.
const MAX_FAULTS: usize = 20;
/// The sides of icons that desktops look for, in pixels.
const SIDES: [u32; 13] = [16, 22, 24, 32, 36, 48, 64, 72, 96, 128, 192, 256, 512];

/// A workspace's part of a user's menu.
pub struct Menu {
    workspace: String,
    program: PathBuf,
    folders: Folders,
    record: Record,
    writer: Box<dyn Writer>,
}

/// What became of a change.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Entries that are new.
    pub published: Vec<Entry>,
    /// Applications whose entries are gone.
    pub withdrawn: Vec<AppId>,
    /// What did not work. All else did.
    pub faults: Vec<Event>,
}

impl Menu {
    /// Opens a workspace's part of a menu. `program` is the host agent, which the entries start; `list` is the file that
    /// says what was published, in a folder of the user's.
    ///
    /// # Errors
    /// If `workspace` is no name for one, or the list cannot be opened.
    pub fn open(
        workspace: &str,
        program: PathBuf,
        folders: Folders,
        list: PathBuf,
        writer: Box<dyn Writer>,
    ) -> Result<Self> {
        if !is_workspace_name(workspace) {
            return Err(Error::usage(format!("{} is no name of a workspace", label::quoted(workspace))));
        }
        let record = Record::open(list.clone()).map_err(|error| {
            Error::io("cannot read the list of published applications", error).in_file(list)
        })?;
        Ok(Self { workspace: workspace.to_owned(), program, folders, record, writer })
    }

    /// What is published.
    pub fn list(&self) -> &[Entry] {
        self.record.entries()
    }

    /// Publishes exactly these applications. What is published and as it should be is not touched.
    pub fn publish(&mut self, apps: &[App]) -> Report {
        let mut report = Report::default();
        let found = self.folders.look(&self.workspace, &self.record);
        report.faults.extend(found.unreadable.iter().map(|(path, error)| unreadable(path, error)));
        let wishes = self.wishes(apps, &mut report);
        let plan = plan::plan(&self.workspace, &self.folders, self.record.entries(), &found, &wishes);
        for entry in &plan.obstacles {
            let what = "this file is in the way, and was not made by medv; move it away";
            report.faults.push(faulty(&entry.file, what));
        }

        let written = plan.write.iter().map(|(entry, _)| entry);
        let all = plan.keep.iter().chain(written).chain(&plan.remove);
        let mut list: Vec<Entry> = all.cloned().collect();
        // What the list forgets may have been cut short while it was written.
        for entry in self.record.entries().iter().filter(|entry| !list.contains(entry)) {
            let is_last = list.iter().all(|other| other.id != entry.id);
            if let Err((path, error)) = self.withdraw(entry, false, is_last) {
                report.faults.push(faulty(&path, error));
                return report;
            }
        }
        // A file that the list does not name could not be told from the host's own.
        if !self.note(list.clone(), &mut report) {
            return report;
        }
        let mut has_changed = false;
        for entry in &plan.remove {
            let is_there = found.ours.contains_key(&entry.file);
            let is_last = list.iter().filter(|other| other.id == entry.id).count() == 1;
            match self.withdraw(entry, is_there, is_last) {
                Ok(()) => {
                    has_changed = true;
                    list.retain(|other| other != entry);
                    report.withdrawn.extend(is_last.then(|| entry.id.clone()));
                }
                Err((path, error)) => report.faults.push(faulty(&path, error)),
            }
        }
        for (entry, app) in &plan.write {
            let was_there = found.ours.contains_key(&entry.file);
            match self.write(entry, app, &mut report) {
                Ok(false) => {}
                Ok(true) => {
                    has_changed = true;
                    report.published.extend((!was_there).then(|| entry.clone()));
                }
                Err(error) => {
                    let _ = self.writer.remove(&part(&entry.file));
                    report.faults.push(faulty(&entry.file, error));
                    list.retain(|other| was_there || other != entry);
                }
            }
        }
        self.note(list, &mut report);
        if has_changed {
            self.writer.announce(&self.folders);
        }
        let further = report.faults.len().saturating_sub(MAX_FAULTS);
        report.faults.truncate(MAX_FAULTS);
        if further > 0 {
            report.faults.push(Event::plain(Level::Warning, format!("{further} more faults in the menu")));
        }
        report
    }

    /// Withdraws all: the workspace goes, or `AppPublishingEnabled` is off.
    pub fn withdraw_all(&mut self) -> Report {
        self.publish(&[])
    }

    /// The applications that can be published, and where.
    fn wishes<'a>(&self, apps: &'a [App], report: &mut Report) -> Vec<Wish<'a>> {
        let mut wishes: Vec<Wish<'a>> = Vec::new();
        for app in apps {
            let name = label::of(&app.name);
            let why = if app.id.0.is_empty() || app.id.0.len() > MAX_ID || app.id.0.contains(char::is_control)
            {
                "its id is empty, too long, or has control characters"
            } else if wishes.len() >= MAX_PUBLISHED {
                "there are too many applications"
            } else if let Some(name) = name {
                wishes.push(Wish { app, name, place: self.folders.place(app) });
                continue;
            } else {
                "it has no name"
            };
            let which = label::quoted(&app.id.0);
            let text = format!("the guest's application {which} is not published: {why}");
            report.faults.push(Event::numbered(EventId::MenuEntryFailed, text));
        }
        wishes
    }

    fn note(&mut self, list: Vec<Entry>, report: &mut Report) -> bool {
        let noted = self.record.replace(list, &*self.writer);
        report.faults.extend(noted.as_ref().err().map(|error| faulty(self.record.path(), error)));
        noted.is_ok()
    }

    /// Removes an entry, and what belongs to its application if it is the last one of it.
    fn withdraw(&self, entry: &Entry, is_there: bool, is_last: bool) -> Result<(), (PathBuf, io::Error)> {
        let icons = if is_last { self.icon_files(&entry.id) } else { Vec::new() };
        let own = is_there.then(|| entry.file.clone());
        let parts = [&entry.file].into_iter().chain(&icons).map(|path| part(path)).collect::<Vec<_>>();
        for path in own.into_iter().chain(parts).chain(icons) {
            self.writer.remove(&path).map_err(|error| (path, error))?;
        }
        Ok(())
    }

    /// Writes an entry and its icon, unless they are as they should be. `true` if something was written.
    fn write(&self, entry: &Entry, app: &App, report: &mut Report) -> io::Result<bool> {
        let icon = app.icon.as_ref().and_then(|icon| match icon::open(icon) {
            Ok(picture) => self.icon_file(&entry.id, picture),
            Err(why) => {
                report.faults.push(faulty(&entry.file, format!("it has no icon: {why}")));
                None
            }
        });
        let mut has_changed = false;
        let mut shown = None;
        if let Some((path, bytes)) = icon {
            match self.make(&path, &bytes) {
                Ok(is_new) => {
                    has_changed |= is_new;
                    shown = Some(path);
                }
                // An entry without a picture is better than none.
                Err(error) => report.faults.push(faulty(&path, error)),
            }
        }
        for old in self.icon_files(&entry.id).into_iter().filter(|path| Some(path) != shown.as_ref()) {
            if old.exists() {
                let _ = self.writer.remove(&old);
            }
        }
        let bytes = match &self.folders {
            Folders::Freedesktop { .. } => {
                let stem = folders::stem(&self.workspace, &entry.id);
                let icon = shown.map(|_| stem);
                desktop_entry::text(&self.program, &self.workspace, &entry.name, app, icon.as_deref())
                    .into_bytes()
            }
            Folders::StartMenu { .. } => {
                let icon = shown.map(|path| path.to_string_lossy().into_owned());
                shortcut::bytes(&self.program.to_string_lossy(), &self.workspace, app, icon.as_deref())
                    .map_err(io::Error::other)?
            }
        };
        Ok(self.make(&entry.file, &bytes)? || has_changed)
    }

    fn make(&self, path: &Path, bytes: &[u8]) -> io::Result<bool> {
        if fs::read(path).is_ok_and(|found| found == bytes) {
            return Ok(false);
        }
        self.writer.write(path, bytes).map(|()| true)
    }

    /// The file for a picture, and what is to be in it; none if this menu cannot show it.
    fn icon_file(&self, id: &AppId, picture: Picture) -> Option<(PathBuf, Vec<u8>)> {
        let stem = folders::stem(&self.workspace, id);
        match &self.folders {
            Folders::Freedesktop { icons, .. } => {
                let (bytes, side) = match picture {
                    Picture::Svg(bytes) => {
                        return Some((icons.join(format!("scalable/apps/{stem}.svg")), bytes));
                    }
                    Picture::Png(bytes, side) => (bytes, side),
                    Picture::Ico(bytes) => {
                        icon::png_of_ico(&bytes).map(|(png, side)| (png.to_vec(), side))?
                    }
                };
                let side = SIDES.into_iter().rfind(|known| *known <= side).unwrap_or(SIDES[0]);
                Some((icons.join(format!("{side}x{side}/apps/{stem}.png")), bytes))
            }
            Folders::StartMenu { icons, .. } => {
                let bytes = match picture {
                    Picture::Ico(bytes) => bytes,
                    Picture::Png(bytes, side) => icon::ico_of_png(&bytes, side)?,
                    Picture::Svg(_) => return None,
                };
                Some((icons.join(format!("{stem}.ico")), bytes))
            }
        }
    }

    /// All files that an application's picture may be in.
    fn icon_files(&self, id: &AppId) -> Vec<PathBuf> {
        let stem = folders::stem(&self.workspace, id);
        match &self.folders {
            Folders::Freedesktop { icons, .. } => {
                let sized = SIDES.iter().map(|side| format!("{side}x{side}/apps/{stem}.png"));
                sized.chain([format!("scalable/apps/{stem}.svg")]).map(|name| icons.join(name)).collect()
            }
            Folders::StartMenu { icons, .. } => vec![icons.join(format!("{stem}.ico"))],
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Event {
    Event::numbered(EventId::MenuFileFailed, format!("{}: {error}", path.display()))
}

fn faulty(path: &Path, what: impl std::fmt::Display) -> Event {
    Event::numbered(EventId::MenuEntryFailed, format!("{}: {what}", path.display()))
}
