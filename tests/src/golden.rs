//! Golden files: containers of every format version, kept for good, so that every later version must read them.
//!
//! `cargo run -p medv-tests --bin make-golden -- FOLDER` writes those of today's version and prints the table that
//! `tests/golden_files.rs` holds. Files of a version that was released are never made again.

use std::ops::Range;
use std::path::Path;

use medv_codec::Silent;
use medv_codec::pack::{PackReport, Subject, pack};
use medv_format::DiskOffset;
use medv_format::container::SourceForm;
use medv_format::vhd::{CreatorApplication, Footer, Geometry, Timestamp, Uuid};

use crate::MemoryDisk;
use crate::engine::pack_options;
use crate::images::{noise, text};

/// A disk and how it is packed into a golden file.
pub struct Golden {
    /// Name of the file, without `.medv`.
    pub name: &'static str,
    /// The form that the source is said to have.
    pub form: SourceForm,
    /// The source's footer, if it has one.
    pub footer: Option<Footer>,
    /// The disk as it goes in.
    pub disk: Vec<u8>,
    /// What trimming leaves out.
    pub free: Option<Vec<Range<usize>>>,
    level: i32,
    chunk_kib: u32,
}

impl Golden {
    fn raw(name: &'static str, disk: Vec<u8>) -> Self {
        Self { name, form: SourceForm::Raw, footer: None, disk, free: None, level: 3, chunk_kib: 64 }
    }

    fn vhd(name: &'static str, form: SourceForm, disk: Vec<u8>) -> Self {
        let mut uuid = [b'.'; 16];
        for (slot, byte) in uuid.iter_mut().zip(name.bytes()) {
            *slot = byte;
        }
        let footer = Footer::new_fixed(disk.len() as u64, Uuid(uuid), Timestamp(700_000_000));
        let is_fixed = form == SourceForm::Fixed;
        let footer = if is_fixed { footer } else { footer.as_dynamic(medv_format::FileOffset::new(512)) };
        Self { form, footer: Some(footer), ..Self::raw(name, disk) }
    }

    /// The disk as it must come out: what was trimmed is zero.
    pub fn expected(&self) -> Vec<u8> {
        let mut disk = self.disk.clone();
        for free in self.free.iter().flatten() {
            disk[free.clone()].fill(0);
        }
        disk
    }

    /// Packs it as today's version does.
    pub fn pack(&self) -> (Vec<u8>, PackReport) {
        let offset = |at: usize| DiskOffset::new(at as u64);
        let free: Option<Vec<_>> = self
            .free
            .as_ref()
            .map(|free| free.iter().map(|free| offset(free.start)..offset(free.end)).collect());
        let disk = MemoryDisk(self.disk.clone());
        let subject =
            Subject { disk: &disk, form: self.form, footer: self.footer.clone(), free: free.as_deref() };
        let mut medv = Vec::new();
        let report = pack(&subject, &mut medv, &pack_options(self.level, self.chunk_kib, 1), &Silent);
        (medv, report.unwrap_or_else(|error| panic!("{}: {error}", self.name)))
    }
}

/// A disk of `units` units of nothing, with text at these places.
fn sparse(units: usize, tail: usize, places: &[(usize, usize)]) -> Vec<u8> {
    let mut disk = vec![0; (units << 16) + tail];
    for (seed, &(at, len)) in (0..).zip(places) {
        disk[at..at + len].copy_from_slice(&text(seed, len));
    }
    disk
}

/// The golden files of today's version.
pub fn goldens() -> Vec<Golden> {
    let places = [(0, 700), (3 << 16, 5000), ((40 << 16) - 300, 600), ((90 << 16) + 77, 9000)];
    let two_mib = SourceForm::Dynamic { block_size: 2 << 20 };
    let mut foreign = Golden::vhd("fixed-foreign-footer", SourceForm::Fixed, sparse(2, 8192, &[(100, 100)]));
    if let Some(footer) = &mut foreign.footer {
        footer.creator_application = CreatorApplication::VIRTUAL_PC;
        footer.creator_version = 0x0005_0003;
        footer.creator_host_os = *b"Mac ";
        footer.original_size = 1 << 30;
        footer.geometry = Geometry { cylinders: 4, heads: 4, sectors: 17 };
        footer.reserved = [0xA5; 427];
    }
    let mut trimmed = Golden::vhd("trimmed", two_mib, sparse(80, 0, &[(0, 60_000), (30 << 16, 200_000)]));
    trimmed.free = Some(vec![4096..40_960, (31 << 16)..(34 << 16)]);
    let mut best =
        Golden::vhd("dynamic-level-19", two_mib, sparse(50, 1024, &[(0, 50_000), (3 << 20, 3000)]));
    (best.level, best.chunk_kib) = (19, 1024);
    let mut largest = Golden::raw("raw-chunks-of-8-mib", sparse(140, 65_024, &[(5, 30_000), (9_000_000, 9)]));
    (largest.level, largest.chunk_kib) = (1, 8192);
    vec![
        Golden::vhd("fixed", SourceForm::Fixed, sparse(100, 512, &places)),
        foreign,
        Golden::vhd("dynamic", two_mib, sparse(100, 0, &places)),
        Golden::vhd(
            "dynamic-blocks-of-64-kib",
            SourceForm::Dynamic { block_size: 64 << 10 },
            sparse(95, 1536, &places),
        ),
        best,
        Golden::vhd(
            "differencing",
            SourceForm::Differencing { block_size: 2 << 20 },
            sparse(99, 512, &places),
        ),
        trimmed,
        Golden::raw("raw", sparse(100, 0, &places)),
        Golden::raw("raw-one-byte", vec![0x5A]),
        Golden::raw("raw-odd-tail", sparse(3, 700, &[(0, 65_536), ((3 << 16) + 690, 10)])),
        Golden::raw("raw-odd-zero-tail", sparse(5, 65, &[(0, 400)])),
        Golden::raw("raw-nothing", vec![0; (77 << 16) + 512]),
        Golden::raw("raw-incompressible", noise(1, (1 << 16) + 512)),
        largest,
    ]
}

/// Writes the golden files into `folder`; answers the rows of the table in `tests/golden_files.rs`.
pub fn make(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut rows = Vec::new();
    for golden in goldens() {
        let (medv, report) = golden.pack();
        std::fs::write(folder.join(golden.name).with_extension("medv"), medv)?;
        rows.push(format!("(\"{}\", \"{}\"),", golden.name, report.image_digest));
    }
    Ok(rows)
}
