//! What footers get wrong, or seem to: oddities 1 to 11.

use medv_codec::ErrorKind;
use medv_codec::disk::{Assume, DiskForm, FooterChoice, OpenOptions, Severity};
use medv_format::vhd::{CreatorApplication, Uuid};
use medv_tests::vhd_builder::{
    Built, assert_same, dynamic, examined, finding, fixed, fixed_with, opens, opens_with, patch_footer,
    pattern, put, refused, refused_with,
};

const MIB: usize = 1 << 20;
/// A size that a geometry can express, so that there is nothing to say about it.
const EXACT: usize = 68 * 512;

fn small_dynamic() -> Built {
    dynamic(MIB as u64, 1 << 16).block(3, &pattern(3, 1 << 16)).build()
}

fn small_dynamic_content() -> Vec<u8> {
    let mut content = vec![0; MIB];
    put(&mut content, 3 << 16, &pattern(3, 1 << 16));
    content
}

#[test]
fn trap_01_footer_of_512_and_of_511_bytes() {
    let payload = pattern(1, EXACT);
    let whole = fixed(&payload);
    let opened = opens(&whole);
    opened.is(DiskForm::Fixed, &payload);
    assert_eq!(opened.codes(), [""; 0]);

    let short = opens(&whole[..whole.len() - 1]);
    short.is(DiskForm::Fixed, &payload);
    assert_eq!(short.codes(), ["footer-511"]);

    let dynamic = small_dynamic().bytes;
    let short = opens(&dynamic[..dynamic.len() - 1]);
    short.is(DiskForm::Dynamic, &small_dynamic_content());
}

#[test]
fn trap_01_no_footer_is_raw_unless_it_must_be_a_vhd() {
    let payload = pattern(1, 1000);
    let opened = opens(&payload);
    opened.is(DiskForm::Raw, &payload);
    assert!(opened.opened.footer.is_none());
    let options = OpenOptions { assume: Assume::Vhd, ..OpenOptions::default() };
    assert_eq!(refused_with(&payload, 1, "footer-cookie", &options).kind(), ErrorKind::Damaged);
    for bytes in [&b""[..], b"c", b"conectix"] {
        assert_same(&opens(bytes).bytes(), bytes);
    }
}

#[test]
fn trap_02_a_broken_end_footer_leaves_the_copy() {
    let mut garbage = small_dynamic();
    let end = garbage.end();
    garbage.bytes[end + 100] ^= 0xFF;
    let opened = opens(&garbage.bytes);
    assert_same(&opened.bytes(), &small_dynamic_content());
    assert_eq!(opened.codes()[0], "end-footer-broken");

    let missing = small_dynamic();
    let opened = opens(&missing.bytes[..missing.end()]);
    assert_same(&opened.bytes(), &small_dynamic_content());
    assert_eq!(opened.codes()[0], "end-footer-missing");
}

#[test]
fn trap_02_a_broken_copy_leaves_the_end_footer() {
    let mut garbage = small_dynamic();
    garbage.bytes[100] ^= 0xFF;
    let opened = opens(&garbage.bytes);
    assert_same(&opened.bytes(), &small_dynamic_content());
    assert_eq!(opened.codes()[0], "front-footer-broken");

    garbage.bytes[..512].fill(0);
    let opened = opens(&garbage.bytes);
    assert_same(&opened.bytes(), &small_dynamic_content());
    assert_eq!(opened.codes()[0], "front-footer-missing");
}

#[test]
fn trap_02_two_good_footers_that_differ_are_never_chosen_between() {
    let mut built = small_dynamic();
    patch_footer(&mut built.bytes, 0, 68, &[9; 16]);
    let error = refused(&built.bytes, 2, "footers-differ");
    assert_eq!(error.kind(), ErrorKind::Damaged);
    assert!(error.to_string().contains("UUID") & error.offset().is_some(), "{error}");
    assert!(error.advised().is_some());

    for (choice, uuid) in [(FooterChoice::End, built.bytes[built.end() + 68]), (FooterChoice::Front, 9)] {
        let opened = opens_with(&built.bytes, &OpenOptions { footer: choice, ..OpenOptions::default() });
        assert_eq!(opened.opened.footer.as_ref().unwrap().uuid.0[0], uuid);
        assert_eq!(finding(&opened.opened.findings, "footers-differ").severity, Severity::Warning);
    }
    for (at, value) in [(48, &[0, 0, 0, 0, 0, 1, 0, 0][..]), (60, &[0, 0, 0, 4])] {
        let mut built = small_dynamic();
        patch_footer(&mut built.bytes, 0, at, value);
        refused(&built.bytes, 2, "footers-differ");
    }
}

#[test]
fn trap_02_a_difference_without_consequence_is_only_reported() {
    let mut built = small_dynamic();
    patch_footer(&mut built.bytes, 0, 24, &[9; 4]);
    let opened = opens(&built.bytes);
    assert_same(&opened.bytes(), &small_dynamic_content());
    assert_eq!(opened.codes()[0], "footers-differ-slightly");
}

#[test]
fn trap_02_both_footers_broken_is_refused() {
    let mut built = small_dynamic();
    let end = built.end();
    built.bytes[end + 100] ^= 0xFF;
    built.bytes[100] ^= 0xFF;
    let error = refused(&built.bytes, 3, "footer-checksum");
    assert_eq!(error.offset().unwrap().get(), end as u64 + 64);
}

#[test]
fn trap_03_a_wrong_checksum_is_refused() {
    let mut bytes = fixed(&pattern(1, EXACT));
    bytes[EXACT + 40] ^= 1;
    let error = refused(&bytes, 3, "footer-checksum");
    assert_eq!((error.kind(), error.offset().unwrap().get()), (ErrorKind::Damaged, EXACT as u64 + 64));
    assert!(error.to_string().contains("found 0x") & error.to_string().contains("expected 0x"), "{error}");
    let options = OpenOptions { assume: Assume::Raw, ..OpenOptions::default() };
    assert_same(&opens_with(&bytes, &options).bytes(), &bytes);
}

#[test]
fn trap_03_the_hidden_byte_of_old_blktap_is_forgiven() {
    let payload = pattern(1, EXACT);
    for (version, forgiven) in [(0x0000_0001, true), (0x0001_0001, true), (0x0001_0002, false)] {
        let mut bytes = fixed_with(&payload, |footer| {
            footer.creator_application = CreatorApplication::BLKTAP;
            footer.creator_version = version;
        });
        bytes[EXACT + 85] = 1;
        if forgiven {
            let opened = opens(&bytes);
            assert_same(&opened.bytes(), &payload);
            assert_eq!(opened.codes(), vec!["footer-checksum-hidden"]);
        } else {
            refused(&bytes, 3, "footer-checksum");
        }
    }
}

#[test]
fn trap_04_a_poisoned_disk_is_refused() {
    let mut bytes = fixed(&pattern(1, EXACT));
    put(&mut bytes, EXACT, b"v_poison");
    let error = refused(&bytes, 4, "footer-poisoned");
    assert_eq!((error.kind(), error.offset().unwrap().get()), (ErrorKind::Unsupported, EXACT as u64));
    assert!(error.advised().unwrap().contains("Xen"), "{error}");

    let mut built = small_dynamic();
    let end = built.end();
    put(&mut built.bytes, end, b"v_poison");
    refused(&built.bytes, 4, "footer-poisoned");
}

#[test]
fn trap_05_a_fixed_disk_is_known_by_its_end() {
    let payload = vec![0; 4096];
    let opened = opens(&fixed(&payload));
    assert_eq!((opened.opened.form, opened.bytes().len()), (DiskForm::Fixed, 4096));
}

#[test]
fn trap_05_a_footer_only_in_front_is_not_guessed_at() {
    let inner = fixed(&[]);
    let mut bytes = pattern(5, 4096);
    put(&mut bytes, 0, &inner);
    let error = refused(&bytes, 5, "footer-only-in-front");
    assert_eq!(error.kind(), ErrorKind::Damaged);
    put(&mut bytes, 60, &[7; 4]);
    refused(&bytes, 5, "footer-only-in-front");
    let options = OpenOptions { assume: Assume::Raw, ..OpenOptions::default() };
    assert_same(&opens_with(&bytes, &options).bytes(), &bytes);
}

#[test]
fn trap_06_a_vhd_inside_a_fixed_vhd_stays_inside() {
    let inner = small_dynamic().bytes;
    let opened = opens(&fixed(&inner));
    opened.is(DiskForm::Fixed, &inner);
    assert_eq!(finding(&opened.opened.findings, "nested-vhd").trap, 6);
}

#[test]
fn trap_06_a_vhd_inside_is_not_taken_for_the_whole_when_the_footer_is_lost() {
    let inner = small_dynamic().bytes;
    let mut broken = fixed(&inner);
    broken[inner.len() + 100] ^= 1;
    refused(&broken, 3, "footer-checksum");

    // Cut off in the payload behind the inner disk, or the footer overwritten.
    let mut payload = inner.clone();
    payload.resize(inner.len() + MIB, 0);
    let whole = fixed(&payload);
    let error = refused(&whole[..whole.len() - 512], 5, "footer-only-in-front");
    assert_eq!(error.kind(), ErrorKind::Damaged);
    let raw = OpenOptions { assume: Assume::Raw, ..OpenOptions::default() };
    opens_with(&payload, &raw).is(DiskForm::Raw, &payload);
    let front = OpenOptions { footer: FooterChoice::Front, ..OpenOptions::default() };
    opens_with(&payload, &front).is(DiskForm::Dynamic, &small_dynamic_content());
}

#[test]
fn trap_07_the_data_offset_of_a_fixed_disk_is_unused() {
    let payload = pattern(1, EXACT);
    for (offset, said) in [(u64::MAX, false), (0xFFFF_FFFF, true), (0, true), (512, true)] {
        let opened = opens(&fixed_with(&payload, |footer| footer.data_offset = offset));
        assert_same(&opened.bytes(), &payload);
        assert_eq!(opened.codes().contains(&"fixed-data-offset"), said, "{offset:#x}");
    }
}

#[test]
fn trap_08_dead_disk_types_are_refused() {
    for (disk_type, kind) in [
        (0, ErrorKind::Unsupported),
        (1, ErrorKind::Unsupported),
        (5, ErrorKind::Unsupported),
        (6, ErrorKind::Unsupported),
        (7, ErrorKind::Damaged),
        (0x0200_0000, ErrorKind::Damaged),
    ] {
        let built = small_dynamic().footers(60, &u32::to_be_bytes(disk_type));
        // A damaged type in the end footer alone would be a case for the copy; both say the same here.
        let error = refused(&built.bytes, 8, "disk-type");
        assert_eq!(
            (error.kind(), error.offset().unwrap().get()),
            (kind, built.end() as u64 + 60),
            "{disk_type}"
        );
    }
}

#[test]
fn trap_09_a_saved_state_is_refused_unless_allowed() {
    let payload = pattern(1, EXACT);
    let bytes = fixed_with(&payload, |footer| footer.saved_state = true);
    let error = refused(&bytes, 9, "saved-state");
    assert_eq!((error.kind(), error.offset().unwrap().get()), (ErrorKind::Unsupported, EXACT as u64 + 84));
    let options = OpenOptions { allow_saved_state: true, ..OpenOptions::default() };
    let opened = opens_with(&bytes, &options);
    assert_same(&opened.bytes(), &payload);
    assert_eq!(opened.codes(), vec!["saved-state"]);
}

#[test]
fn trap_09_a_saved_state_that_is_neither_is_damage() {
    let mut bytes = fixed(&pattern(1, EXACT));
    patch_footer(&mut bytes, EXACT, 84, &[2]);
    let error = refused(&bytes, 9, "saved-state-malformed");
    assert_eq!((error.kind(), error.offset().unwrap().get()), (ErrorKind::Damaged, EXACT as u64 + 84));
}

#[test]
fn trap_10_features_version_and_time() {
    let payload = pattern(1, EXACT);
    for (features, said) in [(2, None), (0, Some("features-reserved-bit")), (3, Some("temporary"))] {
        let opened = opens(&fixed_with(&payload, |footer| footer.features = features));
        assert_same(&opened.bytes(), &payload);
        assert_eq!(opened.codes().first().copied(), said);
    }
    let error =
        refused(&fixed_with(&payload, |footer| footer.format_version = 0x0002_0000), 10, "footer-version");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let minor = opens(&fixed_with(&payload, |footer| footer.format_version = 0x0001_0001));
    assert_same(&minor.bytes(), &payload);
    assert_eq!(minor.codes(), vec!["footer-minor-version"]);

    let future = fixed_with(&payload, |footer| footer.timestamp.0 = u32::MAX);
    assert_same(&opens(&future).bytes(), &payload);
    let examination = examined(&future, &OpenOptions::default());
    assert_eq!(finding(&examination.findings, "timestamp-in-future").severity, Severity::Note);
}

#[test]
fn trap_11_a_disk_without_uuid_is_read() {
    let payload = pattern(1, EXACT);
    let opened = opens(&fixed_with(&payload, |footer| footer.uuid = Uuid::NIL));
    assert_same(&opened.bytes(), &payload);
    assert_eq!(opened.codes(), vec!["uuid-nil"]);
}
