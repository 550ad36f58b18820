//! A newer package of the workspace that is installed.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::{OFFICE, Site};

#[test]
fn a_changed_setting_keeps_the_disk_and_takes_away_what_is_gone() {
    let site = Site::new();
    let _ = site.install(&["office"]).exits(0);
    let inode = |site: &Site| fs::metadata(site.master()).unwrap().ino();
    let before = inode(&site);
    let text = OFFICE
        .replace("\n[pack]", "\nversion = \"1.0.1\"\n[pack]")
        .replace("mode = \"silent\"", "mode = \"attended\"")
        .replace("[computer-name]\nmask = \"XP-*\"\n", "");
    site.shop.package(&text, "office2");
    assert!(site.settings().iter().any(|(name, _)| name == r"Fts\ComputerNameMask"));
    let report = site.install(&["office2"]).exits(0).json();
    assert_eq!((&report["expanded"], &report["replaced"]), (&false.into(), &"1.0.0".into()));
    assert_eq!(inode(&site), before);
    site.assert_installed("office2", &site.disk);
    assert!(!site.settings().iter().any(|(name, _)| name == r"Fts\ComputerNameMask"));
    // Once more, nothing changes.
    let tree = site.tree();
    let report = site.install(&["office2"]).exits(0).json();
    assert_eq!(report["expanded"], false);
    assert!(site.tree() == tree);
    assert_eq!(inode(&site), before);
}

#[test]
fn a_disk_of_another_name_leaves_the_old_one_to_the_administrator() {
    let site = Site::new();
    let _ = site.install(&["office"]).exits(0);
    fs::copy(site.shop.path("office.vhd"), site.shop.path("office-7.vhd")).unwrap();
    let text = OFFICE.replace("\"office.vhd\"", "\"office-7.vhd\"\nversion = \"2.0.0\"");
    site.shop.package(&text, "office2");
    let said = site.install(&["office2"]).exits(0);
    assert!(said.stderr.contains("the disk of the version before stays"), "{}", said.stderr);
    assert!(site.master().exists());
    assert!(fs::read(site.root("var/lib/medv/workspace/office-7.vhd")).unwrap().starts_with(&site.disk));
}
