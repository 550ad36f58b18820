//! Applications: the shortcuts of the Start menu of all users.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use medv_protocol::{App, AppId};
use winreg::RegKey;
use winreg::enums::HKEY_LOCAL_MACHINE;

use crate::apps::Installed;
use crate::shell_link::target;
use crate::{Places, Result};

/// Programs that Windows brings, by the folders of their shortcuts.
const BUILT_IN: &[&str] = &[
    "accessories",
    "accessibility",
    "administrative tools",
    "games",
    "maintenance",
    "startup",
    "system tools",
    "windows powershell",
];

/// Where administrators name programs that are not to be published.
const EXCLUDED: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtual Machine\VPCVAppExcludeList";

/// How deep folders may lie in each other.
const MAX_DEPTH: usize = 8;

/// All applications that are to be in the host's menu. A faulty shortcut is passed over.
pub(crate) fn list(places: &Places) -> Vec<Installed> {
    let mut found = Vec::new();
    let programs = super::program_data().join(r"..\Windows\Start Menu\Programs");
    let excluded = excluded();
    collect(&places.at(programs), "", MAX_DEPTH, &mut |folder, path| {
        found.extend(installed(folder, path, &excluded));
    });
    found
}

fn collect(folder: &Path, below: &str, depth: usize, take: &mut impl FnMut(&str, PathBuf)) {
    let mut entries: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if depth > 0 && !BUILT_IN.contains(&name.to_lowercase().as_str()) {
                let below = if below.is_empty() { name } else { format!("{below}/{name}") };
                collect(&entry.path(), &below, depth - 1, take);
            }
        } else {
            take(below, entry.path());
        }
    }
}

fn installed(folder: &str, path: PathBuf, excluded: &[String]) -> Option<Installed> {
    let file = path.file_name()?.to_str()?.to_owned();
    let name = file.strip_suffix(".lnk").or_else(|| file.strip_suffix(".LNK"))?.to_owned();
    let target = target(&fs::read(&path).ok()?);
    if target.is_some_and(|target| excluded.contains(&target.to_lowercase())) {
        return None;
    }
    let id = AppId(if folder.is_empty() { file } else { format!("{folder}/{file}") });
    let app = App { id, name, comment: String::new(), folder: folder.to_owned(), icon: None };
    // The shell knows what a shortcut leads to, in every form.
    let words = ["cmd.exe", "/d", "/c", "start", "", "/wait"].map(OsString::from);
    Some(Installed { app, command: words.into_iter().chain([path.into_os_string()]).collect() })
}

/// The values of the list: full paths without quotes.
fn excluded() -> Vec<String> {
    let Ok(key) = RegKey::predef(HKEY_LOCAL_MACHINE).open_subkey(EXCLUDED) else { return Vec::new() };
    let names = key.enum_values().flatten().map(|(name, _)| name);
    let paths = names.filter_map(|name| key.get_value::<String, _>(name).ok());
    paths.map(|path| expand(&path).to_lowercase()).collect()
}

/// `%SystemRoot%\control.exe` with what stands for the variable.
fn expand(path: &str) -> String {
    let parts: Vec<&str> = path.split('%').collect();
    match parts.as_slice() {
        ["", variable, rest] => {
            std::env::var(variable).map_or_else(|_| path.to_owned(), |value| value + rest)
        }
        _ => path.to_owned(),
    }
}

/// How an address is opened.
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there may be no browser")]
pub(crate) fn browser(_: &Places, url: &str) -> Result<Vec<OsString>> {
    Ok(["rundll32.exe", "url.dll,FileProtocolHandler", url].map(OsString::from).to_vec())
}
