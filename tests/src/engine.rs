//! The engine as most tests use it: a disk packed into memory, a `.medv` expanded from memory.

use std::io::Cursor;
use std::num::NonZeroUsize;
use std::path::Path;

use medv_codec::container::Input;
use medv_codec::disk::{OpenOptions, open};
use medv_codec::expand::{ExpandOptions, ExpandReport, TargetForm, expand};
use medv_codec::pack::{PackOptions, PackReport, Subject, pack};
use medv_codec::source::FileSource;
use medv_codec::{Monitor, Silent};

/// Level, chunk size in KiB, threads.
pub fn pack_options(level: i32, chunk_kib: u32, threads: usize) -> PackOptions {
    let threads = NonZeroUsize::new(threads);
    PackOptions { level, chunk_size: chunk_kib << 10, threads, ..PackOptions::default() }
}

/// The options that make small disks into several frames.
pub fn small_chunks() -> PackOptions {
    pack_options(1, 64, 2)
}

/// Packs the disk at `path`.
pub fn pack_file(path: &Path, options: &PackOptions) -> (Vec<u8>, PackReport) {
    pack_monitored(path, options, &Silent).unwrap_or_else(|error| panic!("{error}"))
}

/// Packs the disk at `path` under the eyes of `monitor`.
pub fn pack_monitored(
    path: &Path,
    options: &PackOptions,
    monitor: &dyn Monitor,
) -> medv_codec::Result<(Vec<u8>, PackReport)> {
    let opened = open(path, &OpenOptions::default())?;
    let mut medv = Vec::new();
    let report = pack(&Subject::new(&opened, None), &mut medv, options, monitor)?;
    Ok((medv, report))
}

/// A file, to be read at random.
pub fn at_random(path: &Path) -> Input {
    Input::Random(Box::new(FileSource::open(path).unwrap_or_else(|error| panic!("{error}"))))
}

/// Bytes that come through a pipe.
pub fn through_a_pipe(medv: &[u8]) -> Input {
    Input::Stream { name: "a pipe".to_owned(), reader: Box::new(Cursor::new(medv.to_vec())) }
}

/// Options for expanding into this form.
pub fn into_form(form: TargetForm) -> ExpandOptions {
    ExpandOptions { form, threads: NonZeroUsize::new(2), ..ExpandOptions::default() }
}

/// Expands, which must succeed.
pub fn expand_into(input: Input, target: &Path, form: TargetForm) -> ExpandReport {
    expand(input, target, &into_form(form), &Silent).unwrap_or_else(|error| panic!("{error}"))
}
