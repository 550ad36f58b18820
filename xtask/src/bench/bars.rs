//! What `medv` has to reach, as ratios of medians to another tool's on the same disk.

use super::contenders::{
    CAT, EXPAND, PACK, PACK_9, PACK_DYNAMIC, PACK_TRIM, VERIFY, VERIFY_QUICK, ZSTD, ZSTD_9, ZSTD_DECOMPRESS,
    ZSTD_TEST,
};

/// One line of bars; a figure that is `None` has no bar.
pub(crate) struct Bar {
    pub(crate) disk: &'static str,
    pub(crate) name: &'static str,
    pub(crate) against: &'static str,
    pub(crate) cpu: Option<f64>,
    pub(crate) wall: Option<f64>,
    pub(crate) size: Option<f64>,
    /// MiB, not a ratio.
    pub(crate) memory: f64,
}

/// All bars. They are set for two cores.
pub(crate) const BARS: &[Bar] = &[
    pack("ntfs", PACK, ZSTD, [0.80, 0.85, 1.005]),
    pack("ntfs", PACK_TRIM, ZSTD, [0.65, 0.70, 0.86]),
    pack("ntfs", PACK_9, ZSTD_9, [0.70, 0.75, 1.01]),
    pack("empty", PACK, ZSTD, [0.05, 0.05, 1.1]),
    pack("empty", PACK_DYNAMIC, ZSTD, [0.05, 0.05, 1.1]),
    read(EXPAND, ZSTD_DECOMPRESS, Some(0.45), 0.35, 64.0),
    read(VERIFY, ZSTD_TEST, Some(0.90), 0.50, 64.0),
    read(VERIFY_QUICK, CAT, None, 1.5, 32.0),
];

const fn pack(disk: &'static str, name: &'static str, against: &'static str, bars: [f64; 3]) -> Bar {
    let [cpu, wall, size] = bars;
    Bar { disk, name, against, cpu: Some(cpu), wall: Some(wall), size: Some(size), memory: 100.0 }
}

const fn read(name: &'static str, against: &'static str, cpu: Option<f64>, wall: f64, memory: f64) -> Bar {
    Bar { disk: "ntfs", name, against, cpu, wall: Some(wall), size: None, memory }
}
