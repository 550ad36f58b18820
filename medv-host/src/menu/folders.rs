//! The folders that a menu is made of, and what is in them.

use std::collections::{BTreeMap, HashSet};
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use medv_protocol::{App, AppId};

use super::desktop_entry;
use super::label;
use super::record::{Entry, Record};
use super::shortcut;

/// Deepest folder of a menu that is looked into.
const MAX_DEPTH: usize = 8;
/// Longest file that is taken for an entry, in bytes.
const MAX_ENTRY: u64 = 1 << 20;

/// The folders of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Folders {
    /// Of a desktop that follows freedesktop.org: one list of entries, sorted by categories.
    Freedesktop {
        /// The user's `applications`.
        applications: PathBuf,
        /// The user's `icons/hicolor`.
        icons: PathBuf,
        /// The `applications` of the machine.
        machine: Vec<PathBuf>,
    },
    /// Of Windows: folders of shortcuts.
    StartMenu {
        /// The user's `Start Menu`.
        user: PathBuf,
        /// The `Start Menu` of all users, which is shown together with his.
        common: PathBuf,
        /// Where we keep the icons.
        icons: PathBuf,
    },
}

/// What is in the folders.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Entries of this workspace, by their files.
    pub(super) ours: BTreeMap<PathBuf, Entry>,
    /// Files of others.
    pub(super) others: HashSet<PathBuf>,
    /// What others have taken ([`Folders::slot`]).
    pub(super) taken: HashSet<String>,
    /// What could not be read.
    pub(super) unreadable: Vec<(PathBuf, io::Error)>,
}

impl Folders {
    /// Those of the user that this program runs for; none if the environment does not say who that is.
    pub fn of_this_user() -> Option<Self> {
        let folder = |variable| env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        if cfg!(windows) {
            let local = folder("LOCALAPPDATA")?;
            return Some(Self::StartMenu {
                user: folder("APPDATA")?.join(r"Microsoft\Windows\Start Menu"),
                common: folder("ProgramData")?.join(r"Microsoft\Windows\Start Menu"),
                icons: local.join(r"Microsoft\MEDV\v2\Icons"),
            });
        }
        let data = folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")))?;
        let machine = env::var_os("XDG_DATA_DIRS").filter(|list| !list.is_empty());
        let machine = machine.unwrap_or_else(|| "/usr/local/share:/usr/share".into());
        let machine = env::split_paths(&machine).filter(|path| path.is_absolute());
        Some(Self::Freedesktop {
            applications: data.join("applications"),
            icons: data.join("icons/hicolor"),
            machine: machine.map(|path| path.join("applications")).collect(),
        })
    }

    /// Where the entry of an application belongs: in a folder that is there already.
    pub(super) fn place(&self, app: &App) -> PathBuf {
        let (user, programs) = match self {
            Self::Freedesktop { applications, .. } => return applications.clone(),
            Self::StartMenu { user, .. } => (user, user.join("Programs")),
        };
        let below =
            |top: &Path| app.folder.split('/').try_fold(top.to_owned(), |top, name| folder_in(&top, name));
        below(&programs).or_else(|| below(user)).unwrap_or(programs)
    }

    /// What must be different for two entries: on Windows names in one folder, elsewhere all names.
    pub(super) fn slot(&self, place: &Path, name: &str) -> String {
        match self {
            Self::Freedesktop { .. } => label::key(name),
            Self::StartMenu { .. } => label::key(&place.join(name).to_string_lossy()),
        }
    }

    /// The file of an entry.
    pub(super) fn file(&self, place: &Path, workspace: &str, id: &AppId, name: &str) -> PathBuf {
        match self {
            Self::Freedesktop { .. } => place.join(format!("{}.desktop", stem(workspace, id))),
            Self::StartMenu { .. } => place.join(format!("{name}.lnk")),
        }
    }

    /// Looks what is there.
    pub(super) fn look(&self, workspace: &str, record: &Record) -> Found {
        let mut found = Found::default();
        match self {
            Self::Freedesktop { applications, machine, .. } => {
                for folder in [applications].into_iter().chain(machine) {
                    for file in files(folder, "desktop", &mut found.unreadable) {
                        let Some(bytes) = read(&file, &mut found) else { continue };
                        let entry = desktop_entry::read(&String::from_utf8_lossy(&bytes));
                        let made_for = entry.made_for.filter(|_| folder == applications);
                        if let (Some(id), Some(name)) = (of(workspace, made_for), entry.names.first())
                            && record.names(&file)
                        {
                            let name = name.clone();
                            found.ours.insert(file.clone(), Entry { id, name, file });
                            continue;
                        }
                        found.others.insert(file);
                        if !entry.is_hidden {
                            found.taken.extend(entry.names.iter().map(|name| self.slot(applications, name)));
                        }
                    }
                }
            }
            Self::StartMenu { user, common, .. } => {
                for folder in [user, common] {
                    for file in files(folder, "lnk", &mut found.unreadable) {
                        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                        if folder == user && record.names(&file) {
                            let Some(bytes) = read(&file, &mut found) else { continue };
                            if let Some(id) = of(workspace, shortcut::made_for(&bytes)) {
                                found.ours.insert(file.clone(), Entry { id, name, file });
                                continue;
                            }
                        }
                        // The folders of both are shown as one.
                        let below = file.strip_prefix(folder).unwrap_or(&file);
                        found.taken.insert(self.slot(&user.join(below.parent().unwrap_or(below)), &name));
                        found.others.insert(file);
                    }
                }
            }
        }
        found
    }
}

/// What the files of an application are called, but for their kind: something readable, and something of which there is one.
pub(super) fn stem(workspace: &str, id: &AppId) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric();
    let plain: String = workspace.chars().filter(|letter| is_plain(*letter)).take(32).collect();
    let digest = blake3::hash(format!("{workspace}\0{id}").as_bytes()).to_hex();
    format!("medv-{plain}-{}", &digest[..32])
}

fn of(workspace: &str, made_for: Option<(String, AppId)>) -> Option<AppId> {
    made_for.filter(|(of, _)| of == workspace).map(|(_, id)| id)
}

/// The content of a file; of one that cannot be read all that is known is that it is not ours.
fn read(file: &Path, found: &mut Found) -> Option<Vec<u8>> {
    // Reading a pipe would wait for ever.
    let is_entry = |file: &Path| fs::metadata(file).map(|found| found.is_file() && found.len() <= MAX_ENTRY);
    match is_entry(file).and_then(|is_entry| if is_entry { fs::read(file) } else { Ok(Vec::new()) }) {
        Ok(bytes) => return Some(bytes),
        // A link to nowhere.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => found.unreadable.push((file.to_owned(), error)),
    }
    found.others.insert(file.to_owned());
    None
}

/// The folder of this name in another, as it is called there. What is not the name of a folder is not found.
fn folder_in(top: &Path, name: &str) -> Option<PathBuf> {
    let folders = fs::read_dir(top).ok()?.flatten().filter(|entry| entry.path().is_dir());
    let mut same =
        folders.filter(|entry| label::key(&entry.file_name().to_string_lossy()) == label::key(name));
    same.next().map(|entry| entry.path())
}

/// All files of this kind in a folder and below it, in order.
fn files(folder: &Path, kind: &str, unreadable: &mut Vec<(PathBuf, io::Error)>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    unreadable.push((folder, error));
                }
                continue;
            }
        };
        for entry in entries.flatten() {
            let path = entry.path();
            // A link to a folder may lead round in a circle: it is none here.
            let is_folder = entry.file_type().is_ok_and(|found| found.is_dir());
            if is_folder && depth < MAX_DEPTH {
                folders.push((path, depth + 1));
            } else if !is_folder && path.extension().is_some_and(|found| found.eq_ignore_ascii_case(kind)) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
