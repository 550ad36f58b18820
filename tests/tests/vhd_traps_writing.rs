//! What the forms that we write must be like: oddities 40 and 41, as far as the structures decide it.

use medv_codec::disk::{DiskForm, OpenOptions, examine};
use medv_format::FileOffset;
use medv_format::vhd::{BlockIndex, DynamicLayout, Footer, SectorBitmap, Timestamp};
use medv_tests::vhd_builder::{Scratch, UUID, assert_same, codes, opens, pattern, put, refused};

const BLOCK: usize = 1 << 16;

/// A dynamic disk, written part by part as a writer of ours does it, with blocks 1 and 5 of eight.
struct Written {
    layout: DynamicLayout,
    footer: Footer,
    bytes: Vec<u8>,
}

fn write() -> Written {
    let size = 8 * BLOCK as u64;
    let layout = DynamicLayout::new(size, 1 << 16).unwrap();
    let footer = Footer::new_fixed(size, UUID, Timestamp(1)).as_dynamic(layout.header());
    let mut bytes = vec![0; usize::try_from(layout.end_footer(2).unwrap().get()).unwrap()];
    let at = |offset: FileOffset| usize::try_from(offset.get()).unwrap();
    put(&mut bytes, at(layout.footer_copy()), &footer.to_bytes());
    put(&mut bytes, at(layout.header()), &layout.dynamic_header().to_bytes());
    let table = layout.table_for([1, 5].map(BlockIndex)).unwrap();
    put(&mut bytes, at(layout.table()), &table.to_bytes());
    for (nth, block) in [(0, 1), (1, 5)] {
        let place = layout.place(nth).unwrap();
        put(&mut bytes, at(place.bitmap), SectorBitmap::full(1 << 16).as_bytes());
        put(&mut bytes, at(place.data), &pattern(block, BLOCK));
    }
    Written { layout, footer, bytes }
}

fn content() -> Vec<u8> {
    let mut content = vec![0; 8 * BLOCK];
    put(&mut content, BLOCK, &pattern(1, BLOCK));
    put(&mut content, 5 * BLOCK, &pattern(5, BLOCK));
    content
}

#[test]
fn trap_40_a_dynamic_disk_of_ours_needs_no_holes() {
    let Written { layout, footer, mut bytes } = write();
    bytes.extend(footer.to_bytes());
    assert_eq!(bytes.len() as u64, layout.file_len(2).unwrap());
    // Two blocks, and nowhere a gap of more than 4 KiB that would have to be a hole.
    assert!(bytes.len() < 2 * BLOCK + 5 * 4096);
    let opened = opens(&bytes);
    opened.is(DiskForm::Dynamic, &content());
    assert!(!opened.codes().contains(&"blocks-unaligned"));
}

#[cfg(target_os = "linux")]
#[test]
fn trap_40_holes_in_a_fixed_disk_are_named() {
    let scratch = Scratch::new();
    let path = scratch.path("disk.vhd");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(64 << 20).unwrap();
    let footer = Footer::new_fixed(64 << 20, UUID, Timestamp(1)).to_bytes();
    std::os::unix::fs::FileExt::write_all_at(&file, &footer, 64 << 20).unwrap();
    let examination = examine(&path, &OpenOptions::default()).unwrap();
    assert!(codes(&examination.findings).contains(&"file-sparse"));
}

#[test]
fn trap_41_a_fixed_disk_without_its_footer_is_never_taken_for_one() {
    let payload = pattern(41, BLOCK);
    let footer = Footer::new_fixed(BLOCK as u64, UUID, Timestamp(1)).to_bytes();
    for cut in [0, 1, 8, 64, 510] {
        let opened = opens(&[&payload, &footer[..cut]].concat());
        assert_eq!(opened.opened.form, DiskForm::Raw, "{cut}");
    }
    opens(&[&payload[..], &footer].concat()).is(DiskForm::Fixed, &payload);
}

#[test]
fn trap_41_a_dynamic_disk_without_copy_and_footer_is_never_taken_for_one() {
    // Everything but the two footers is there: so must a writer leave it until the last moment.
    let Written { footer, mut bytes, .. } = write();
    bytes[..512].fill(0);
    assert_eq!(opens(&bytes).opened.form, DiskForm::Raw);
    // The footer at the end alone makes it a disk; the copy in front may follow.
    bytes.extend(footer.to_bytes());
    opens(&bytes).is(DiskForm::Dynamic, &content());
}

#[test]
fn trap_41_a_table_before_its_blocks_is_found_out() {
    let Written { layout, footer, mut bytes } = write();
    bytes.truncate(usize::try_from(layout.place(1).unwrap().bitmap.get()).unwrap());
    refused(&bytes, 27, "block-past-end");
    bytes.extend(footer.to_bytes());
    refused(&bytes, 27, "block-past-end");
    assert_same(&bytes[..512], &footer.to_bytes());
}
