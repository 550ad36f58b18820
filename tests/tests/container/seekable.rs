//! The seek table, by the reader of another project: random reads give the disk's bytes.

use std::io::Read;

use medv_tests::disk_files::{Form, write};
use medv_tests::engine::{pack_file, pack_options};
use medv_tests::images::{islands, mixed};
use medv_tests::vhd_builder::{Scratch, fixed};
use zeekstd::{BytesWrapper, DecodeOptions};

#[test]
fn random_reads_through_the_seek_table_give_the_disk() {
    for (disk, chunk_kib) in [(mixed(1, (6 << 20) + 512), 64), (islands(2, 8 << 20), 1024)] {
        let scratch = Scratch::new();
        let source = write(&scratch, Form::Dynamic(2 << 20), &disk);
        let (medv, report) = pack_file(&source, &pack_options(3, chunk_kib, 2));
        let vhd = fixed(&disk);
        let decoder =
            || DecodeOptions::new(BytesWrapper::new(&medv)).into_decoder().unwrap_or_else(|e| panic!("{e}"));
        // Header, index and trailer stand in the table as frames without content.
        assert_eq!(u64::from(decoder().seek_table().num_frames()), report.frames + 4);
        assert_eq!(decoder().seek_table().size_decomp(), vhd.len() as u64);

        let end = vhd.len();
        let mut state = 12_345_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        let mut ranges = vec![(0, 1), (65_535, 65_537), (end - 513, end - 511), (end - 1, end), (0, end)];
        for _ in 0..60 {
            let start = random(end);
            ranges.push((start, end.min(start + 1 + random(200_000))));
        }
        for (start, stop) in ranges {
            let mut decoder = decoder();
            decoder.set_offset(start as u64).unwrap();
            decoder.set_offset_limit(stop as u64).unwrap();
            let mut read = Vec::new();
            decoder.read_to_end(&mut read).unwrap();
            assert!(read == vhd[start..stop], "{start} to {stop}");
        }
    }
}
