//! `medv workspace build`

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, SystemTime};

use medv_settings::{RegFile, Value};
use medv_tests::command::{Finished, run};
use medv_tests::disk_files::{FORMS, Form, write};
use medv_tests::images::{mixed, noise};
use medv_tests::vhd_builder::{Scratch, fixed};
use medv_tests::workshop::{Workshop, tree};
use sha2::{Digest, Sha256};

const MIB: usize = 1 << 20;

const OFFICE: &str = "name = \"Office XP\"\nimage = \"office.vhd\"\nversion = \"1.2.3\"\n[pack]\nlevel = 1\n\
                      [messages]\nstart = \"It's “here”; $HOME `x`\"\n[web-redirection]\naddresses = [\"http://a.example\"]\n";

/// The files of its package.
const FILES: [&str; 8] = [
    "Office XP.msi",
    "Office XP.ps1",
    "Office XP.reg",
    "README.txt",
    "SHA256SUMS",
    "install-all.cmd",
    "office.medv",
    "setup.exe",
];

fn shop() -> Workshop {
    let shop = Workshop::new();
    shop.write("office.vhd", fixed(&mixed(1, 3 * MIB)));
    shop.write("workspace.toml", OFFICE);
    settle(&shop.path("office.vhd"));
    shop
}

/// As if it had been written long ago: what has just changed may change again within the same tick of its clock.
fn settle(path: &Path) {
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
}

fn build(shop: &Workshop, arguments: &[&str]) -> Finished {
    shop.run([&["workspace", "build", "--json"], arguments].concat())
}

fn hex(bytes: &[u8]) -> String {
    medv_packager::paper::hex(&Sha256::digest(bytes))
}

/// The files in a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    tree(folder)
        .into_iter()
        .map(|(path, bytes)| (path.to_str().unwrap().to_owned(), bytes.unwrap()))
        .collect()
}

#[test]
fn the_package_has_all_its_files_and_their_sums() {
    let shop = shop();
    let report = build(&shop, &[]).exits(0).json();
    let files = files(&shop.path("Office XP"));
    assert_eq!(files.keys().collect::<Vec<_>>(), FILES.iter().collect::<Vec<_>>());
    assert_eq!(files["setup.exe"], b"setup.exe of the tests");
    // The list is what sha256sum -c reads: every file but itself, once.
    let sums = String::from_utf8(files["SHA256SUMS"].clone()).unwrap();
    let listed: BTreeMap<&str, &str> =
        sums.lines().map(|line| line.split_once("  ").unwrap()).map(|(sum, name)| (name, sum)).collect();
    assert_eq!(sums.lines().count(), FILES.len() - 1);
    for (name, bytes) in files.iter().filter(|(name, _)| *name != "SHA256SUMS") {
        assert_eq!(listed[name.as_str()], hex(bytes), "{name}");
    }
    // So does the report, for that file as well.
    assert_eq!((&report["name"], &report["version"]), (&"Office XP".into(), &"1.2.3".into()));
    assert_eq!((&report["folder"], &report["packed"]), (&"Office XP".into(), &true.into()));
    let told = report["files"].as_array().unwrap();
    assert_eq!(told.len(), FILES.len());
    for file in told {
        let bytes = &files[file["name"].as_str().unwrap()];
        assert_eq!(
            (file["bytes"].as_u64(), file["sha256"].as_str()),
            (Some(bytes.len() as u64), Some(hex(bytes).as_str()))
        );
    }
    let code = report["product_code"].as_str().unwrap();
    assert!(code.starts_with('{') && code.len() == 38, "{code}");
    let readme = String::from_utf8(files["README.txt"].clone()).unwrap();
    assert!(readme.contains("medv workspace uninstall \"Office XP\""), "{readme}");
    assert!(!readme.replace("\r\n", "").contains('\n'), "a line that ends otherwise");
}

#[test]
fn the_reg_is_the_settings_that_were_made() {
    let shop = shop();
    let _ = build(&shop, &[]).exits(0);
    let bytes = fs::read(shop.path("Office XP/Office XP.reg")).unwrap();
    let entries = RegFile::from_bytes(&bytes).unwrap().entries();
    let found: Vec<_> = entries.iter().map(|entry| (entry.name.as_str(), &entry.value)).collect();
    let lines = |line: &str| Value::Lines(vec![line.to_owned()]);
    let message = lines("It's “here”; $HOME `x`");
    let (url, name) = (lines("http://a.example"), Value::Text("Office XP".to_owned()));
    assert_eq!(found, [("StartDialogMsg", &message), ("RedirectUrls", &url), ("Name", &name)]);
}

#[test]
fn the_same_goes_in_and_the_same_comes_out() {
    let (first, second) = (shop(), Workshop::new());
    let _ = build(&first, &["--threads", "1"]).exits(0);
    // Elsewhere, at another time, of a copy with other times, with other threads.
    for name in ["office.vhd", "workspace.toml", "programs/setup.exe"] {
        second.write(&format!("a longer/path/{name}"), fs::read(first.path(name)).unwrap());
    }
    thread::sleep(Duration::from_millis(1100));
    let arguments = ["a longer/path/workspace.toml", "-o", "out", "--threads", "3"];
    let _ = build(&second, &arguments).exits(0);
    let (first, second) = (files(&first.path("Office XP")), files(&second.path("out")));
    for (name, bytes) in &first {
        assert!(second[name] == *bytes, "{name}");
    }
    assert_eq!(first.len(), second.len());
}

#[test]
fn a_changed_setting_does_not_pack_the_disk_again() {
    let shop = shop();
    assert_eq!(build(&shop, &[]).exits(0).json()["packed"], true);
    let medv = |shop: &Workshop| {
        let found = fs::metadata(shop.path("Office XP/office.medv")).unwrap();
        (found.ino(), found.mtime(), found.mtime_nsec())
    };
    let before = medv(&shop);
    let first = files(&shop.path("Office XP"));
    // Without --force nothing of it is replaced.
    let refused = build(&shop, &[]).exits(2);
    assert!(refused.stderr.contains("the file exists already"), "{}", refused.stderr);
    shop.write("workspace.toml", OFFICE.replace("It's", "That's"));
    let report = build(&shop, &["--force"]).exits(0).json();
    assert_eq!((&report["packed"], medv(&shop)), (&false.into(), before));
    let second = files(&shop.path("Office XP"));
    let changed: Vec<_> = first.keys().filter(|name| first[*name] != second[*name]).collect();
    assert_eq!(changed, ["Office XP.msi", "Office XP.ps1", "Office XP.reg", "SHA256SUMS"]);
    assert!(String::from_utf8_lossy(&second["SHA256SUMS"]).contains(&hex(&second["office.medv"])));
    // The package is what a build from nothing makes.
    let _ = build(&shop, &["-o", "anew"]).exits(0);
    assert!(files(&shop.path("anew")) == second);
}

#[test]
fn a_medv_that_may_be_of_another_disk_is_packed_again() {
    type Change = (&'static str, fn(&Workshop));
    let changes: [Change; 7] = [
        ("another disk of the same length", |shop| {
            shop.write("office.vhd", fixed(&mixed(2, 3 * MIB)));
            let an_hour_and_more = SystemTime::now() - Duration::from_secs(4000);
            File::options()
                .write(true)
                .open(shop.path("office.vhd"))
                .unwrap()
                .set_modified(an_hour_and_more)
                .unwrap();
        }),
        ("another length", |shop| {
            shop.write("office.vhd", fixed(&mixed(1, 2 * MIB)));
            settle(&shop.path("office.vhd"));
        }),
        ("another level", |shop| {
            shop.write("workspace.toml", OFFICE.replace("level = 1", "level = 4"));
        }),
        ("trimming", |shop| {
            shop.write("workspace.toml", OFFICE.replace("level = 1", "level = 1\ntrim = true"));
        }),
        ("a touched .medv", |shop| settle(&shop.path("Office XP/office.medv"))),
        ("a damaged .medv", |shop| {
            let path = shop.path("Office XP/office.medv");
            let mut bytes = fs::read(&path).unwrap();
            bytes[1000] ^= 1;
            fs::write(&path, bytes).unwrap();
        }),
        ("a .medv that is gone", |shop| fs::remove_file(shop.path("Office XP/office.medv")).unwrap()),
    ];
    for (what, change) in changes {
        let shop = shop();
        let _ = build(&shop, &[]).exits(0);
        assert_eq!(build(&shop, &["--force"]).exits(0).json()["packed"], false, "{what}");
        change(&shop);
        assert_eq!(build(&shop, &["--force"]).exits(0).json()["packed"], true, "{what}");
        let second = files(&shop.path("Office XP"));
        let _ = build(&shop, &["-o", "anew"]).exits(0);
        assert!(files(&shop.path("anew")) == second, "{what}");
    }
    // What is not certain, or not wanted, is packed as well.
    let shop = shop();
    let _ = build(&shop, &[]).exits(0);
    assert_eq!(build(&shop, &["--force", "--pack-again"]).exits(0).json()["packed"], true);
    shop.write("office.vhd", fixed(&mixed(1, 3 * MIB)));
    for _ in 0..2 {
        assert_eq!(build(&shop, &["--force"]).exits(0).json()["packed"], true, "it has just been written");
    }
}

#[test]
fn a_package_is_not_replaced_unless_that_is_said() {
    for name in FILES {
        let shop = shop();
        shop.write(&format!("Office XP/{name}"), "somebody's");
        let refused = build(&shop, &[]).exits(2);
        for message in ["the file exists already", name, "--force"] {
            assert!(refused.stderr.contains(message), "{}", refused.stderr);
        }
        assert_eq!(
            files(&shop.path("Office XP")),
            BTreeMap::from([(name.to_owned(), b"somebody's".to_vec())])
        );
        let _ = build(&shop, &["--force"]).exits(0);
        assert_eq!(
            files(&shop.path("Office XP")).keys().collect::<Vec<_>>(),
            FILES.iter().collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_build_that_fails_leaves_no_half_file() {
    let shop = shop();
    // Where a file should be there is a folder: the last but one of the small ones.
    fs::create_dir_all(shop.path("Office XP/README.txt")).unwrap();
    let failed = build(&shop, &["--force"]).exits(3);
    assert!(failed.stderr.contains("README.txt"), "{}", failed.stderr);
    assert!(shop.path("Office XP/office.medv").exists());
    assert!(!shop.path("Office XP/SHA256SUMS").exists());
    fs::remove_dir(shop.path("Office XP/README.txt")).unwrap();
    // What was packed is not packed again.
    assert_eq!(build(&shop, &["--force"]).exits(0).json()["packed"], false);
    let names: Vec<_> = files(&shop.path("Office XP")).into_keys().collect();
    assert_eq!(names, FILES);
}

#[test]
fn a_disk_that_cannot_be_packed_to_its_end_leaves_nothing() {
    let shop = shop();
    let mut command = shop.confined_medv(256, &["workspace", "build"]);
    let failed = Finished::from(command.output().unwrap()).exits(3);
    assert!(failed.stderr.contains("office.medv"), "{}", failed.stderr);
    assert_eq!(files(&shop.path("Office XP")), BTreeMap::new());
    let _ = build(&shop, &[]).exits(0);
}

#[test]
fn programs_that_are_not_there_are_told_before_anything_is_made() {
    let shop = shop();
    let failed = build(&shop, &["--programs", "none"]).exits(3);
    assert!(failed.stderr.contains("setup.exe") && failed.stderr.contains("--programs"), "{}", failed.stderr);
    assert!(!shop.path("Office XP").exists());
    let mut command = shop.medv(["workspace", "build"]);
    let failed = Finished::from(command.env_remove("MEDV_PROGRAMS").output().unwrap());
    if failed.code != Some(0) {
        assert!(failed.stderr.contains("uninstall.exe, medv-actions.dll"), "{}", failed.stderr);
    }
}

#[test]
fn a_build_that_is_killed_leaves_no_half_file_and_no_second_copy() {
    let shop = Workshop::new();
    shop.write("workspace.toml", OFFICE.replace("level = 1", "level = 19"));
    shop.write("office.vhd", fixed(&noise(3, 24 * MIB)));
    let _ = build(&shop, &["-o", "whole"]).exits(0);
    let whole = files(&shop.path("whole"));
    let disk = fs::metadata(shop.path("office.vhd")).unwrap().len();
    let others = |shop: &Workshop| {
        let bytes = |folder: &str| {
            tree(&shop.path(folder)).into_values().flatten().map(|bytes| bytes.len() as u64).sum::<u64>()
        };
        bytes("cache") + bytes("home") + bytes("temp")
    };
    for moment in [0, 1, 30] {
        let mut command = shop.medv(["workspace", "build", "--force", "--pack-again", "-q"]);
        fs::create_dir_all(shop.path("temp")).unwrap();
        let mut child = command.env("TMPDIR", shop.path("temp")).stderr(Stdio::null()).spawn().unwrap();
        let part = shop.path("Office XP/office.medv.part");
        let grown = || fs::metadata(&part).map_or(0, |part| part.len());
        while child.try_wait().unwrap().is_none() && grown() < moment * disk / 40 {
            thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // The .medv grows in its place; nothing as large as it is anywhere else.
        assert!(others(&shop) < 64 << 10, "{} bytes", others(&shop));
        for (name, bytes) in
            files(&shop.path("Office XP")).iter().filter(|(name, _)| FILES.contains(&name.as_str()))
        {
            assert!(whole[name] == *bytes, "half of {name}");
        }
    }
    let _ = build(&shop, &["--force"]).exits(0);
    assert!(files(&shop.path("Office XP")) == whole);
}

#[test]
fn a_disk_of_any_form_is_packed() {
    let disk = mixed(4, 3 * MIB);
    for form in FORMS {
        let scratch = Scratch::new();
        let image = write(&scratch, form, &disk);
        let shop = Workshop::new();
        let text = format!("name = \"Any\"\nimage = {:?}\n", image.to_str().unwrap());
        shop.write("workspace.toml", text);
        let report = build(&shop, &[]).exits(0).json();
        let medv = format!("Any/{}.medv", image.file_stem().unwrap().to_str().unwrap());
        let _ = run(&shop.path(""), ["expand", &medv, "--format", "raw", "-q", "-o", "out.img"]).exits(0);
        assert!(fs::read(shop.path("out.img")).unwrap() == disk, "{form:?}");
        // On Windows it is a VHD in any case: a raw disk becomes a dynamic one.
        let wanted = if form == Form::Raw { "dynamic" } else { "same" };
        let _ = run(&shop.path(""), ["expand", &medv, "--format", wanted, "-q", "-o", "out.vhd"]).exits(0);
        assert_eq!(report["bytes_on_disk"], fs::metadata(shop.path("out.vhd")).unwrap().len(), "{form:?}");
    }
}

#[test]
fn the_options_of_the_cmdlets_build_the_same_package() {
    let shop = shop();
    let _ = build(&shop, &[]).exits(0);
    let arguments = [
        "--name",
        "Office XP",
        "--image",
        "office.vhd",
        "--settings-file",
        "Office XP/Office XP.reg",
        "-o",
        "again",
    ];
    let _ = build(&shop, &[&arguments[..], &["--version", "1.2.3", "--level", "1"]].concat()).exits(0);
    assert!(files(&shop.path("Office XP")) == files(&shop.path("again")));
    let _ = build(&shop, &[&["broken.toml"], &arguments[..2]].concat()).exits(2);
    let refused = build(&shop, &["--name", "a/b", "--image", "office.vhd", "-o", "no"]).exits(1);
    assert!(refused.stderr.contains("`name` is `\"a/b\"`"), "{}", refused.stderr);
}

#[test]
fn a_definition_that_is_broken_is_not_built() {
    let shop = shop();
    shop.write("workspace.toml", OFFICE.replace("level = 1", "level = 0").replace("http:", "ftp:"));
    let refused = build(&shop, &[]).exits(1);
    for message in ["workspace.toml:5: error: `level`", "workspace.toml:9: error: `ftp:", "has 2 errors"] {
        assert!(refused.stderr.contains(message), "{message}: {}", refused.stderr);
    }
    assert!(!shop.path("Office XP").exists());
}
