//! What dynamic headers, block allocation tables and bitmaps get wrong: oddities 19 to 30.

use std::fs::OpenOptions as FileOptions;

use medv_codec::ErrorKind;
use medv_codec::disk::{BitmapPolicy, DiskForm, OpenOptions, Severity, open};
use medv_format::Limits;
use medv_format::vhd::CreatorApplication;
use medv_tests::vhd_builder::{
    Block, Built, Scratch, Sparse, assert_same, batmap_header, dynamic, examined, finding, opens, opens_with,
    pattern, put, refused, refused_with,
};

const BLOCK: usize = 1 << 16;
const SIZE: usize = 8 * BLOCK;

fn sample() -> Sparse {
    dynamic(SIZE as u64, 1 << 16).block(1, &pattern(1, BLOCK)).block(6, &pattern(6, BLOCK))
}

fn content() -> Vec<u8> {
    let mut content = vec![0; SIZE];
    put(&mut content, BLOCK, &pattern(1, BLOCK));
    put(&mut content, 6 * BLOCK, &pattern(6, BLOCK));
    content
}

fn damage_allowed() -> OpenOptions {
    OpenOptions { allow_damage: true, ..OpenOptions::default() }
}

#[test]
fn trap_19_a_bad_header_checksum_is_refused_unless_allowed() {
    let mut built = sample().build();
    built.bytes[512 + 36] ^= 1;
    let error = refused(&built.bytes, 19, "dynamic-header-checksum");
    assert_eq!((error.kind(), error.offset().unwrap().get()), (ErrorKind::Damaged, 512 + 36));
    assert!(error.advised().is_some());
    let opened = opens_with(&built.bytes, &damage_allowed());
    assert_same(&opened.bytes(), &content());
    assert_eq!(finding(&opened.opened.findings, "dynamic-header-checksum").severity, Severity::Warning);
}

#[test]
fn trap_19_a_header_of_another_version_or_without_cookie_is_refused() {
    let other = sample().build().header(24, &[0, 2, 0, 0]);
    assert_eq!(refused(&other.bytes, 19, "dynamic-header-version").kind(), ErrorKind::Unsupported);
    let none = sample().build().header(0, b"xxsparse");
    assert_eq!(refused(&none.bytes, 20, "dynamic-header-missing").kind(), ErrorKind::Damaged);
}

#[test]
fn trap_20_header_and_table_may_be_anywhere() {
    for (header_at, table_at) in [(512, 1536), (4096, 8192), (2048, 512), (513, 5001)] {
        let opened = opens(&Sparse { header_at, table_at, ..sample() }.build().bytes);
        opened.is(DiskForm::Dynamic, &content());
        assert_eq!(opened.codes().contains(&"tables-elsewhere"), (header_at, table_at) != (512, 1536));
    }
}

#[test]
fn trap_20_a_header_or_table_outside_the_file_is_refused() {
    for offset in [u64::MAX, u64::MAX - 1023, 1 << 40, 0xFFFF_FFFF] {
        let error =
            refused(&sample().build().footers(16, &offset.to_be_bytes()).bytes, 20, "dynamic-header-missing");
        assert_eq!((error.kind(), error.offset().unwrap().get()), (ErrorKind::Damaged, offset));
        let error = refused(&sample().build().header(16, &offset.to_be_bytes()).bytes, 30, "table-past-end");
        assert_eq!((error.kind(), error.offset().unwrap().get()), (ErrorKind::Damaged, offset));
    }
}

#[test]
fn trap_21_both_spellings_of_no_further_structure() {
    for (offset, said) in [(u64::MAX, false), (0xFFFF_FFFF, true), (0, true)] {
        let opened = opens(&sample().build().header(8, &offset.to_be_bytes()).bytes);
        opened.is(DiskForm::Dynamic, &content());
        assert_eq!(opened.codes().contains(&"header-data-offset"), said, "{offset:#x}");
    }
}

#[test]
fn trap_22_all_block_sizes_are_read_right() {
    for (block_size, said) in [
        (512, Some("small-blocks")),
        (1024, Some("small-blocks")),
        (4 << 10, Some("unusual-blocks")),
        (64 << 10, Some("unusual-blocks")),
        (512 << 10, Some("unusual-blocks")),
        (2 << 20, None),
        (4 << 20, Some("large-blocks")),
        (16 << 20, Some("large-blocks")),
    ] {
        let len = block_size as usize;
        let mut expected = vec![0; 5 * len];
        let mut disk = dynamic(expected.len() as u64, block_size);
        // Runs of blocks, a gap, and one pair out of order.
        for index in [0, 1, 4, 3_u32] {
            let data = pattern(index.into(), len);
            put(&mut expected, index as usize * len, &data);
            disk = disk.block(index, &data);
        }
        let opened = opens(&disk.build().bytes);
        opened.is(DiskForm::Dynamic, &expected);
        let found = opened.codes().into_iter().find(|code| code.ends_with("-blocks"));
        assert_eq!(found, said, "{block_size}");
    }
}

#[test]
fn trap_22_a_block_size_that_is_no_power_of_two_is_refused() {
    for size in [0, 1, 256, 3 << 20] {
        let error = refused(&sample().build().header(32, &u32::to_be_bytes(size)).bytes, 22, "block-size");
        assert_eq!((error.kind(), error.offset().unwrap().get()), (ErrorKind::Damaged, 512 + 32), "{size}");
    }
}

#[test]
fn trap_23_bitmaps_are_read_from_the_highest_bit_or_as_old_blktap_did() {
    let data = pattern(23, BLOCK);
    let mut disk = dynamic(BLOCK as u64, 1 << 16);
    let mut bitmap = vec![0; 512];
    bitmap[0] = 0b1100_0000;
    disk.blocks.push(Block { index: 0, bitmap: Some(bitmap), data: data.clone() });
    let by_bitmap = OpenOptions { bitmaps: BitmapPolicy::BitmapWins, ..OpenOptions::default() };

    let written = |range: std::ops::Range<usize>| {
        let mut expected = vec![0; BLOCK];
        expected[range.clone()].copy_from_slice(&data[range]);
        expected
    };
    assert_same(&opens_with(&disk.build().bytes, &by_bitmap).bytes(), &written(0..1024));
    disk.footer.creator_application = CreatorApplication::BLKTAP;
    disk.footer.creator_version = 1;
    let opened = opens_with(&disk.build().bytes, &by_bitmap);
    assert_same(&opened.bytes(), &written(6 * 512..8 * 512));
    assert!(opened.codes().contains(&"bitmap-bit-order"));
}

#[test]
fn trap_24_data_under_clear_bits_is_read_and_reported() {
    let data = pattern(24, BLOCK);
    let odd_sectors = |sector: usize| sector % 2 == 1;
    let built = dynamic(BLOCK as u64, 1 << 16).block_with_bits(0, &data, odd_sectors).build();
    assert_same(&opens(&built.bytes).bytes(), &data);

    let by_bitmap = OpenOptions { bitmaps: BitmapPolicy::BitmapWins, ..OpenOptions::default() };
    let mut expected = data.clone();
    for sector in expected.chunks_mut(512).step_by(2) {
        sector.fill(0);
    }
    assert_same(&opens_with(&built.bytes, &by_bitmap).bytes(), &expected);

    for options in [OpenOptions::default(), by_bitmap] {
        let examination = examined(&built.bytes, &options);
        let found = finding(&examination.findings, "bitmap-over-data");
        assert_eq!((found.trap, found.severity), (24, Severity::Warning));
        assert!(
            found.message.starts_with("64 sectors") && found.message.contains("byte 0 of the disk"),
            "{found:?}"
        );
    }
    let agreeing = dynamic(BLOCK as u64, 1 << 16).block_with_bits(0, &expected, odd_sectors).build();
    let examination = examined(&agreeing.bytes, &OpenOptions::default());
    assert!(examination.findings.iter().all(|finding| finding.code != "bitmap-over-data"));
}

#[test]
fn trap_25_table_entries_are_sectors_and_all_ones_is_absent() {
    let built = sample().build();
    assert_eq!(built.bytes[1536..1540], [0xFF; 4]);
    let sector = u32::from_be_bytes(built.bytes[1540..1544].try_into().unwrap());
    assert_eq!(sector as usize * 512, built.block_at[&1]);
    let without = built.entry(1, u32::MAX);
    let mut expected = content();
    expected[BLOCK..2 * BLOCK].fill(0);
    opens(&without.bytes).is(DiskForm::Dynamic, &expected);
}

#[test]
fn trap_26_a_table_may_be_larger_than_needed_but_not_smaller() {
    let opened = opens(&Sparse { entries: Some(5008), ..sample() }.build().bytes);
    opened.is(DiskForm::Dynamic, &content());
    assert!(opened.codes().contains(&"table-larger-than-needed"));

    let error = refused(&Sparse { entries: Some(7), ..sample() }.build().bytes, 26, "table-too-small");
    assert_eq!((error.kind(), error.offset().unwrap().get()), (ErrorKind::Damaged, 512 + 28));
    assert!(error.to_string().contains("found 7 entries, expected at least 8"), "{error}");
}

#[test]
fn trap_27_a_block_past_the_end_is_refused() {
    let built = sample().build();
    let past = built.clone().entry(1, u32::try_from(built.bytes.len() / 512).unwrap());
    let error = refused(&past.bytes, 27, "block-past-end");
    assert_eq!((error.kind(), error.offset().unwrap().get()), (ErrorKind::Damaged, built.bytes.len() as u64));
    refused_with(&past.bytes, 27, "block-past-end", &damage_allowed());
    refused(&built.clone().entry(1, 0xFFFF_FFFE).bytes, 27, "block-past-end");

    let cut = &built.bytes[..built.block_at[&6] + 1000];
    refused(cut, 27, "block-past-end");
}

#[test]
fn trap_27_blocks_on_each_other_or_on_the_tables_are_refused_unless_allowed() {
    let built = sample().build();
    let place = |block: u32| u32::try_from(built.block_at[&block] / 512).unwrap();
    let cases: [(Built, &str); 6] = [
        (built.clone().entry(1, place(6)), "blocks-overlap"),
        (built.clone().entry(1, place(6) - 1), "blocks-overlap"),
        (built.clone().entry(6, place(1) + 1), "blocks-overlap"),
        (built.clone().entry(6, 0), "block-on-tables"),
        (built.clone().entry(6, 2), "block-on-tables"),
        // Its last sector is on the footer.
        (built.clone().entry(6, place(6) + 1), "block-on-tables"),
    ];
    for (built, code) in cases {
        let error = refused(&built.bytes, 27, code);
        assert_eq!(error.kind(), ErrorKind::Damaged);
        assert!(error.offset().is_some() && error.advised().is_some(), "{error}");
        let opened = opens_with(&built.bytes, &damage_allowed());
        assert_eq!(finding(&opened.opened.findings, code).severity, Severity::Warning);
        assert_eq!(opened.bytes().len(), SIZE);
    }
}

#[test]
fn trap_28_blocks_out_of_order_with_gaps_and_in_any_alignment() {
    let mut disk = sample();
    disk.blocks.reverse();
    let opened = opens(&disk.build().bytes);
    opened.is(DiskForm::Dynamic, &content());
    assert!(opened.codes().contains(&"blocks-out-of-order"));

    for gap in [0, 512, 4096, 100 << 10] {
        opens(&Sparse { gap, ..sample() }.build().bytes).is(DiskForm::Dynamic, &content());
    }
    // Table up to 2048, a bitmap of 512 before the data: 1536 more bring it to 4096, 3584 the next to 4 KiB
    // again.
    assert!(opens(&sample().build().bytes).codes().contains(&"blocks-unaligned"));
    let aligned = Sparse { gap: 1536, ..dynamic(SIZE as u64, 1 << 16).block(1, &pattern(1, BLOCK)) };
    assert!(!opens(&aligned.build().bytes).codes().contains(&"blocks-unaligned"));
}

#[test]
fn trap_29_a_batmap_is_stepped_over_and_an_encrypted_disk_refused() {
    let batmap = [0b1100_0010_u8; 512];
    let as_unsigned = !(512 * 0b1100_0010_u32);
    let as_signed = !(512_u32.wrapping_mul(0xFFFF_FFC2));
    for (version, checksum, broken) in [
        (0x0001_0002, as_unsigned, false),
        (0x0001_0002, as_signed, true),
        (0x0001_0001, as_signed, false),
        (0x0001_0001, as_unsigned, true),
    ] {
        let after_table = [batmap_header(2560, version, checksum), batmap.to_vec()].concat();
        let opened = opens(&Sparse { after_table: after_table.clone(), ..sample() }.build().bytes);
        opened.is(DiskForm::Dynamic, &content());
        assert_eq!(finding(&opened.opened.findings, "batmap").severity, Severity::Note);
        assert_eq!(opened.codes().contains(&"batmap-broken"), broken);

        let mut encrypted = after_table;
        encrypted[29] = 1;
        let error = refused(&Sparse { after_table: encrypted, ..sample() }.build().bytes, 29, "encrypted");
        assert_eq!((error.kind(), error.offset().unwrap().get()), (ErrorKind::Unsupported, 2048 + 29));
    }
}

#[test]
fn trap_29_data_that_looks_like_a_batmap_is_data() {
    let mut data = pattern(29, BLOCK);
    let mut header = batmap_header(2560, 0x0001_0001, 0);
    header[29] = 1;
    put(&mut data, 0, &header);
    // The bitmap's place is right behind the table, where a batmap's header would be.
    let mut disk = dynamic(BLOCK as u64, 1 << 16);
    disk.blocks.push(Block { index: 0, bitmap: Some(header), data: data.clone() });
    let opened = opens(&disk.build().bytes);
    opened.is(DiskForm::Dynamic, &data);
    assert!(!opened.codes().contains(&"batmap"));
}

#[test]
fn trap_30_a_huge_table_needs_a_file_that_holds_it() {
    // Says that it has 4 billion entries; only the eight that the disk needs are read.
    let opened = opens(&sample().build().header(28, &[0xFF; 4]).bytes);
    opened.is(DiskForm::Dynamic, &content());

    // A disk of 2 TiB in blocks of 512 bytes would need 16 GiB of table.
    let huge = dynamic(1 << 20, 512).build().footers(48, &(1_u64 << 41).to_be_bytes());
    refused(&huge.bytes, 26, "table-too-small");
    let huge = huge.header(28, &[0xFF; 4]);
    refused(&huge.bytes, 26, "table-too-small");
    let huge = huge.footers(48, &((1_u64 << 41) - 512).to_be_bytes());
    let error = refused(&huge.bytes, 30, "table-past-end");
    assert_eq!(error.kind(), ErrorKind::Damaged);
}

#[test]
fn trap_30_a_table_over_the_limit_is_refused_before_memory_is_taken() {
    let scratch = Scratch::new();
    let mut built = dynamic(1 << 20, 512)
        .build()
        .footers(48, &((1_u64 << 41) - 512).to_be_bytes())
        .header(28, &[0xFF; 4]);
    let footer = built.bytes.split_off(built.end());
    let path = scratch.write("disk.vhd", &built.bytes);
    // A file of holes that is long enough for the table.
    let file = FileOptions::new().append(true).open(&path).unwrap();
    file.set_len(20 << 30).unwrap();
    std::io::Write::write_all(&mut &file, &footer).unwrap();
    let error = open(&path, &OpenOptions::default()).map(|_| ()).unwrap_err();
    assert_eq!((error.kind(), error.offset().unwrap().get()), (ErrorKind::Limit, 1536), "{error}");

    let tight =
        OpenOptions { limits: Limits { table_bytes: 31, ..Limits::default() }, ..OpenOptions::default() };
    assert_eq!(refused_with(&sample().build().bytes, 30, "table-limit", &tight).kind(), ErrorKind::Limit);
}
