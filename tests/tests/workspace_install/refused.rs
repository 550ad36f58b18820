//! What must hold before anything is written: where it does not, the root is as it was, to the last folder.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;

use medv_tests::command::Finished;
use medv_tests::vhd_builder::fixed;

use crate::{OFFICE, Site, fails};

/// That installing fails in this way, and leaves the root alone.
fn refuses(site: &Site, arguments: &[&str], code: i32, messages: &[&str]) {
    let before = site.tree();
    fails(site.install(arguments), code, messages);
    assert_eq!(site.tree().keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    assert!(site.tree() == before, "other bytes");
}

#[test]
fn without_a_host_agent() {
    let site = Site::new();
    let before = site.tree();
    fs::remove_file(site.shop.path("bin/medv-host")).unwrap();
    let mut command = site.shop.lonely_medv(["workspace", "install", "office", "--root", "root"]);
    let finished = Finished::from(command.output().unwrap());
    fails(finished, 2, &["the host agent, medv-host, is not installed", "install it first"]);
    assert!(site.tree() == before);
}

#[test]
fn without_the_rights_to() {
    let site = Site::new();
    let (folder, root) = (site.shop.path(""), site.shop.path("root"));
    let mut command = site.shop.lonely_medv(["workspace", "install", "office", "--root", "root"]);
    let set_mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        // Nobody, who may look at all of it.
        set_mode(&folder, 0o755);
        command.uid(65534);
    } else {
        set_mode(&root, 0o555);
    }
    let before = site.tree();
    let finished = Finished::from(command.output().unwrap());
    set_mode(&root, 0o755);
    fails(finished, 2, &["needs the rights of root", "run it with sudo"]);
    assert!(site.tree() == before);
}

#[test]
fn without_a_hypervisor_unless_it_will_come_later() {
    let site = Site::new();
    fs::remove_file(site.shop.path("bin/qemu-system-x86_64")).unwrap();
    refuses(&site, &["office"], 2, &["no hypervisor was found", "--ignore-prerequisites"]);
    let _ = site.install(&["office", "--ignore-prerequisites"]).exits(0);
    site.assert_installed("office", &site.disk);
}

#[test]
fn another_workspace() {
    let site = Site::new();
    site.shop.package(&OFFICE.replace("Office", "Lab"), "lab");
    let _ = site.install(&["lab"]).exits(0);
    let messages = ["the workspace `Lab` is installed", "medv workspace uninstall \"Lab\""];
    refuses(&site, &["office", "--overwrite"], 2, &messages);
}

#[test]
fn an_older_version() {
    let site = Site::new();
    site.shop.package(&OFFICE.replace("\n[pack]", "\nversion = \"1.10.0\"\n[pack]"), "newer");
    let _ = site.install(&["newer"]).exits(0);
    refuses(&site, &["office"], 2, &["version 1.10.0 of `Office` is installed, which is newer than 1.0.0"]);
}

#[test]
fn a_disk_that_is_in_the_way() {
    let site = Site::new();
    fs::create_dir_all(site.root("var/lib/medv/workspace")).unwrap();
    fs::write(site.master(), "somebody's").unwrap();
    refuses(&site, &["office"], 2, &["there is a disk of this name already", "--overwrite"]);
    let _ = site.install(&["office", "--overwrite"]).exits(0);
    site.assert_installed("office", &site.disk);
    // The disk of an earlier version is no different.
    let disk = site.second();
    refuses(&site, &["office2"], 2, &["there is a disk of this name already", "--overwrite"]);
    let _ = site.install(&["office2", "--overwrite"]).exits(0);
    site.assert_installed("office2", &disk);
}

#[test]
fn a_package_of_which_something_is_missing_or_damaged() {
    let site = Site::new();
    let package = site.shop.path("office");
    let spoilt = |name: &str, spoil: &dyn Fn(&mut Vec<u8>)| {
        let whole = fs::read(package.join(name)).unwrap();
        let mut bytes = whole.clone();
        spoil(&mut bytes);
        fs::write(package.join(name), bytes).unwrap();
        whole
    };
    let flip = |bytes: &mut Vec<u8>| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    };
    for name in ["Office.reg", "Office.msi"] {
        let whole = spoilt(name, &flip);
        refuses(&site, &["office"], 1, &[name, "SHA256SUMS says", "copy the package again"]);
        fs::remove_file(package.join(name)).unwrap();
        refuses(&site, &["office"], 3, &[name]);
        fs::write(package.join(name), whole).unwrap();
    }
    // In the middle of the data; at its end, where trailer and index are; cut; gone.
    let whole = spoilt("office.medv", &flip);
    refuses(&site, &["office"], 1, &["office.medv"]);
    for spoil in [(|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() - 9)) as fn(&mut Vec<u8>), Vec::clear] {
        fs::write(package.join("office.medv"), &whole).unwrap();
        spoilt("office.medv", &spoil);
        refuses(&site, &["office"], 1, &["office.medv"]);
    }
    fs::remove_file(package.join("office.medv")).unwrap();
    refuses(&site, &["office"], 3, &["office.medv"]);
    // One that is whole, and of another package.
    site.second();
    fs::copy(site.shop.path("office2/office.medv"), package.join("office.medv")).unwrap();
    refuses(&site, &["office"], 1, &["office.medv", "the package was built with", "copy the package again"]);
    fs::write(package.join("office.medv"), whole).unwrap();
    let sums = spoilt("SHA256SUMS", &Vec::clear);
    refuses(&site, &["office"], 1, &["SHA256SUMS", "no file that ends in .reg"]);
    fs::remove_file(package.join("SHA256SUMS")).unwrap();
    refuses(&site, &["office"], 3, &["SHA256SUMS", "give the folder or the address of a package"]);
    fs::write(package.join("SHA256SUMS"), sums).unwrap();
    let _ = site.install(&["office"]).exits(0);
    site.assert_installed("office", &site.disk);
}

#[test]
fn a_list_that_leads_out_of_the_package() {
    let site = Site::new();
    let sums = fs::read_to_string(site.shop.path("office/SHA256SUMS")).unwrap();
    fs::copy(site.shop.path("office/Office.reg"), site.shop.path("Office.reg")).unwrap();
    fs::write(site.shop.path("office/SHA256SUMS"), sums.replace("Office.reg", "../Office.reg")).unwrap();
    refuses(&site, &["office"], 1, &["no file that ends in .reg"]);
}

#[test]
fn only_for_what_is_in_a_disk_room_is_needed() {
    let site = Site::new();
    // Few bytes in a file of holes, more than any disk here has.
    let mut disk = fixed(&[7; 512]);
    disk.truncate(512);
    let image = site.shop.path("office.img");
    fs::write(&image, disk).unwrap();
    fs::File::options().write(true).open(&image).unwrap().set_len(1 << 40).unwrap();
    site.shop.package(&OFFICE.replace("office.vhd", "office.img"), "large");
    // All of it is holes on the target as well.
    let _ = site.install(&["large"]).exits(0);
    let master = fs::metadata(site.master()).unwrap();
    assert_eq!(master.len(), (1 << 40) + 512);
    assert!(master.blocks() * 512 < 64 << 20, "{} blocks", master.blocks());
}
