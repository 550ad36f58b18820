//! Nothing costs next to nothing: runs of zeros, up to the GiB that one frame may hold, and disks that are mostly
//! empty.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use medv_codec::Silent;
use medv_codec::container::Container;
use medv_codec::disk::{OpenOptions, open};
use medv_codec::expand::TargetForm;
use medv_codec::pack::{Subject, pack_to_file};
use medv_codec::source::FileSource;
use medv_codec::verify::{Depth, verify};
use medv_format::container::{FrameKind, MAX_ZERO_RUN};
use medv_format::{DiskOffset, Limits};
use medv_tests::engine::{at_random, expand_into, pack_options};
use medv_tests::images::text;
use medv_tests::vhd_builder::{Scratch, assert_same};

const GIB: u64 = 1 << 30;
const CHUNK_KIB: u32 = 1024;

/// A sparse raw image with these pieces of data.
fn sparse(path: &Path, size: u64, pieces: &[(u64, Vec<u8>)]) {
    let mut file = File::create_new(path).unwrap();
    file.set_len(size).unwrap();
    for (at, data) in pieces {
        file.seek(SeekFrom::Start(*at)).unwrap();
        file.write_all(data).unwrap();
    }
}

/// The container of the disk at `source`, and where it is.
fn packed(scratch: &Scratch, source: &Path) -> (Container, std::path::PathBuf) {
    let medv = scratch.path("disk.medv");
    let opened = open(source, &OpenOptions::default()).unwrap();
    pack_to_file(&Subject::new(&opened, None), &medv, false, &pack_options(1, CHUNK_KIB, 2), &Silent)
        .unwrap();
    (Container::open(&FileSource::open(&medv).unwrap(), &Limits::default()).unwrap(), medv)
}

fn frames(container: &Container) -> Vec<(FrameKind, u64)> {
    container.index.entries.iter().map(|entry| (entry.kind, u64::from(entry.content_len))).collect()
}

#[test]
fn a_run_ends_at_one_gibibyte() {
    use FrameKind::{Data, Footer, Zero};
    let max = u64::from(MAX_ZERO_RUN);
    let mib = 1 << 20;
    for (size, data_at, expected) in [
        (GIB, None, vec![(Zero, max)]),
        (GIB + 512, None, vec![(Zero, max), (Zero, 512)]),
        (GIB - 512, None, vec![(Zero, max - 512)]),
        (2 * GIB + mib, Some(2 * GIB), vec![(Zero, max), (Zero, max), (Data, mib)]),
        (2 * GIB + mib, Some(0), vec![(Data, mib), (Zero, max), (Zero, max)]),
        (2 * GIB, Some(GIB - 1), vec![(Zero, max - mib), (Data, mib), (Zero, max)]),
    ] {
        let scratch = Scratch::new();
        let source = scratch.path("disk.img");
        let pieces: Vec<_> = data_at.map(|at| (at, vec![7])).into_iter().collect();
        sparse(&source, size, &pieces);
        let (container, medv) = packed(&scratch, &source);
        assert_eq!(frames(&container), [&expected[..], &[(Footer, 512)]].concat(), "{size} bytes");
        let report = verify(at_random(&medv), Depth::Full, None, &Limits::default(), &Silent).unwrap();
        assert_eq!(report.damaged_frames, 0);
    }
}

#[test]
fn forty_gibibytes_of_nearly_nothing_pack_and_expand_in_the_room_of_what_is_there() {
    let scratch = Scratch::new();
    let source = scratch.path("disk.img");
    let size = 40 * GIB + 700;
    let places = [0, 3 * GIB - 5, 17 * GIB + 12_345, 39 * GIB, size - 600];
    let pieces: Vec<_> = (0..).zip(places).map(|(seed, at)| (at, text(seed, 600))).collect();
    sparse(&source, size, &pieces);
    let (container, medv) = packed(&scratch, &source);
    let data = frames(&container).iter().filter(|(kind, _)| *kind == FrameKind::Data).count();
    assert_eq!(data, 6, "one piece lies across two chunks");
    assert!(medv.metadata().unwrap().len() < 2 << 20);

    for form in [TargetForm::Raw, TargetForm::Fixed, TargetForm::Dynamic] {
        let target = scratch.path("target");
        let report = expand_into(at_random(&medv), &target, form);
        assert!(report.written_bytes <= 6 << 20, "{form:?}: {report:?}");
        let opened = open(&target, &OpenOptions::default()).unwrap();
        for (at, data) in &pieces {
            let mut found = vec![0; data.len()];
            opened.disk.read_at(DiskOffset::new(*at), &mut found).unwrap();
            assert_same(&found, data);
        }
        let mut extents = 0;
        let mut from = DiskOffset::ZERO;
        while let Some(extent) = opened.disk.next_extent(from).unwrap() {
            extents += extent.end.since(extent.start);
            from = extent.end;
        }
        assert!(extents <= 16 << 20, "{form:?}: {extents} bytes may hold data");
        assert_eq!(opened.disk.virtual_size(), if form == TargetForm::Raw { size } else { size + 324 });
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            assert!(target.metadata().unwrap().blocks() * 512 <= 16 << 20, "{form:?} is not sparse");
        }
        fs::remove_file(&target).unwrap();
    }
}
