//! Packs a disk and expands it again, with progress of its own: `pack_and_expand DISK OUT.medv COPY`.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use medv_codec::container::Input;
use medv_codec::disk::{OpenOptions, open};
use medv_codec::expand::{ExpandOptions, expand};
use medv_codec::pack::{PackOptions, Subject, pack_to_file};
use medv_codec::source::HttpOptions;
use medv_codec::{Error, Monitor, Result};

/// Prints a dot for every 16 MiB of disk.
#[derive(Default)]
struct Dots(AtomicU64);

impl Monitor for Dots {
    fn advance(&self, disk_bytes: u64) {
        let before = self.0.fetch_add(disk_bytes, Ordering::Relaxed);
        let dots = ((before + disk_bytes) >> 24) - (before >> 24);
        eprint!("{}", ".".repeat(usize::try_from(dots).unwrap_or(0)));
    }
}

pub(crate) fn pack_and_expand(disk: &str, packed: &str, copy: &str) -> Result<()> {
    let disk = open(Path::new(disk), &OpenOptions::default())?;
    let subject = Subject::new(&disk, None);
    let report = pack_to_file(&subject, Path::new(packed), false, &PackOptions::default(), &Dots::default())?;
    eprintln!(" packed {} bytes into {}", report.virtual_size, report.output_bytes);

    let input = Input::open(packed, HttpOptions::default())?;
    let report = expand(input, Path::new(copy), &ExpandOptions::default(), &Dots::default())?;
    eprintln!(" expanded {}", report.image_digest);
    Ok(())
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    match &arguments[..] {
        [_, disk, packed, copy] => pack_and_expand(disk, packed, copy),
        _ => Err(Error::usage("give DISK, OUT.medv and COPY")),
    }
}
