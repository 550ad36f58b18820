//! What an entry is called, and where it is.

use std::fs;
use std::path::{Path, PathBuf};

use medv_host::menu::{FileSystem, Folders, Menu, Report};
use medv_protocol::{App, AppId};

fn app(id: &str, name: &str, folder: &str) -> App {
    let [name, folder] = [name, folder].map(str::to_owned);
    App { id: AppId(id.to_owned()), name, comment: String::new(), folder, icon: None }
}

/// A user's folders with these files in them.
fn host(files: &[&str]) -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("a folder");
    for file in files {
        let path = scratch.path().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        fs::write(path, format!("[Desktop Entry]\nName={name}\nExec=x\n")).expect("written");
    }
    scratch
}

fn start_menu(top: &Path, workspace: &str) -> Menu {
    let folders =
        Folders::StartMenu { user: top.join("user"), common: top.join("common"), icons: top.join("icons") };
    open(top, workspace, folders)
}

fn freedesktop(top: &Path, workspace: &str) -> Menu {
    let (applications, icons) = (top.join("share"), top.join("icons"));
    open(top, workspace, Folders::Freedesktop { applications, icons, machine: vec![top.join("usr")] })
}

fn open(top: &Path, workspace: &str, folders: Folders) -> Menu {
    let list = top.join(format!("{workspace}.json"));
    Menu::open(workspace, "medv-host".into(), folders, list, Box::new(FileSystem)).expect("opened")
}

fn names(menu: &Menu) -> Vec<&str> {
    menu.list().iter().map(|entry| entry.name.as_str()).collect()
}

fn files(top: &Path, report: &Report) -> Vec<PathBuf> {
    assert_eq!(report.faults, []);
    report.published.iter().map(|entry| entry.file.strip_prefix(top).expect("inside").to_owned()).collect()
}

#[test]
fn an_entry_is_in_the_folder_that_is_there_already() {
    let host = host(&[
        "user/Programs/Office/x.lnk",
        "user/Tools/x.lnk",
        "user/Office/x.lnk",
        "common/Programs/Games/x.lnk",
    ]);
    let report = start_menu(host.path(), "XP").publish(&[
        app("1", "A", "OFFICE"),
        app("2", "B", "Tools"),
        app("3", "C", "Games"),
        app("4", "D", "Office/Old"),
        app("5", "E", ""),
    ]);
    let expected = ["Programs/Office/A", "Tools/B", "Programs/C", "Programs/D", "Programs/E"];
    assert_eq!(files(host.path(), &report), expected.map(|name| PathBuf::from(format!("user/{name}.lnk"))));
}

#[test]
fn a_name_that_the_host_has_in_the_same_place_gets_the_workspace_behind_it() {
    let host =
        host(&["user/Programs/Word.lnk", "common/Programs/Calc.lnk", "user/Programs/Office/Paint.lnk"]);
    let report = start_menu(host.path(), "XP").publish(&[
        app("1", "word", ""),
        app("2", "Calc", ""),
        app("3", "Paint", ""),
        app("4", "Word", ""),
        app("5", "Word", "Office"),
    ]);
    let expected = ["word (XP)", "Calc (XP)", "Paint", "Word (XP 2)", "Office/Word"];
    assert_eq!(
        files(host.path(), &report),
        expected.map(|name| PathBuf::from(format!("user/Programs/{name}.lnk")))
    );
}

#[test]
fn names_of_the_machine_and_of_another_workspace_are_taken_too() {
    let host = host(&["usr/Word.desktop", "share/Calc.desktop"]);
    let mut seven = freedesktop(host.path(), "Seven");
    seven.publish(&[app("1", "Paint", "")]);
    let mut xp = freedesktop(host.path(), "XP");
    xp.publish(&[app("1", "Paint", ""), app("2", "Word", ""), app("3", "CALC", ""), app("4", "Free", "")]);
    assert_eq!(names(&xp), ["Paint (XP)", "Word (XP)", "CALC (XP)", "Free"]);
    assert_eq!(xp.withdraw_all().withdrawn.len(), 4);
    assert_eq!(seven.publish(&[app("1", "Paint", "")]), Report::default());
}

#[test]
fn the_host_keeps_the_first_name() {
    let host = host(&[]);
    for menu in [start_menu, freedesktop] {
        menu(host.path(), "XP").publish(&[app("1", "Word", "")]);
        // In a later run, and although the host has got one of that name.
        fs::create_dir_all(host.path().join("usr")).expect("made");
        fs::write(host.path().join("usr/x.desktop"), "[Desktop Entry]\nName=Word\n").expect("written");
        let mut later = menu(host.path(), "XP");
        later.publish(&[app("1", "Word 2003", "")]);
        assert_eq!(names(&later), ["Word"]);
        later.publish(&[app("1", "Writer", "")]);
        assert_eq!(names(&later), ["Word"]);
        later.withdraw_all();
        fs::remove_file(host.path().join("usr/x.desktop")).expect("removed");
    }
}

#[test]
fn one_comes_and_one_goes() {
    let host = host(&[]);
    for menu in [start_menu, freedesktop] {
        let mut menu = menu(host.path(), "XP");
        menu.publish(&[app("1", "A", ""), app("2", "B", "")]);
        let fewer = [app("1", "A", ""), app("3", "C", "")];
        assert_eq!(menu.publish(&fewer).withdrawn, [AppId("2".to_owned())]);
        assert_eq!(menu.publish(&fewer), Report::default());
        assert_eq!(names(&menu), ["A", "C"]);
        menu.withdraw_all();
    }
}

#[test]
fn a_copy_that_the_user_made_is_his() {
    let host = host(&[]);
    let mut menu = start_menu(host.path(), "XP");
    menu.publish(&[app("1", "Word", "")]);
    let copy = host.path().join("user/Programs/Startup/Word.lnk");
    fs::create_dir_all(copy.parent().expect("a folder")).expect("made");
    fs::copy(host.path().join("user/Programs/Word.lnk"), &copy).expect("copied");
    menu.publish(&[]);
    assert!(copy.exists() && !host.path().join("user/Programs/Word.lnk").exists());
}

#[test]
fn what_took_the_place_of_an_entry_is_left_alone() {
    let host = host(&[]);
    let path = host.path().join("user/Programs/Word.lnk");
    start_menu(host.path(), "XP").publish(&[app("1", "Word", "")]);
    fs::write(&path, "an installer's").expect("written");
    let mut menu = start_menu(host.path(), "XP");
    menu.publish(&[app("1", "Word", "")]);
    assert_eq!(names(&menu), ["Word (XP)"]);
    menu.withdraw_all();
    assert_eq!(fs::read_to_string(path).expect("there"), "an installer's");
}
