//! What is there after it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::{OWN, Site};

#[test]
fn the_disk_the_settings_and_the_start_of_the_host_agent_are_installed() {
    let site = Site::new();
    assert!(site.listed().is_none());
    let report = site.install(&["office"]).exits(0).json();
    assert_eq!((&report["name"], &report["version"]), (&"Office".into(), &"1.0.0".into()));
    assert_eq!((&report["expanded"], &report["replaced"]), (&true.into(), &serde_json::Value::Null));
    site.assert_installed("office", &site.disk);
    assert_eq!(site.listed().unwrap()["image_digest"], report["image_digest"]);
    let mode = |path: &str| fs::metadata(site.root(path)).unwrap().permissions().mode() & 0o7777;
    for (path, expected) in [
        ("var/lib/medv/workspace", 0o755),
        ("var/lib/medv/allusers", 0o2770),
        ("var/lib/medv/medvlock", 0o2750),
        ("var/lib/medv/monitoring", 0o1777),
        ("var/lib/medv/medvlock/medv.lock", 0o660),
        ("var/lib/medv/workspace.toml", 0o644),
        ("etc/xdg/autostart/medv-host.desktop", 0o644),
        (r"etc/systemd/user/app-medv\x2dhost@autostart.service.d/medv.conf", 0o644),
        ("etc/medv/settings.toml", 0o644),
    ] {
        assert_eq!(mode(path), expected, "{path}");
    }
    // What an administrator has written is still there, in its place.
    let settings = fs::read_to_string(site.root("etc/medv/settings.toml")).unwrap();
    assert!(
        settings.starts_with("# ours\n[VM]\nMultiUserEnabled = true # for the class room\n"),
        "{settings}"
    );
    assert!(settings.contains("\n[Other]\nthing = 1\n"), "{settings}");
}

#[test]
fn removed_it_leaves_its_disk_and_what_was_there_before() {
    let site = Site::new();
    let _ = site.install(&["office"]).exits(0);
    let report = site.uninstall(&["Office"]).exits(0).json();
    assert_eq!(report["deleted_disks"].as_array().unwrap().len(), 0);
    assert!(site.listed().is_none() && site.settings().is_empty());
    assert!(site.master().exists());
    assert!(!site.root("etc/xdg/autostart/medv-host.desktop").exists());
    assert!(!site.root(r"etc/systemd/user/app-medv\x2dhost@autostart.service.d/medv.conf").exists());
    let settings = fs::read_to_string(site.root("etc/medv/settings.toml")).unwrap();
    for line in OWN.lines() {
        assert!(settings.lines().any(|own| own == line), "{line} in {settings}");
    }
    let _ = site.uninstall(&["Office"]).exits(2);
}

#[test]
fn the_disk_goes_where_it_is_told_to() {
    let site = Site::new();
    let elsewhere = site.shop.path("else where");
    let report = site.install(&["office", "--dir", "else where"]).exits(0).json();
    assert_eq!(report["disk"], elsewhere.join("office.vhd").to_str().unwrap());
    assert!(fs::read(elsewhere.join("office.vhd")).unwrap().starts_with(&site.disk));
    assert!(!site.master().exists());
    // There it stays when it is installed again.
    let report = site.install(&["office"]).exits(0).json();
    assert_eq!(
        (&report["expanded"], report["disk"].as_str()),
        (&false.into(), elsewhere.join("office.vhd").to_str())
    );
    // Unless it is told to be elsewhere again; the one that was there is left to the administrator.
    let _ = site.install(&["office", "--dir", "root/var/lib/medv/workspace"]).exits(0);
    site.assert_installed("office", &site.disk);
    assert!(elsewhere.join("office.vhd").exists());
    let report = site.uninstall(&["Office", "--delete-disks"]).exits(0).json();
    assert_eq!(report["deleted_disks"].as_array().unwrap().len(), 1);
    assert!(!site.master().exists());
}

mod with_systemctl {
    use std::process::Command;

    use super::*;

    const GENERATOR: &str = "/usr/lib/systemd/user-generators/systemd-xdg-autostart-generator";

    #[test]
    fn the_unit_that_systemd_makes_of_the_autostart_entry_is_the_one_whose_end_is_ours_to_say() {
        let site = Site::new();
        let _ = site.install(&["office"]).exits(0);
        let (bin, made) = (site.root("usr/bin"), site.root("made"));
        fs::create_dir_all(&bin).unwrap();
        fs::write(bin.join("medv-host"), "").unwrap();
        fs::set_permissions(bin.join("medv-host"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(&made).unwrap();
        let mut generator = Command::new(GENERATOR);
        generator.args([&made; 3]).env("PATH", bin).env("XDG_CONFIG_DIRS", site.root("etc/xdg"));
        assert!(generator.status().unwrap().success());
        let unit = r"app-medv\x2dhost@autostart.service";
        assert!(made.join(unit).exists());
        let settings =
            fs::read_to_string(site.root(&format!("etc/systemd/user/{unit}.d/medv.conf"))).unwrap();
        assert!(settings.contains("\nKillMode=mixed\n"), "{settings}");
    }
}
