//! `medv doctor` as a user meets it.

use std::fs;

use medv_format::vhd::{DiskType, Footer, Timestamp, Uuid};
use medv_tests::command::run;

/// A fixed VHD of 1 MiB with a footer that `change` has been at.
fn vhd(change: impl FnOnce(&mut Footer)) -> Vec<u8> {
    let mut footer = Footer::new_fixed(1 << 20, Uuid([7; 16]), Timestamp(0));
    change(&mut footer);
    let mut file = vec![0; 1 << 20];
    file.extend_from_slice(&footer.to_bytes());
    file
}

#[test]
fn the_exit_code_tells_readable_damaged_and_unsupported_apart() {
    let folder = tempfile::tempdir().unwrap();
    let good = vhd(|_| ());
    let mut damaged = good.clone();
    damaged[(1 << 20) + 200] ^= 1;
    let suspended = vhd(|footer| footer.saved_state = true);
    let cases = [
        ("good.vhd", good, 0, "readable"),
        ("damaged.vhd", damaged, 1, "damaged"),
        ("suspended.vhd", suspended, 4, "unsupported"),
    ];
    for (name, bytes, code, verdict) in cases {
        fs::write(folder.path().join(name), bytes).unwrap();
        let document = run(folder.path(), ["doctor", name, "--json"]).exits(code).json();
        assert_eq!(document["verdict"], verdict, "{document}");
        assert_eq!(document["error"].is_null(), code == 0, "{document}");
        let text = run(folder.path(), ["doctor", name]).exits(code);
        for finding in document["findings"].as_array().unwrap() {
            for part in ["code", "message", "action"] {
                let part = finding[part].as_str().unwrap();
                assert!(text.text().contains(part), "{part} in {}", text.text());
            }
            assert!(text.text().contains(&format!("(trap {})", finding["trap"])), "{}", text.text());
        }
    }
}

#[test]
fn both_sizes_are_shown_and_either_can_be_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let size = |rule: &str| {
        fs::write(folder.path().join("a.vhd"), vhd(|footer| footer.creator_application.0 = *b"vpc "))
            .unwrap();
        run(folder.path(), ["doctor", "a.vhd", "--json", "--size", rule]).exits(0).json()
    };
    let (chs, current) = (size("chs"), size("current"));
    assert_eq!(chs["virtual_size"], chs["sizes"]["by_geometry"], "{chs}");
    assert_eq!(current["virtual_size"], current["sizes"]["by_field"], "{current}");
    assert_ne!(chs["virtual_size"], current["virtual_size"]);
    assert_eq!(size("auto")["sizes"]["rule"], "chs");
}

#[test]
fn a_fixed_disk_is_told_by_its_form() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.vhd"), vhd(|footer| assert_eq!(footer.disk_type, DiskType::Fixed)))
        .unwrap();
    assert_eq!(run(folder.path(), ["doctor", "a.vhd", "--json"]).exits(0).json()["form"], "fixed");
    let raw = run(folder.path(), ["doctor", "a.vhd", "--json", "--input-format", "raw"]).exits(0).json();
    assert_eq!((&raw["form"], raw["virtual_size"].as_u64()), (&"raw".into(), Some((1 << 20) + 512)));
}
