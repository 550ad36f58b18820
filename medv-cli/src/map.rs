//! A picture of a disk: where it holds data, how well that compresses, where it is zero or trimmed.

mod cells;
mod svg;

use std::ops::Range;

use medv_format::DiskOffset;
use medv_format::container::Index;

/// A partition, as the strip above the grid shows it.
pub(crate) struct Stretch {
    pub(crate) label: String,
    pub(crate) disk: Range<DiskOffset>,
}

/// The SVG of the disk that `index` describes. The same arguments always give the same text.
pub(crate) fn draw(title: &str, index: &Index, partitions: &[Stretch]) -> String {
    svg::draw(title, index.header.virtual_size(), &cells::Cells::of(index), partitions)
}

/// Whether data that takes `compressed` of its `content` bytes counts as hardly compressible.
pub(crate) fn is_hard(content: u64, compressed: u64) -> bool {
    cells::Class::of_data(content, compressed) == cells::Class::Hard
}

#[cfg(test)]
mod tests {
    use medv_format::container::{Entry, FrameKind, Header, SourceForm};
    use medv_format::digest::Digest;

    use super::*;

    fn entry(kind: FrameKind, content_len: u32, compressed_len: u32) -> Entry {
        Entry { kind, content_len, compressed_len, crc: 0, digest: Digest::default() }
    }

    /// A disk like most: a boot partition, a system in pieces, a media folder, free space.
    fn index() -> Index {
        const MIB: u32 = 1 << 20;
        let mut entries = Vec::new();
        for i in 0..1792u32 {
            entries.push(match i {
                0..8 => entry(FrameKind::Data, MIB, 60_000),
                8..64 => entry(FrameKind::Zero, MIB, 100),
                1300..1400 => entry(FrameKind::Data, MIB, MIB + 30),
                1500.. => entry(FrameKind::Trimmed, MIB, 100),
                _ if i % 17 == 0 => entry(FrameKind::Trimmed, MIB, 100),
                _ => entry(FrameKind::Data, MIB, MIB / 100 * (20 + (i / 40 * 13) % 75)),
            });
        }
        for _ in 0..2 {
            entries.push(entry(FrameKind::Zero, 1 << 30, 32_768));
        }
        entries.push(entry(FrameKind::Footer, 512, 60));
        let source_size = (1792 << 20) + (2 << 30);
        let header =
            Header { form: SourceForm::Fixed, chunk_size: MIB, source_size, level: 3, trimmed: true };
        Index { header, trimmed_bytes: 0, entries, attachments: vec![] }
    }

    fn partitions() -> Vec<Stretch> {
        let stretch = |label: &str, start: u64, end: u64| Stretch {
            label: label.to_owned(),
            disk: DiskOffset::new(start << 20)..DiskOffset::new(end << 20),
        };
        vec![stretch("1 EFI", 1, 64), stretch("2 Windows <C:>", 64, 3600), stretch("3 recovery", 3600, 3839)]
    }

    #[test]
    fn the_picture_is_the_same_every_time_and_names_everything() {
        let svg = draw("windows & more.medv", &index(), &partitions());
        assert_eq!(svg, draw("windows & more.medv", &index(), &partitions()));
        for text in [
            "windows &amp; more.medv",
            "2 Windows &lt;C:&gt;",
            "hardly compressible",
            "100 MiB",
            "trimmed",
            "3.75 GiB",
        ] {
            assert!(svg.contains(text), "{text}");
        }
        if let Some(path) = std::env::var_os("MEDV_MAP_OUT") {
            std::fs::write(path, svg).unwrap();
        }
    }

    #[test]
    fn any_size_of_disk_fits_the_grid() {
        for size in [512, 65_536, 10 << 20, 127 << 30, 2040 << 30, 1 << 41] {
            let cells = cells::Cells::empty(size);
            assert!(cells.len() <= cells::COLUMNS * cells::ROWS, "{size}");
            assert!(cells.len() as u64 * cells.bytes >= size, "{size}");
        }
    }
}
