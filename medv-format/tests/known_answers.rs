//! The table of known answers that `spec/medv-format.md` ends with.

use medv_format::digest::{ImageDigest, UNIT, subtree};

fn disk(size: usize) -> Vec<u8> {
    (0..size).map(|i| u8::try_from(i / 512 % 251).unwrap()).collect()
}

#[test]
fn the_specification_names_the_digests_we_compute() {
    let specification = include_str!("../../spec/medv-format.md");
    let (_, table) = specification.split_once("| virtual size | image digest |").unwrap();
    let rows: Vec<_> = table.lines().skip(2).filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 5);
    for row in rows {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let disk = disk(cells[1].parse().unwrap());
        let mut image = ImageDigest::new();
        for unit in disk.chunks(UNIT) {
            image.push(u64::try_from(unit.len()).unwrap(), subtree(unit));
        }
        assert_eq!(format!("`{}`", image.finish()), cells[2], "{} bytes", cells[1]);
    }
}
