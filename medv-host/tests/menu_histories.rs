//! Whatever happens to a menu, and wherever it is cut short: the next reconciliation makes it exactly what is wanted, and
//! nothing of the host's is touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use medv_host::menu::{Entry, Folders, Menu, Writer, part};
use medv_protocol::{App, AppId, Icon, IconFormat};
use proptest::prelude::*;

/// What the user sees: what is called what, where.
type Seen = BTreeMap<PathBuf, Vec<u8>>;

/// Writes until it has written a number of times; then the power is gone.
struct Fragile(Arc<AtomicUsize>);

impl Fragile {
    fn has_power(&self) -> io::Result<()> {
        let before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        before.map(drop).map_err(|_| io::Error::other("no power"))
    }
}

impl Writer for Fragile {
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(path.parent().expect("a folder"))?;
        fs::write(part(path), &bytes[..bytes.len() / 2])?;
        self.has_power()?;
        fs::write(part(path), bytes)?;
        fs::rename(part(path), path)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        if !path.exists() {
            return Ok(());
        }
        self.has_power()?;
        fs::remove_file(path)
    }

    fn announce(&self, _: &Folders) {}
}

/// A user's folders, with some things of his own in them.
struct Host {
    scratch: tempfile::TempDir,
    folders: Folders,
    own: Seen,
}

impl Host {
    fn new(is_windows: bool) -> Self {
        let scratch = tempfile::tempdir().expect("a folder");
        let top = scratch.path();
        let freedesktop = Folders::Freedesktop {
            applications: top.join("share/applications"),
            icons: top.join("share/icons/hicolor"),
            machine: vec![top.join("usr/applications")],
        };
        let start_menu = Folders::StartMenu {
            user: top.join("user"),
            common: top.join("common"),
            icons: top.join("icons"),
        };
        let own: &[(&str, &str)] = &[
            ("share/applications/word.desktop", "[Desktop Entry]\nName=Word\nExec=word\n"),
            ("share/applications/medv-XP-copy.desktop", "[Desktop Entry]\nName=Mine\nExec=x\n"),
            ("usr/applications/calc.desktop", "[Desktop Entry]\nName=calc\nExec=calc\n"),
            ("share/icons/hicolor/48x48/apps/word.png", "word"),
            ("user/Programs/Word.lnk", "a shortcut"),
            ("user/Programs/Office/Calc.lnk", "a shortcut"),
            ("common/Programs/Calc.lnk", "a shortcut"),
            ("icons/word.ico", "word"),
        ];
        for (name, text) in own {
            fs::create_dir_all(top.join(name).parent().expect("a folder")).expect("made");
            fs::write(top.join(name), text).expect("written");
        }
        let folders = if is_windows { start_menu } else { freedesktop };
        let host = Self { folders, own: seen(top), scratch };
        assert_eq!(host.own.len(), own.len());
        host
    }

    fn menu(&self, power: usize) -> Menu {
        let writer = Box::new(Fragile(Arc::new(AtomicUsize::new(power))));
        let list = self.scratch.path().join("state/published.json");
        Menu::open("XP", r"C:\medv-host.exe".into(), self.folders.clone(), list, writer).expect("opened")
    }

    /// All that is there and is not the user's own, after a look whether that is as it was.
    fn ours(&self) -> Seen {
        let mut all = seen(self.scratch.path());
        for (path, bytes) in &self.own {
            assert_eq!(all.remove(path).as_ref(), Some(bytes), "{} was changed", path.display());
        }
        all.retain(|path, _| !path.starts_with(self.scratch.path().join("state")));
        all
    }
}

fn seen(folder: &Path) -> Seen {
    let mut found = Seen::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(seen(&path));
        } else {
            let bytes = fs::read(&path).expect("read");
            found.insert(path, bytes);
        }
    }
    found
}

#[derive(Clone, Debug)]
enum Step {
    Publish(Vec<App>),
    WithdrawAll,
    /// The user deletes one of our files.
    Delete(prop::sample::Index),
    /// The list is lost.
    LoseList,
}

const PNG_16: &str =
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAYAAAAf8/9hAAAAEUlEQVR42mNgGAWjYBSMAggAAAQQAAF/TXiOAAAAAElFTkSuQmCC";

fn app() -> impl Strategy<Value = App> {
    let ids = prop_oneof![
        "[a-c]",
        Just("../../x".to_owned()),
        Just("/etc/passwd".to_owned()),
        Just("--help".to_owned()),
        "\\PC{1,8}",
    ];
    let names = prop_oneof![
        "(Word|word|Calc|Paint)",
        Just("../../Word".to_owned()),
        Just("a\\b\n[Desktop Entry]\nExec=x".to_owned()),
        "[a-zA-Z/.:]{0,6}x",
    ];
    let folders = prop_oneof![
        Just(""),
        Just("Office"),
        Just("office"),
        Just("../.."),
        Just("No/Such"),
        Just("/"),
        Just("Game;")
    ];
    let icons = prop_oneof![
        Just(None),
        Just(Some(PNG_16.to_owned())),
        Just(Some("PHN2Zy8+".to_owned())),
        Just(Some("no picture".to_owned())),
    ];
    (ids, names, ".{0,9}", folders, icons).prop_map(|(id, name, comment, folder, icon)| App {
        id: AppId(id),
        name,
        comment,
        folder: folder.to_owned(),
        icon: icon.map(|base64| Icon { format: IconFormat::Png, base64 }),
    })
}

fn steps() -> impl Strategy<Value = Vec<(Step, usize)>> {
    let apps = || proptest::collection::vec(app(), 0..6);
    let step = prop_oneof![
        8 => apps().prop_map(Step::Publish),
        1 => Just(Step::WithdrawAll),
        1 => any::<prop::sample::Index>().prop_map(Step::Delete),
        1 => Just(Step::LoseList),
    ];
    let power = prop_oneof![2 => Just(usize::MAX), 1 => 0..12_usize];
    proptest::collection::vec((step, power), 0..8)
}

fn ids<'a>(apps: impl IntoIterator<Item = &'a AppId>) -> BTreeSet<AppId> {
    apps.into_iter().cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_any_history_the_menu_is_what_is_wanted(
        is_windows: bool,
        steps in steps(),
        wanted in proptest::collection::vec(app(), 0..8),
    ) {
        let host = Host::new(is_windows);
        let mut was_list_lost = false;
        for (step, power) in steps {
            let mut menu = host.menu(power);
            match step {
                Step::Publish(apps) => drop(menu.publish(&apps)),
                Step::WithdrawAll => drop(menu.withdraw_all()),
                Step::Delete(which) => {
                    let ours: Vec<_> = host.ours().into_keys().collect();
                    if !ours.is_empty() {
                        fs::remove_file(which.get(&ours)).expect("deleted");
                    }
                }
                Step::LoseList => {
                    was_list_lost = true;
                    let _ = fs::remove_file(host.scratch.path().join("state/published.json"));
                }
            }
            host.ours();
        }

        let mut menu = host.menu(usize::MAX);
        menu.publish(&wanted);
        prop_assert_eq!(ids(menu.list().iter().map(|entry| &entry.id)), ids(wanted.iter().map(|app| &app.id)));
        let kind = if is_windows { "lnk" } else { "desktop" };
        let entries = |seen: &Seen| -> BTreeSet<PathBuf> {
            seen.keys().filter(|path| path.extension().is_some_and(|found| found == kind)).cloned().collect()
        };
        let listed = |list: &[Entry]| list.iter().map(|entry| entry.file.clone()).collect::<BTreeSet<_>>();
        let there = host.ours();
        prop_assert_eq!(entries(&there), listed(menu.list()));
        let names: BTreeSet<_> = menu.list().iter().map(|entry| entry.name.to_lowercase()).collect();
        prop_assert!(is_windows || names.len() == menu.list().len(), "a name is there twice");
        prop_assert!(is_windows || !names.contains("word") && !names.contains("calc"), "a name of the host's");

        // Again, by another run, changes nothing.
        let again = host.menu(0).publish(&wanted);
        prop_assert_eq!((again.published.len(), again.withdrawn.len()), (0, 0));
        prop_assert_eq!(&host.ours(), &there);

        host.menu(usize::MAX).withdraw_all();
        let left = host.ours();
        prop_assert_eq!(entries(&left), BTreeSet::new());
        // Without the list nobody knows of files that are no entries.
        prop_assert!(was_list_lost || left.is_empty(), "{:?}", left.keys());
    }
}

#[test]
fn an_entry_that_was_cut_short_and_is_forgotten_leaves_no_half_of_a_file() {
    let host = Host::new(true);
    let paint = |folder: &str| App {
        id: AppId("paint".to_owned()),
        name: "Paint".to_owned(),
        comment: String::new(),
        folder: folder.to_owned(),
        icon: None,
    };
    let programs = host.scratch.path().join("user/Programs");
    host.menu(usize::MAX).publish(&[paint("Office")]);
    fs::remove_file(programs.join("Office/Paint.lnk")).expect("the user deletes it");
    // It comes back elsewhere; the power is gone after the list, which has both places now.
    host.menu(1).publish(&[paint("")]);
    assert_eq!(host.ours().into_keys().collect::<Vec<_>>(), [part(&programs.join("Paint.lnk"))]);
    // It is wanted where it was first.
    host.menu(usize::MAX).publish(&[paint("Office")]);
    assert_eq!(host.ours().into_keys().collect::<Vec<_>>(), [programs.join("Office/Paint.lnk")]);
}

#[test]
fn an_application_that_was_cut_short_in_place_of_another_leaves_no_half_of_a_picture() {
    let host = Host::new(true);
    let paint = |id: &str, icon: Option<&str>| App {
        id: AppId(id.to_owned()),
        name: "Paint".to_owned(),
        comment: String::new(),
        folder: String::new(),
        icon: icon.map(|base64| Icon { format: IconFormat::Png, base64: base64.to_owned() }),
    };
    host.menu(usize::MAX).publish(&[paint("old", None)]);
    // The power is gone after the list, which has both applications at one place now.
    host.menu(1).publish(&[paint("new", Some(PNG_16))]);
    host.menu(usize::MAX).withdraw_all();
    assert_eq!(host.ours(), Seen::new());
}
