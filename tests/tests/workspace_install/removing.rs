//! What users have is deleted if that is asked for, and nothing else.

use std::fs;
use std::os::unix::fs::symlink;

use crate::{Site, fails};

/// Two users with layers, one whose folder is a link, one who has none.
fn users(site: &Site) {
    let write = |path: &str| {
        let path = site.root(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    };
    write("etc/passwd");
    let user = |name: &str| format!("{name}:x:1000:1000:{name}:/home/{name}:/bin/sh\n");
    let passwd = ["anna", "bob", "carl", "dora", "eve"].map(user).concat();
    fs::write(site.root("etc/passwd"), passwd + "nobody:x:65534:65534::/nonexistent:/bin/false\n").unwrap();
    for path in [
        "home/anna/.local/share/medv/office.vhd",
        "home/anna/.local/share/medv/states/office.sav",
        "home/anna/.local/share/other/keep",
        "home/bob/.local/share/medv/office.vhd",
        "somewhere/keep",
        "home/dora/keep",
        "var/lib/medv/allusers/office.vhd",
    ] {
        write(path);
    }
    fs::create_dir_all(site.root("home/carl/.local/share")).unwrap();
    symlink(site.root("somewhere"), site.root("home/carl/.local/share/medv")).unwrap();
    // The same further up, and inside.
    fs::create_dir_all(site.root("somewhere/share/medv")).unwrap();
    write("somewhere/share/medv/keep");
    fs::create_dir_all(site.root("home/eve")).unwrap();
    symlink(site.root("somewhere"), site.root("home/eve/.local")).unwrap();
    symlink(site.root("somewhere"), site.root("home/bob/.local/share/medv/link")).unwrap();
}

#[test]
fn layers_stay_unless_they_are_to_be_deleted() {
    let site = Site::new();
    let _ = site.install(&["office"]).exits(0);
    users(&site);
    let before = site.tree();
    let _ = site.uninstall(&["Office"]).exits(0);
    let gone: Vec<_> = before.keys().filter(|path| !site.tree().contains_key(*path)).cloned().collect();
    let expected = [
        r"etc/systemd/user/app-medv\x2dhost@autostart.service.d/medv.conf",
        "etc/xdg/autostart/medv-host.desktop",
        "var/lib/medv/workspace.toml",
    ];
    assert_eq!(gone, expected.map(std::path::PathBuf::from));
}

#[test]
fn all_of_them_are_deleted_and_no_link_is_followed() {
    let site = Site::new();
    let _ = site.install(&["office"]).exits(0);
    users(&site);
    let before = site.tree();
    let report = site.uninstall(&["Office", "--delete-disks"]).exits(0).json();
    let after = site.tree();
    let gone: Vec<_> = before.keys().filter(|path| !after.contains_key(*path)).cloned().collect();
    let expected = [
        r"etc/systemd/user/app-medv\x2dhost@autostart.service.d/medv.conf",
        "etc/xdg/autostart/medv-host.desktop",
        "home/anna/.local/share/medv/office.vhd",
        "home/anna/.local/share/medv/states",
        "home/anna/.local/share/medv/states/office.sav",
        "home/bob/.local/share/medv/link",
        "home/bob/.local/share/medv/office.vhd",
        "var/lib/medv/allusers/office.vhd",
        "var/lib/medv/workspace/office.vhd",
        "var/lib/medv/workspace.toml",
    ];
    assert_eq!(gone, expected.map(std::path::PathBuf::from));
    for kept in
        ["somewhere/keep", "somewhere/share/medv/keep", "home/anna/.local/share/other/keep", "home/dora/keep"]
    {
        assert!(site.root(kept).is_file(), "{kept}");
    }
    // Of the files that are gone, those that are no disks are not called so.
    assert_eq!(report["deleted_disks"].as_array().unwrap().len(), 6, "{report}");
}

#[test]
fn another_workspace_is_not_removed() {
    let site = Site::new();
    let _ = site.install(&["office"]).exits(0);
    let before = site.tree();
    fails(
        site.uninstall(&["Lab", "--delete-disks"]),
        2,
        &["the workspace `Lab` is not installed", "medv workspace list"],
    );
    assert!(site.tree() == before);
}

#[test]
fn settings_that_cannot_be_read_stop_it_before_anything_is_removed() {
    let site = Site::new();
    let _ = site.install(&["office"]).exits(0);
    fs::write(site.root("etc/medv/settings.toml"), "[VM\n").unwrap();
    let before = site.tree();
    fails(site.uninstall(&["Office", "--delete-disks"]), 1, &["settings.toml"]);
    assert!(site.tree() == before);
}
