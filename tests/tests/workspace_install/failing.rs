//! What fails after the disk has its name: all of it is taken back.

use std::fs;

use medv_tests::command::Finished;

use crate::{OWN, Site, fails};

/// What stands in the way, what takes it out of the way, and how that is said.
type Obstacle = (&'static str, fn(&Site), fn(&Site), &'static str);

const OBSTACLES: &[Obstacle] = &[
    (
        "settings that are no TOML",
        |site| fs::write(site.root("etc/medv/settings.toml"), "[VM\n").unwrap(),
        |site| fs::write(site.root("etc/medv/settings.toml"), OWN).unwrap(),
        "settings.toml",
    ),
    (
        "settings that are a folder",
        |site| {
            fs::remove_file(site.root("etc/medv/settings.toml")).unwrap();
            fs::create_dir(site.root("etc/medv/settings.toml")).unwrap();
        },
        |site| {
            fs::remove_dir(site.root("etc/medv/settings.toml")).unwrap();
            fs::write(site.root("etc/medv/settings.toml"), OWN).unwrap();
        },
        "settings.toml",
    ),
    (
        "a file in place of the folder for the start",
        |site| {
            let _ = fs::remove_dir_all(site.root("etc/xdg"));
            fs::create_dir_all(site.root("etc/xdg")).unwrap();
            fs::write(site.root("etc/xdg/autostart"), "x").unwrap();
        },
        |site| fs::remove_dir_all(site.root("etc/xdg")).unwrap(),
        "medv-host.desktop",
    ),
    (
        "a file in place of a folder for users",
        |site| {
            let _ = fs::remove_dir_all(site.root("var/lib/medv/monitoring"));
            fs::create_dir_all(site.root("var/lib/medv")).unwrap();
            fs::write(site.root("var/lib/medv/monitoring"), "x").unwrap();
        },
        |site| fs::remove_file(site.root("var/lib/medv/monitoring")).unwrap(),
        "monitoring",
    ),
];

#[test]
fn a_first_installation_leaves_nothing() {
    for (what, put, take, message) in OBSTACLES {
        let site = Site::new();
        put(&site);
        let before = site.tree();
        fails(site.install(&["office"]), code(what), &[message]);
        assert_eq!(site.tree().keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>(), "{what}");
        assert!(site.tree() == before, "{what}");
        take(&site);
        let _ = site.install(&["office"]).exits(0);
        site.assert_installed("office", &site.disk);
    }
}

#[test]
fn a_replaced_disk_is_put_back() {
    for (what, put, take, message) in OBSTACLES {
        let site = Site::new();
        fs::create_dir_all(site.root("var/lib/medv/workspace")).unwrap();
        fs::write(site.master(), "somebody's").unwrap();
        put(&site);
        let before = site.tree();
        fails(site.install(&["office", "--overwrite"]), code(what), &[message]);
        assert!(site.tree() == before, "{what}");
        take(&site);
    }
}

#[test]
fn an_earlier_version_stays_installed() {
    for (what, put, take, message) in OBSTACLES {
        let site = Site::new();
        let _ = site.install(&["office"]).exits(0);
        let first = fs::read(site.root("etc/medv/settings.toml")).unwrap();
        let disk = site.second();
        put(&site);
        let before = site.tree();
        fails(site.install(&["office2", "--overwrite"]), code(what), &[message]);
        assert!(site.tree() == before, "{what}");
        assert_eq!(site.listed().unwrap()["version"], "1.0.0", "{what}");
        take(&site);
        fs::write(site.root("etc/medv/settings.toml"), first).unwrap();
        let _ = site.install(&["office2", "--overwrite"]).exits(0);
        site.assert_installed("office2", &disk);
    }
}

#[test]
fn a_disk_that_cannot_be_written_leaves_nothing() {
    let site = Site::new();
    let before = site.tree();
    let arguments = ["workspace", "install", "office", "--root", "root"];
    let mut command = site.shop.confined_medv(1024, &arguments);
    fails(Finished::from(command.output().unwrap()), 3, &["office.vhd.new", "the same command goes on"]);
    assert!(site.tree() == before, "{:?}", site.tree().keys());
    let _ = site.install(&["office"]).exits(0);
    site.assert_installed("office", &site.disk);
}

/// A broken file is one, anything else is I/O.
fn code(what: &str) -> i32 {
    if what.contains("TOML") { 1 } else { 3 }
}
