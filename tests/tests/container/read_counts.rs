//! Nothing is read or written twice, and holes are not read at all.

use std::io::{Cursor, Read};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use medv_codec::container::{Container, Input};
use medv_codec::disk::Disk;
use medv_codec::expand::{TargetForm, expand, expand_on};
use medv_codec::pack::{Subject, pack};
use medv_codec::source::Source;
use medv_codec::storage::{LocalStorage, Storage, StoredFile};
use medv_codec::verify::{Depth, verify};
use medv_codec::{Result, Silent};
use medv_format::container::{FrameKind, SourceForm};
use medv_format::{DiskOffset, FileOffset, Limits};
use medv_tests::disk_files::{Form, write};
use medv_tests::engine::{into_form, pack_file, pack_options, small_chunks};
use medv_tests::images::{islands, noise};
use medv_tests::vhd_builder::Scratch;

use crate::watch::Watch;

/// How often each of some bytes was touched.
struct Touched(Mutex<Vec<u8>>);

impl Touched {
    fn new(len: usize) -> Self {
        Self(Mutex::new(vec![0; len]))
    }

    fn touch(&self, at: u64, len: usize) {
        let at = usize::try_from(at).unwrap();
        let mut touched = self.0.lock().unwrap();
        let end = touched.len().max(at + len);
        touched.resize(end, 0);
        touched[at..at + len].iter_mut().for_each(|count| *count += 1);
    }

    fn assert(&self, range: Range<u64>, times: u8, what: &str) {
        let (from, to) = (usize::try_from(range.start).unwrap(), usize::try_from(range.end).unwrap());
        let touched = self.0.lock().unwrap();
        let wrong = touched[from..to].iter().position(|count| *count != times);
        if let Some(at) = wrong {
            panic!("{what}: byte {} was touched {} times, not {times}", from + at, touched[from + at]);
        }
    }
}

/// A disk of noise with holes, which counts what is read of it.
struct Holey {
    bytes: Vec<u8>,
    extents: Vec<Range<u64>>,
    touched: Touched,
}

impl Disk for Holey {
    fn virtual_size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn next_extent(&self, from: DiskOffset) -> Result<Option<Range<DiskOffset>>> {
        let extent = self.extents.iter().find(|extent| extent.end > from.get());
        Ok(extent.map(|extent| DiskOffset::new(extent.start).max(from)..DiskOffset::new(extent.end)))
    }

    fn read_at(&self, offset: DiskOffset, buf: &mut [u8]) -> Result<()> {
        self.touched.touch(offset.get(), buf.len());
        let at = usize::try_from(offset.get()).unwrap();
        buf.copy_from_slice(&self.bytes[at..at + buf.len()]);
        Ok(())
    }
}

#[test]
fn packing_reads_data_once_and_neither_holes_nor_free_space() {
    const CHUNK: u64 = 128 << 10;
    let size = 40 * CHUNK + 700;
    // In whole chunks here, so that every byte of a chunk is either data or not.
    let extents = vec![2 * CHUNK..5 * CHUNK, 9 * CHUNK..10 * CHUNK, 30 * CHUNK..size];
    let mut bytes = vec![0; usize::try_from(size).unwrap()];
    for extent in &extents {
        let range = usize::try_from(extent.start).unwrap()..usize::try_from(extent.end).unwrap();
        bytes[range.clone()].copy_from_slice(&noise(extent.start, range.len()));
    }
    for free in [None, Some(vec![3 * CHUNK + 4096..4 * CHUNK - 512, 31 * CHUNK..33 * CHUNK])] {
        let touched = Touched::new(bytes.len());
        let disk = Holey { bytes: bytes.clone(), extents: extents.clone(), touched };
        let free = free.unwrap_or_default();
        let ranges: Vec<_> =
            free.iter().map(|free| DiskOffset::new(free.start)..DiskOffset::new(free.end)).collect();
        let subject = Subject { disk: &disk, form: SourceForm::Raw, footer: None, free: Some(&ranges) };
        let watch = Watch::new();
        pack(&subject, &mut std::io::sink(), &pack_options(1, 128, 3), &watch).unwrap();

        let mut wanted: Vec<_> = extents.clone();
        for free in &free {
            wanted = wanted
                .into_iter()
                .flat_map(|w| {
                    [w.start..w.end.min(free.start).max(w.start), w.start.max(free.end).min(w.end)..w.end]
                })
                .filter(|w| !w.is_empty())
                .collect();
        }
        let mut at = 0;
        for data in &wanted {
            disk.touched.assert(at..data.start, 0, "what holds nothing");
            disk.touched.assert(data.clone(), 1, "data");
            at = data.end;
        }
        let in_all: u64 = wanted.iter().map(|data| data.end - data.start).sum();
        assert_eq!(watch.bytes_read(), in_all);
    }
}

/// A `.medv` in memory, which counts what is read of it.
struct Counted {
    bytes: Vec<u8>,
    touched: Touched,
}

struct Shared(std::sync::Arc<Counted>);

impl Source for Shared {
    fn name(&self) -> &'static str {
        "counted"
    }

    fn len(&self) -> u64 {
        self.0.bytes.len() as u64
    }

    fn range(&self, start: FileOffset, len: u64) -> Result<Box<dyn Read + Send + '_>> {
        let (at, len) = (usize::try_from(start.get()).unwrap(), usize::try_from(len).unwrap());
        self.0.touched.touch(start.get(), len);
        Ok(Box::new(Cursor::new(&self.0.bytes[at..at + len])))
    }

    fn stride(&self) -> u64 {
        1 << 20
    }
}

fn counted(medv: &[u8]) -> (std::sync::Arc<Counted>, Input) {
    let counted = Counted { bytes: medv.to_vec(), touched: Touched::new(medv.len()) };
    let counted = std::sync::Arc::new(counted);
    (counted.clone(), Input::Random(Box::new(Shared(counted))))
}

#[test]
fn verifying_and_expanding_read_each_frame_once_and_no_run_of_zeros() {
    let scratch = Scratch::new();
    let disk = islands(71, 20 << 20);
    let (medv, report) = pack_file(&write(&scratch, Form::Raw, &disk), &small_chunks());
    let (_, input) = counted(&medv);
    let container = Container::read(input, &Limits::default()).unwrap();
    let frames: Vec<_> = container.index.frames().collect();
    let compressed = |wanted: &dyn Fn(FrameKind) -> bool| -> u64 {
        let wanted = frames.iter().filter(|frame| wanted(frame.entry.kind));
        wanted.map(|frame| u64::from(frame.entry.compressed_len)).sum()
    };
    assert!(report.zero_bytes > 0 && report.data_bytes > 0);

    let (source, input) = counted(&medv);
    let verified = verify(input, Depth::Full, None, &Limits::default(), &Silent).unwrap();
    assert_eq!(verified.read_bytes, compressed(&|_| true));
    for frame in &frames {
        let at = frame.file.get();
        source.touched.assert(at..at + u64::from(frame.entry.compressed_len), 1, "verify");
    }

    for form in [TargetForm::Raw, TargetForm::Fixed, TargetForm::Dynamic] {
        let (source, input) = counted(&medv);
        let watch = Watch::new();
        let target = scratch.path(&format!("{form:?}"));
        let expanded = expand(input, &target, &into_form(form), &watch).unwrap();
        let data = compressed(&|kind| kind == FrameKind::Data);
        assert_eq!(expanded.read_bytes, data, "{form:?}");
        // Small gaps are read through rather than asked around: the runs of zeros between two frames.
        assert!(watch.bytes_read() >= data && watch.bytes_read() <= compressed(&|_| true), "{form:?}");
        assert_eq!((expanded.written_bytes, watch.bytes_written()), (report.data_bytes, report.data_bytes));
        for frame in frames.iter().filter(|frame| frame.entry.kind == FrameKind::Data) {
            let at = frame.file.get();
            source.touched.assert(at..at + u64::from(frame.entry.compressed_len), 1, "expand");
        }
    }
}

/// The local storage, counting what is written to targets.
struct CountingStorage {
    touched: std::sync::Arc<Touched>,
    most: std::sync::Arc<AtomicU64>,
}

struct CountingFile {
    file: Box<dyn StoredFile>,
    is_target: bool,
    touched: std::sync::Arc<Touched>,
    most: std::sync::Arc<AtomicU64>,
}

impl Storage for CountingStorage {
    fn open(&self, path: &std::path::Path, create: bool) -> std::io::Result<Box<dyn StoredFile>> {
        let (touched, most) = (self.touched.clone(), self.most.clone());
        let is_target = path.extension().is_some_and(|extension| extension == "medv-part");
        let file = LocalStorage.open(path, create)?;
        Ok(Box::new(CountingFile { file, is_target, touched, most }))
    }

    fn exists(&self, path: &std::path::Path) -> std::io::Result<bool> {
        LocalStorage.exists(path)
    }

    fn is_device(&self, _: &std::path::Path) -> bool {
        false
    }

    fn free_space(&self, path: &std::path::Path) -> Option<u64> {
        LocalStorage.free_space(path)
    }

    fn rename(&self, from: &std::path::Path, to: &std::path::Path) -> std::io::Result<()> {
        LocalStorage.rename(from, to)
    }

    fn remove(&self, path: &std::path::Path) -> std::io::Result<()> {
        LocalStorage.remove(path)
    }

    fn sync_folder_of(&self, path: &std::path::Path) -> std::io::Result<()> {
        LocalStorage.sync_folder_of(path)
    }
}

impl StoredFile for CountingFile {
    fn len(&self) -> std::io::Result<u64> {
        self.file.len()
    }

    fn set_len(&self, len: u64) -> std::io::Result<()> {
        self.file.set_len(len)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        if self.is_target {
            self.touched.touch(offset, bytes.len());
            self.most.fetch_max(offset + bytes.len() as u64, SeqCst);
        }
        self.file.write_at(offset, bytes)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<()> {
        assert!(!self.is_target, "a target is not read back unless asked for");
        self.file.read_at(offset, buf)
    }

    fn sync(&self) -> std::io::Result<()> {
        self.file.sync()
    }
}

#[test]
fn expanding_writes_no_byte_of_the_target_twice() {
    let scratch = Scratch::new();
    let disk = islands(72, 20 << 20);
    let (medv, _) = pack_file(&write(&scratch, Form::Dynamic(2 << 20), &disk), &small_chunks());
    for form in [TargetForm::Raw, TargetForm::Fixed, TargetForm::Dynamic] {
        let (touched, most) = (std::sync::Arc::new(Touched::new(0)), std::sync::Arc::new(AtomicU64::new(0)));
        let storage = CountingStorage { touched: touched.clone(), most: most.clone() };
        let target = scratch.path(&format!("{form:?}"));
        expand_on(&storage, counted(&medv).1, &target, &into_form(form), &Silent).unwrap();
        let counts = touched.0.lock().unwrap();
        // The first block takes the page in front of its data with it, in which the tables are put at the end.
        let data_at = if form == TargetForm::Dynamic { 4096 } else { 0 };
        let twice = counts[data_at..].iter().position(|count| *count > 1);
        assert_eq!(twice, None, "{form:?}: a byte written twice");
        assert!(counts.contains(&1));
        assert!(most.load(SeqCst) <= target.metadata().unwrap().len(), "{form:?}: written behind the end");
    }
}
