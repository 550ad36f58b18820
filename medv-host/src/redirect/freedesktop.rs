//! Opening web addresses on a freedesktop desktop: being what opens them, and finding what else does.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use medv_codec::{Error, Result};

use super::mimeapps;
use super::{Address, OPENING, is_handed_back};
use crate::menu::{FileSystem, Writer, desktop_entry, exec};

/// What our entry is called.
const OURS: &str = "medv-host-open.desktop";
const KINDS: [&str; 2] = ["x-scheme-handler/http", "x-scheme-handler/https"];

/// The folders in which a desktop looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Folders with settings, the user's own first.
    pub config: Vec<PathBuf>,
    /// Folders with data, the user's own first.
    pub data: Vec<PathBuf>,
    /// What the desktop is called, in lower case; it may have lists of its own.
    pub desktops: Vec<String>,
}

impl Places {
    /// Those of the user that this program runs for; none if the environment does not say who that is.
    pub fn of_this_user() -> Option<Self> {
        let home = env::var_os("HOME").map(PathBuf::from);
        let all = |own: &str, usual: &str, further: &str, usually: &str| {
            let own = env::var_os(own).map(PathBuf::from).filter(|path| path.is_absolute());
            let own = own.or_else(|| Some(home.as_ref()?.join(usual)))?;
            let further =
                env::var_os(further).filter(|list| !list.is_empty()).unwrap_or_else(|| usually.into());
            let further = env::split_paths(&further).filter(|path| path.is_absolute());
            Some([own].into_iter().chain(further).collect::<Vec<_>>())
        };
        let desktops = env::var("XDG_CURRENT_DESKTOP").unwrap_or_default().to_lowercase();
        Some(Self {
            config: all("XDG_CONFIG_HOME", ".config", "XDG_CONFIG_DIRS", "/etc/xdg")?,
            data: all("XDG_DATA_HOME", ".local/share", "XDG_DATA_DIRS", "/usr/local/share:/usr/share")?,
            desktops: desktops.split(':').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        })
    }

    fn own(folders: &[PathBuf]) -> Result<&PathBuf> {
        folders.first().ok_or_else(|| Error::usage("the user has no folder for this; set HOME"))
    }

    fn entry(&self) -> Result<PathBuf> {
        Ok(Self::own(&self.data)?.join("applications").join(OURS))
    }

    /// The user's list; what a link leads to is changed, not the link.
    fn list(&self) -> Result<PathBuf> {
        let path = Self::own(&self.config)?.join("mimeapps.list");
        Ok(fs::canonicalize(&path).unwrap_or(path))
    }

    /// All programs for a kind of content, in the order in which the desktop asks for them.
    fn programs(&self, kind: &str) -> Vec<String> {
        let applications = || self.data.iter().map(|folder| folder.join("applications"));
        let mut lists = Vec::new();
        for folder in self.config.iter().cloned().chain(applications()) {
            lists.extend(self.desktops.iter().map(|desktop| folder.join(format!("{desktop}-mimeapps.list"))));
            lists.push(folder.join("mimeapps.list"));
        }
        let lists = lists.into_iter().map(|list| (list, mimeapps::DEFAULTS));
        let caches = applications().map(|folder| (folder.join("mimeinfo.cache"), mimeapps::CACHE));
        let mut found = Vec::new();
        for (path, group) in lists.chain(caches) {
            let Ok(text) = fs::read_to_string(path) else { continue };
            found.extend(mimeapps::programs(&text, group, kind).into_iter().map(str::to_owned));
        }
        found
    }

    /// What the entry of this name runs. A `-` in a name may stand for a folder.
    fn exec(&self, name: &str) -> Option<String> {
        let applications = self.data.iter().map(|folder| folder.join("applications"));
        let is_plain = !name.contains(['/', '\\']) && name.ends_with(".desktop");
        let paths =
            applications.flat_map(|folder| [folder.join(name), folder.join(name.replacen('-', "/", 1))]);
        let text = paths.filter(|_| is_plain).find_map(|path| fs::read_to_string(path).ok())?;
        desktop_entry::read(&text).exec
    }
}

/// Makes `program`, the host agent, what opens web addresses for this user. The programs that did stay behind it in the
/// list.
///
/// # Errors
/// If the list or our entry cannot be written, or another list of the desktop's counts more; the user must choose then.
pub fn register(places: &Places, program: &Path) -> Result<()> {
    let entry = places.entry()?;
    let command = exec::command_line([&*program.to_string_lossy(), "open", "--"]);
    let text = format!(
        "[Desktop Entry]\nType=Application\nName=MED-V web redirection\nExec={} %u\nMimeType={};\nNoDisplay=true\n\
         Terminal=false\n",
        command.replace('\\', r"\\"),
        KINDS.join(";"),
    );
    FileSystem.write(&entry, text.as_bytes()).map_err(|error| {
        Error::io("cannot write the entry that opens web addresses", error).in_file(&entry)
    })?;
    change_list(places, mimeapps::prefer)?;
    for kind in KINDS {
        let first = places.programs(kind).into_iter().next();
        if first.as_deref() != Some(OURS) {
            let message = format!("{} still opens {kind}", first.unwrap_or_default());
            return Err(Error::usage(message)
                .advice("choose MED-V web redirection as browser in the desktop's settings"));
        }
    }
    Ok(())
}

/// Gives web addresses back to what opened them before.
///
/// # Errors
/// If the list cannot be written, or our entry cannot be removed.
pub fn unregister(places: &Places) -> Result<()> {
    change_list(places, mimeapps::forget)?;
    let entry = places.entry()?;
    FileSystem
        .remove(&entry)
        .map_err(|error| Error::io("cannot remove the entry that opens web addresses", error).in_file(&entry))
}

fn change_list(places: &Places, change: fn(&str, &str, &str) -> String) -> Result<()> {
    let path = places.list()?;
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Error::io("cannot read the list of default programs", error).in_file(path)),
    };
    let changed = KINDS.iter().fold(text.clone(), |text, kind| change(&text, kind, OURS));
    if changed != text {
        FileSystem
            .write(&path, changed.as_bytes())
            .map_err(|error| Error::io("cannot write the list of default programs", error).in_file(&path))?;
    }
    Ok(())
}

/// Opens an address in the browser that would be the default without us.
///
/// # Errors
/// If there is none, it cannot be started, or it has handed the address back to us.
pub fn open_in_browser(places: &Places, address: &Address) -> Result<()> {
    if is_handed_back(address) {
        return Err(Error::usage(format!("the browser has handed {address} back"))
            .advice("choose a browser in the desktop's settings that opens addresses itself"));
    }
    let words = browser(places, address)?;
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).env(OPENING, address.as_str());
    let started = command.stdin(Stdio::null()).spawn();
    started.map(drop).map_err(|error| Error::io("cannot start the browser", error).in_file(&words[0]))
}

/// The command line, taken apart, that opens an address.
fn browser(places: &Places, address: &Address) -> Result<Vec<String>> {
    let kind = if address.url().scheme() == "http" { KINDS[0] } else { KINDS[1] };
    let others = places.programs(kind).into_iter().filter(|program| program != OURS);
    let mut commands =
        others.filter_map(|program| exec::with_address(&places.exec(&program)?, address.as_str()));
    commands.next().ok_or_else(|| {
        Error::usage(format!("there is no other program for {} addresses", address.url().scheme()))
            .advice("install a browser")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Desktop(tempfile::TempDir, Places);

    fn desktop(files: &[(&str, &str)]) -> Desktop {
        let folder = tempfile::tempdir().unwrap();
        let all = |names: [&str; 2]| names.map(|name| folder.path().join(name)).to_vec();
        let places = Places {
            config: all(["config", "etc"]),
            data: all(["data", "usr"]),
            desktops: vec!["gnome".to_owned()],
        };
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Desktop(folder, places)
    }

    const FIREFOX: (&str, &str) =
        ("usr/applications/firefox.desktop", "[Desktop Entry]\nName=F\nExec=/usr/bin/firefox --new %u\n");
    const CACHE: (&str, &str) = (
        "usr/applications/mimeinfo.cache",
        "[MIME Cache]\nx-scheme-handler/http=gone.desktop;firefox.desktop;\nx-scheme-handler/https=firefox.desktop;\n",
    );

    fn opened(places: &Places, address: &str) -> String {
        browser(places, &Address::parse(address).unwrap()).unwrap().join(" ")
    }

    #[test]
    fn who_was_the_browser_is_it_still_for_all_else() {
        let own = "[Default Applications]\nx-scheme-handler/http=own-web.desktop\n";
        let Desktop(folder, places) = desktop(&[
            FIREFOX,
            CACHE,
            ("config/mimeapps.list", own),
            ("data/applications/own/web.desktop", "[Desktop Entry]\nExec=\"/opt/my web/web\" %U --x\n"),
        ]);
        for _ in 0..2 {
            register(&places, Path::new("/opt/me dv/medv-host")).unwrap();
            assert_eq!(places.programs(KINDS[0])[0], OURS);
            assert_eq!(opened(&places, "http://a/?x=%20$y"), "/opt/my web/web http://a/?x=%20$y --x");
            assert_eq!(opened(&places, "https://a/"), "/usr/bin/firefox --new https://a/");
        }
        assert_eq!(places.exec(OURS).unwrap(), r#""/opt/me dv/medv-host" open -- %u"#);
        unregister(&places).unwrap();
        let after = fs::read_to_string(folder.path().join("config/mimeapps.list")).unwrap();
        assert_eq!(mimeapps::programs(&after, mimeapps::DEFAULTS, KINDS[0]), ["own-web.desktop"]);
        assert!(!places.entry().unwrap().exists() && !after.contains(OURS));
        unregister(&places).unwrap();
    }

    #[test]
    fn never_ourselves() {
        let Desktop(_folder, places) = desktop(&[]);
        register(&places, Path::new("/usr/bin/medv-host")).unwrap();
        assert!(browser(&places, &Address::parse("http://a/").unwrap()).is_err());
    }

    #[test]
    fn a_list_of_the_desktop_that_counts_more_is_reported() {
        let of_gnome = "[Default Applications]\nx-scheme-handler/https=firefox.desktop\n";
        let Desktop(_folder, places) = desktop(&[FIREFOX, ("config/gnome-mimeapps.list", of_gnome)]);
        let error = register(&places, Path::new("/usr/bin/medv-host")).unwrap_err();
        assert_eq!(error.message(), "firefox.desktop still opens x-scheme-handler/https");
    }

    #[cfg(unix)]
    #[test]
    fn a_list_that_is_a_link_stays_one() {
        let Desktop(folder, places) = desktop(&[("dotfiles/mimeapps.list", "# kept\n")]);
        let link = folder.path().join("config/mimeapps.list");
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(folder.path().join("dotfiles/mimeapps.list"), &link).unwrap();
        register(&places, Path::new("/usr/bin/medv-host")).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert!(fs::read_to_string(&link).unwrap().starts_with("# kept\n[Default Applications]\n"));
    }
}
