//! What differencing disks get wrong: oddities 31 to 39.

use std::path::PathBuf;

use medv_codec::ErrorKind;
use medv_codec::disk::{DiskForm, OpenOptions, examine, open};
use medv_format::vhd::{CreatorApplication, SizeRule, Uuid};
use medv_tests::vhd_builder::{
    Scratch, Sparse, UUID, assert_same, codes, differencing, dynamic, finding, fixed, fixed_with,
    header_name, pattern, put, read_all, utf16,
};

const BLOCK: usize = 1 << 16;
const SIZE: usize = 8 * BLOCK;
const CHILD: Uuid = Uuid(*b"the child's uuid");

fn child() -> Sparse {
    differencing(SIZE as u64, 1 << 16, CHILD, UUID)
}

/// A parent with data everywhere, and a child that knows it as `parent.vhd`.
fn family(scratch: &Scratch, child: &Sparse) -> PathBuf {
    scratch.write("parent.vhd", &fixed(&pattern(31, SIZE)));
    scratch.write("child.vhd", &child.build().bytes)
}

fn opened_codes(path: &std::path::Path) -> Vec<&'static str> {
    codes(&open(path, &OpenOptions::default()).unwrap().findings)
}

#[test]
fn trap_31_what_the_child_lacks_comes_from_the_parent() {
    let scratch = Scratch::new();
    let own = pattern(1, BLOCK);
    let path = family(&scratch, &child().relative(r".\parent.vhd").block(2, &own));
    let opened = open(&path, &OpenOptions::default()).unwrap();
    assert_eq!((opened.form, opened.chain.len()), (DiskForm::Differencing, 2));
    let mut expected = pattern(31, SIZE);
    put(&mut expected, 2 * BLOCK, &own);
    assert_same(&read_all(&*opened.disk), &expected);
}

#[test]
fn trap_32_a_clear_bit_asks_the_parent_and_a_written_zero_is_kept() {
    let scratch = Scratch::new();
    let garbage = pattern(2, BLOCK);
    let path = family(
        &scratch,
        &child()
            .relative("parent.vhd")
            // Zeros, all of them written.
            .block(0, &[])
            // Garbage under clear bits; written are the first sector and from 10 up to 99.
            .block_with_bits(1, &garbage, |sector| sector == 0 || (10..100).contains(&sector))
            // There, but nothing written.
            .block_with_bits(3, &garbage, |_| false),
    );
    let mut expected = pattern(31, SIZE);
    expected[..BLOCK].fill(0);
    put(&mut expected, BLOCK, &garbage[..512]);
    put(&mut expected, BLOCK + 10 * 512, &garbage[10 * 512..100 * 512]);
    assert_same(&read_all(&*open(&path, &OpenOptions::default()).unwrap().disk), &expected);
}

#[test]
fn trap_33_locator_space_in_sectors_or_in_bytes() {
    for (space, said) in [(1, false), (512, false), (4096, false), (0, true), (1000, true), (u32::MAX, true)]
    {
        let scratch = Scratch::new();
        let mut child = child().relative("parent.vhd");
        child.locators[0].space = Some(space);
        let path = family(&scratch, &child);
        assert_eq!(opened_codes(&path).contains(&"locator-space"), said, "{space}");
    }
}

#[test]
fn trap_33_a_locator_that_points_outside_the_file_is_skipped() {
    for (at, value) in [(16, &[0xFF; 8][..]), (8, &[0xFF; 4]), (16, &(1_u64 << 30).to_be_bytes())] {
        let scratch = Scratch::new();
        let built = child().relative("parent.vhd").absolute("parent.vhd").build().header(576 + at, value);
        scratch.write("parent.vhd", &fixed(&pattern(31, SIZE)));
        let path = scratch.write("child.vhd", &built.bytes);
        assert!(opened_codes(&path).contains(&"locator-broken"));
    }
}

#[test]
fn trap_34_names_that_are_not_ascii_and_not_even_utf16() {
    for name in ["Диск ü 磁盘 🖴.vhd", "parent.vhd"] {
        let scratch = Scratch::new();
        scratch.write(name, &fixed(&pattern(31, SIZE)));
        let by_locator = child().relative(&format!(r".\{name}"));
        let mut by_header = child();
        by_header.header.parent_name = header_name(name);
        let mut terminated = child();
        terminated = terminated.locator(0x5732_7275, &[utf16(name), vec![0, 0, 0x41, 0x41]].concat());
        for (nth, child) in [by_locator, by_header, terminated].iter().enumerate() {
            let path = scratch.write(&format!("child{nth}.vhd"), &child.build().bytes);
            assert_same(&read_all(&*open(&path, &OpenOptions::default()).unwrap().disk), &pattern(31, SIZE));
        }
    }
    let scratch = Scratch::new();
    let lone_surrogate = [utf16("a"), vec![0x00, 0xD8], utf16(".vhd"), vec![7]].concat();
    let path = family(&scratch, &child().locator(0x5732_7275, &lone_surrogate).relative("parent.vhd"));
    assert!(opened_codes(&path).contains(&"locator-not-exact"));
}

#[test]
fn trap_35_both_spellings_of_mac_codes_and_unknown_ones() {
    let scratch = Scratch::new();
    let parent = scratch.write("the parent.vhd", &fixed(&pattern(31, SIZE)));
    let parent = std::fs::canonicalize(parent).unwrap();
    let url = format!("file://localhost{}", parent.display().to_string().replace(' ', "%20"));
    if cfg!(unix) {
        for code in [0x4D61_6358, 0x4D16_3258] {
            let path = scratch.write("child.vhd", &child().locator(code, url.as_bytes()).build().bytes);
            assert_same(&read_all(&*open(&path, &OpenOptions::default()).unwrap().disk), &pattern(31, SIZE));
        }
    }
    let odd = child().locator(0x1234_5678, b"?").locator(0x4D61_6320, b"?").locator(0x4D16_3220, b"?");
    let path = scratch.write("child.vhd", &odd.relative("the parent.vhd").build().bytes);
    let found = opened_codes(&path);
    assert!(found.contains(&"locator-unknown"));
    assert_eq!(found.iter().filter(|&&code| code == "locator-mac-alias").count(), 2);
}

#[test]
fn trap_36_relative_means_to_the_child() {
    let scratch = Scratch::new();
    scratch.write("vm/base/parent.vhd", &fixed(&pattern(31, SIZE)));
    let child = child().absolute(r"C:\long\gone\parent.vhd").relative(r".\base\parent.vhd");
    let path = scratch.write("vm/child.vhd", &child.build().bytes);
    assert_same(&read_all(&*open(&path, &OpenOptions::default()).unwrap().disk), &pattern(31, SIZE));
}

#[test]
fn trap_37_the_uuid_decides_and_times_do_not() {
    let scratch = Scratch::new();
    let mut child = child().relative("parent.vhd");
    child.header.parent_timestamp.0 = 1;
    let path = family(&scratch, &child);
    let examination = examine(&path, &OpenOptions::default()).unwrap();
    assert!(examination.refused().is_none());
    finding(&examination.findings, "parent-time");

    scratch.write("parent.vhd", &fixed_with(&pattern(31, SIZE), |footer| footer.uuid = Uuid([5; 16])));
    let error = open(&path, &OpenOptions::default()).map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged);
    assert!(
        error.to_string().contains("05050505-") && error.to_string().contains(&UUID.to_string()),
        "{error}"
    );
}

#[test]
fn trap_38_parents_of_every_form_and_size() {
    let scratch = Scratch::new();
    let path = scratch
        .write("child.vhd", &child().relative("parent.vhd").block(1, &pattern(1, BLOCK)).build().bytes);
    for size in [SIZE / 2, SIZE / 2 + 700, SIZE, SIZE * 2] {
        let payload = pattern(38, size);
        let mut expected = payload.clone();
        expected.resize(SIZE, 0);
        put(&mut expected, BLOCK, &pattern(1, BLOCK));
        let mut sparse = dynamic(size as u64, 1 << 12);
        for (index, data) in (0..).zip(payload.chunks(1 << 12)) {
            sparse = sparse.block(index, data);
        }
        for parent in [fixed(&payload), sparse.build().bytes] {
            scratch.write("parent.vhd", &parent);
            let opened = open(&path, &OpenOptions::default()).unwrap();
            assert_same(&read_all(&*opened.disk), &expected);
            assert_eq!(codes(&opened.findings).contains(&"parent-size-differs"), size != SIZE);
        }
    }
}

#[test]
fn trap_38_the_parent_is_as_large_as_the_child_sees_it() {
    let scratch = Scratch::new();
    let payload = pattern(38, 1 << 20);
    // By its own creator it would end 4096 bytes earlier.
    scratch.write(
        "parent.vhd",
        &fixed_with(&payload, |footer| footer.creator_application = CreatorApplication::QEMU),
    );
    let child = differencing(1 << 20, 1 << 16, CHILD, UUID).relative("parent.vhd");
    let path = scratch.write("child.vhd", &child.build().bytes);
    assert_same(&read_all(&*open(&path, &OpenOptions::default()).unwrap().disk), &payload);
    let options = OpenOptions { size_rule: SizeRule::Geometry, ..OpenOptions::default() };
    assert_same(&read_all(&*open(&path, &options).unwrap().disk), &payload[..2040 * 512]);
}

#[test]
fn trap_38_a_raw_parent_only_where_no_uuid_is_asked_for() {
    let scratch = Scratch::new();
    scratch.write("parent.img", &pattern(38, SIZE));
    let nameless = differencing(SIZE as u64, 1 << 16, CHILD, Uuid::NIL).relative("parent.img");
    let path = scratch.write("child.vhd", &nameless.build().bytes);
    let opened = open(&path, &OpenOptions::default()).unwrap();
    assert_same(&read_all(&*opened.disk), &pattern(38, SIZE));
    assert!(codes(&opened.findings).contains(&"parent-raw"));

    let path = scratch.write("child.vhd", &child().relative("parent.img").build().bytes);
    let options = OpenOptions { parents: vec![scratch.path("parent.img")], ..OpenOptions::default() };
    let error = open(&path, &options).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("a raw image"), "{error}");
}

#[test]
fn trap_38_undo_disks_and_snapshots_are_vhds() {
    let scratch = Scratch::new();
    for name in ["disk.vud", "disk.AVHD"] {
        let path = scratch.write(name, &fixed(&pattern(38, SIZE)));
        let opened = open(&path, &OpenOptions::default()).unwrap();
        assert_eq!(opened.form, DiskForm::Fixed);
        assert!(codes(&opened.findings).contains(&"snapshot-name"));
    }
}

#[test]
fn trap_39_parts_of_a_split_disk_are_refused() {
    let whole = fixed(&pattern(39, SIZE));
    let scratch = Scratch::new();
    let first = scratch.write("disk.vhd", &whole[..SIZE / 2]);
    let last = scratch.write("disk.v01", &whole[SIZE / 2..]);
    for path in [first, last] {
        let examination = examine(&path, &OpenOptions::default()).unwrap();
        assert_eq!(examination.refused(), Some(ErrorKind::Unsupported));
        assert_eq!(examination.findings.last().unwrap().code, "split-disk");
        assert!(examination.refusal.unwrap().advised().unwrap().contains("join the parts"));
    }
    let joined = scratch.write("joined.vhd", &whole);
    assert_same(&read_all(&*open(&joined, &OpenOptions::default()).unwrap().disk), &pattern(39, SIZE));
}
