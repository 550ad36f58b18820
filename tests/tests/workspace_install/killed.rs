//! Killed at any moment, it goes on or begins again, and ends right.
//!
//! `MEDV_KILLS` is the number of kills at random moments (20); between any two steps that are told apart by what is on disk, there
//! is a test of its own.

use std::fs;
use std::thread;
use std::time::Instant;

use crate::{OWN, Site};

/// What the next installation finds in the folder of the record: `state` and the copies of what was there before.
fn leave(site: &Site, state: &str, settings: &str, record: &str) {
    let path = site.root("var/lib/medv/workspace.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("state = \"installed\"", &format!("state = \"{state}\""))).unwrap();
    fs::write(site.root("var/lib/medv/settings.toml.before"), settings).unwrap();
    fs::write(site.root("var/lib/medv/workspace.toml.before"), record).unwrap();
}

fn replaced(site: &Site, bytes: &[u8]) {
    fs::write(site.root("var/lib/medv/workspace/office.vhd.replaced"), bytes).unwrap();
}

fn record(site: &Site) -> String {
    fs::read_to_string(site.root("var/lib/medv/workspace.toml")).unwrap()
}

fn settings(site: &Site) -> String {
    fs::read_to_string(site.root("etc/medv/settings.toml")).unwrap()
}

/// A first installation that was killed when the disk had its name and the settings were made.
fn killed_first_installation() -> Site {
    let site = Site::new();
    let _ = site.install(&["office"]).exits(0);
    leave(&site, "installing", OWN, "");
    replaced(&site, b"");
    site
}

#[test]
fn a_first_installation_before_its_end() {
    let site = killed_first_installation();
    assert_eq!(site.listed().unwrap()["finished"], false);
    let _ = site.install(&["office"]).exits(0);
    site.assert_installed("office", &site.disk);
}

#[test]
fn what_is_left_of_a_first_installation_is_not_a_workspace() {
    let site = killed_first_installation();
    let _ = site.uninstall(&["Office"]).exits(2);
    assert!(site.listed().is_none() && !site.master().exists());
    assert_eq!(settings(&site), OWN);
    assert!(!site.root("etc/xdg/autostart/medv-host.desktop").exists());
    let left: Vec<_> =
        site.tree().into_iter().filter(|(_, bytes)| bytes.is_some()).map(|(path, _)| path).collect();
    assert_eq!(
        left,
        ["etc/medv/settings.toml", "var/lib/medv/medvlock/medv.lock"].map(std::path::PathBuf::from)
    );
}

#[test]
fn a_first_installation_before_the_disk_had_its_name() {
    let site = Site::new();
    let _ = site.install(&["office"]).exits(0);
    leave(&site, "installing", OWN, "");
    fs::rename(site.master(), site.root("var/lib/medv/workspace/office.vhd.new")).unwrap();
    let _ = site.install(&["office"]).exits(0);
    site.assert_installed("office", &site.disk);
}

#[test]
fn an_upgrade_before_its_end() {
    let site = Site::new();
    let disk = site.second();
    let _ = site.install(&["office"]).exits(0);
    let (first_record, first_settings) = (record(&site), settings(&site));
    let first_disk = fs::read(site.master()).unwrap();
    let _ = site.install(&["office2", "--overwrite"]).exits(0);
    let second_disk = fs::read(site.master()).unwrap();
    // Between and behind the renames of the two disks.
    for has_name in [false, true] {
        leave(&site, "installing", &first_settings, &first_record);
        replaced(&site, &first_disk);
        if !has_name {
            fs::rename(site.master(), site.root("var/lib/medv/workspace/office.vhd.new")).unwrap();
        }
        // The earlier version is there again, disk and all.
        let report = site.install(&["office"]).exits(0).json();
        assert_eq!(report["expanded"], false);
        site.assert_installed("office", &site.disk);
        assert_eq!(settings(&site), first_settings);
        let _ = site.install(&["office2", "--overwrite"]).exits(0);
        assert!(fs::read(site.master()).unwrap() == second_disk);
        site.assert_installed("office2", &disk);
    }
}

#[test]
fn an_upgrade_when_it_was_done_but_for_what_it_leaves() {
    let site = Site::new();
    let disk = site.second();
    let _ = site.install(&["office"]).exits(0);
    let (first_record, first_settings) = (record(&site), settings(&site));
    let first_disk = fs::read(site.master()).unwrap();
    let _ = site.install(&["office2", "--overwrite"]).exits(0);
    leave(&site, "installed", &first_settings, &first_record);
    replaced(&site, &first_disk);
    // The old disk does not come back: the record says which one is installed.
    let report = site.install(&["office2"]).exits(0).json();
    assert_eq!(report["expanded"], false);
    site.assert_installed("office2", &disk);
}

#[test]
fn at_random_moments() {
    let kills = std::env::var("MEDV_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20);
    let site = Site::new();
    let disk = site.second();
    let start = Instant::now();
    let _ = site.install(&["office"]).exits(0);
    let time = start.elapsed();
    let mut chance: u64 = 7;
    for kill in 0..kills {
        // Forth and back between nothing, the first and the second version.
        let (package, expected) = if kill % 2 == 0 { ("office2", &disk) } else { ("office", &site.disk) };
        if kill % 2 == 1 {
            let _ = site.uninstall(&["Office", "--delete-disks"]).exits(0);
        }
        let arguments = ["workspace", "install", package, "--overwrite", "--root", "root", "-q"];
        let mut child = site.shop.medv(arguments).spawn().unwrap();
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        thread::sleep(time.mul_f64(f64::from((chance >> 40) as u32) / f64::from(1 << 24)));
        child.kill().unwrap();
        child.wait().unwrap();
        // Without a word about overwriting where nothing was there before.
        let arguments: &[&str] = if kill % 2 == 0 { &["office2", "--overwrite"] } else { &["office"] };
        let _ = site.install(arguments).exits(0);
        site.assert_installed(package, expected);
    }
}
