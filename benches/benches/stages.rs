//! What each stage of packing and expanding costs by itself, on one thread: `cargo bench -p medv-benches`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use medv_codec::pack::frame_compressor;
use medv_codec::{FrameDecoder, is_zero};
use medv_format::Limits;
use medv_format::container::{Entry, FrameKind, Header, Index, SourceForm, frame_bound};
use medv_format::digest::{Digest, subtree};

/// One chunk of the default size.
const CHUNK: usize = 2 << 20;

/// Bytes that compress to about a third: lines of text with numbers that do not repeat.
fn chunk() -> Vec<u8> {
    let mut seed = 1u64;
    let mut text = Vec::with_capacity(CHUNK + 64);
    while text.len() < CHUNK {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        text.extend(format!("record {:016x} of the log, state ok\r\n", seed >> 24).bytes());
    }
    text.truncate(CHUNK);
    text
}

/// The index of a disk of 64 GiB in chunks of 2 MiB.
fn index() -> Index {
    let entry = Entry {
        kind: FrameKind::Data,
        content_len: CHUNK as u32,
        compressed_len: 700_000,
        crc: 1,
        digest: Digest([7; 32]),
    };
    let footer = Entry { kind: FrameKind::Footer, content_len: 512, compressed_len: 100, ..entry };
    let mut entries = vec![entry; 32 << 10];
    entries.push(footer);
    let header = Header {
        form: SourceForm::Fixed,
        chunk_size: CHUNK as u32,
        source_size: 64 << 30,
        level: 3,
        trimmed: false,
    };
    Index { header, trimmed_bytes: 0, entries, attachments: Vec::new() }
}

fn stages(criterion: &mut Criterion) {
    let data = chunk();
    let mut frame = Vec::with_capacity(frame_bound(CHUNK as u32) as usize);
    let mut compressor = frame_compressor(3).expect("a compressor");
    compressor.compress_to_buffer(&data, &mut frame).expect("a frame");

    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Bytes(CHUNK as u64));
    let zeros = vec![0; CHUNK];
    group.bench_function("zero scan", |bench| bench.iter(|| is_zero(black_box(&zeros))));
    group.bench_function("hash", |bench| bench.iter(|| subtree(black_box(&data))));
    for level in [1, 3, 9] {
        let mut compressor = frame_compressor(level).expect("a compressor");
        let mut out = Vec::with_capacity(frame_bound(CHUNK as u32) as usize);
        group.bench_function(format!("frame compress, level {level}"), |bench| {
            bench.iter(|| {
                out.clear();
                compressor.compress_to_buffer(black_box(&data[..]), &mut out).expect("a frame")
            });
        });
    }
    let mut content = vec![0; CHUNK];
    for (name, mut decoder) in [
        ("frame decompress", FrameDecoder::new().expect("a decoder")),
        ("frame decompress without XXH64", FrameDecoder::for_digested_frames().expect("a decoder")),
    ] {
        group.bench_function(name, |bench| {
            bench.iter(|| decoder.decode(black_box(&frame), &mut content).expect("the chunk"));
        });
    }
    group.throughput(Throughput::Bytes(frame.len() as u64));
    group.bench_function("CRC", |bench| bench.iter(|| crc32fast::hash(black_box(&frame))));

    let index = index();
    let bytes = index.to_bytes();
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("index, write", |bench| bench.iter(|| black_box(&index).to_bytes()));
    group.bench_function("index, read", |bench| {
        bench.iter(|| Index::from_bytes(black_box(&bytes), &Limits::default()).expect("the index"));
    });
    group.bench_function("index, image digest", |bench| bench.iter(|| black_box(&index).image_digest()));
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
