//! Applications: the `.desktop` files of the guest's menu.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use medv_protocol::{App, AppId, Icon, IconFormat, MAX_PIECE, to_base64};

use super::desktop_entry::DesktopEntry;
use super::{find_program, is_command};
use crate::apps::Installed;
use crate::files::read_text;
use crate::{Error, Places, Result};

/// Where menu entries are; the first one with an id counts.
pub(crate) const FOLDERS: [&str; 2] = ["/usr/local/share/applications", "/usr/share/applications"];

/// Debian's name for whichever terminal there is. Without one, what needs it cannot be started, and is not listed.
const TERMINAL: &str = "x-terminal-emulator";

/// Largest menu entry that is read, in bytes.
const MAX_ENTRY: u64 = 1 << 20;

/// How deep folders of menu entries may lie in each other.
const MAX_DEPTH: usize = 8;

/// All applications that are to be in the host's menu. A faulty entry is passed over.
pub(crate) fn list(places: &Places) -> Vec<Installed> {
    let (locale, excluded) = (locale(places), excluded(places));
    let mut files = BTreeMap::new();
    for folder in FOLDERS.map(|folder| places.at(folder)) {
        collect(&folder, "", MAX_DEPTH, &mut files);
    }
    let read = |(id, path): (String, PathBuf)| {
        let text = fs::metadata(&path)
            .is_ok_and(|file| file.len() <= MAX_ENTRY)
            .then(|| read_text(&path).ok())??;
        let entry = DesktopEntry::parse(&text?, &locale)?;
        if !entry.try_exec.is_empty() && !is_there(places, &entry.try_exec) {
            return None;
        }
        let mut command = entry.command()?;
        if is_excluded(places, &excluded, &id, command.first()?) {
            return None;
        }
        if entry.in_terminal {
            let terminal = find_program(places, &[TERMINAL])?;
            command.splice(0..0, [terminal, "-e".to_owned()]);
        }
        let icon = icon(places, &entry.icon);
        let app =
            App { id: AppId(id), name: entry.name, comment: entry.comment, folder: entry.categories, icon };
        Some(Installed { app, command: command.into_iter().map(OsString::from).collect() })
    };
    files.into_iter().filter_map(read).collect()
}

fn collect(folder: &Path, prefix: &str, depth: usize, files: &mut BTreeMap<String, PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let (path, id) = (entry.path(), format!("{prefix}{name}"));
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if depth > 0 {
                collect(&path, &format!("{id}/"), depth - 1, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "desktop") {
            files.entry(id).or_insert(path);
        }
    }
}

/// `/etc/medv/exclude`: one id, or one path of a program, a line.
fn excluded(places: &Places) -> Vec<String> {
    let text = read_text(&places.at("/etc/medv/exclude")).ok().flatten().unwrap_or_default();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

fn is_excluded(places: &Places, excluded: &[String], id: &str, program: &str) -> bool {
    let path = if program.starts_with('/') { None } else { find_program(places, &[program]) };
    excluded.iter().any(|line| line == id || line == program || Some(line) == path.as_ref())
}

fn is_there(places: &Places, program: &str) -> bool {
    if program.starts_with('/') {
        is_command(&places.at(program))
    } else {
        find_program(places, &[program]).is_some()
    }
}

/// The language of the guest.
pub(crate) fn locale(places: &Places) -> String {
    let files = ["/etc/locale.conf", "/etc/default/locale"].map(|path| read_text(&places.at(path)));
    let texts = files.into_iter().filter_map(|text| text.ok().flatten());
    let locale = texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .find_map(|line| Some(line.strip_prefix("LANG=")?.trim_matches('"').to_owned()));
    locale.filter(|locale| !locale.is_empty()).unwrap_or_else(|| "C.UTF-8".into())
}

/// The picture of this name, in the size that suits a menu best.
fn icon(places: &Places, name: &str) -> Option<Icon> {
    if name.starts_with('/') {
        return read_icon(&places.at(name));
    }
    if name.is_empty() || name.contains('/') {
        return None;
    }
    let sizes = ["48x48", "64x64", "32x32", "128x128", "scalable", "256x256", "24x24", "22x22", "16x16"];
    let mut folders = sizes.map(|size| format!("/usr/share/icons/hicolor/{size}/apps")).to_vec();
    folders.push("/usr/share/pixmaps".into());
    let stem = name.strip_suffix(".png").or_else(|| name.strip_suffix(".svg")).unwrap_or(name);
    let files =
        folders.iter().flat_map(|folder| ["png", "svg"].map(|ending| format!("{folder}/{stem}.{ending}")));
    files.into_iter().find_map(|file| read_icon(&places.at(file)))
}

fn read_icon(path: &Path) -> Option<Icon> {
    let format = match path.extension()?.to_str()? {
        "png" => IconFormat::Png,
        "svg" => IconFormat::Svg,
        _ => return None,
    };
    let file = fs::metadata(path).ok()?;
    if !file.is_file() || file.len() > MAX_PIECE as u64 {
        return None;
    }
    let bytes = fs::read(path).ok()?;
    (bytes.len() <= MAX_PIECE).then(|| Icon { format, base64: to_base64(&bytes) })
}

/// How an address is opened.
pub(crate) fn browser(places: &Places, url: &str) -> Result<Vec<OsString>> {
    let names = ["xdg-open", "sensible-browser", "x-www-browser", "firefox", "firefox-esr", "chromium"];
    let program = find_program(places, &names);
    let program = program.ok_or_else(|| Error::new("the guest has no browser: install one, or xdg-utils"))?;
    Ok(vec![places.at(program).into(), url.into()])
}
