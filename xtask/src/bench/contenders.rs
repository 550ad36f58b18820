//! Who runs: every tool's command line for every disk.

use super::Options;
use crate::corpus::Disk;
use std::path::{Path, PathBuf};

/// How often a contender runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounds {
    /// In every round.
    All,
    /// In the first round only: it takes minutes, and a percent does not matter.
    One,
}

/// One command to be measured.
pub(crate) struct Contender {
    pub(crate) disk: &'static str,
    pub(crate) name: &'static str,
    /// The program that must be installed for this.
    pub(crate) needs: &'static str,
    /// Is it one of ours?
    pub(crate) ours: bool,
    pub(crate) rounds: Rounds,
    /// What it reads, to be in the page cache.
    pub(crate) input: PathBuf,
    /// A shell script; in it `$IN`, `$OUT` and `$MEDV` are the files.
    pub(crate) script: &'static str,
    /// Whose figures are 1.00 for this one.
    pub(crate) baseline: &'static str,
}

/// The level that costs minutes is measured when asked for.
const ZSTD_19: &str = "zstd -19";

pub(crate) const ZSTD: &str = "zstd -3";
pub(crate) const ZSTD_9: &str = "zstd -9";
pub(crate) const ZSTD_DECOMPRESS: &str = "zstd -d, sync";
pub(crate) const ZSTD_TEST: &str = "zstd -t";
pub(crate) const CAT: &str = "cat X.medv";
pub(crate) const PACK: &str = "medv pack";
pub(crate) const PACK_9: &str = "medv pack -l 9";
pub(crate) const PACK_TRIM: &str = "medv pack --trim";
pub(crate) const EXPAND: &str = "medv expand";
pub(crate) const EXPAND_DYNAMIC: &str = "medv expand --format dynamic";
pub(crate) const VERIFY: &str = "medv verify";
pub(crate) const VERIFY_QUICK: &str = "medv verify --quick";

/// Everything that is measured on one disk; `work` is the folder that has what [`prepared`] names.
pub(crate) fn of(disk: &Disk, work: &Path, options: &Options) -> Vec<Contender> {
    let list = List { disk, work, found: Vec::new() };
    match disk.name {
        "ntfs" | "ext4" => list.compressors(options).volume_tools(options).readers(),
        "empty" => list.almost_empty(),
        _ => list.incompressible(),
    }
}

/// The files that readers read, and the scripts that make them from the fixed VHD: as zstd -3 has it, and as we have it.
pub(crate) fn prepared(disk: &Disk, work: &Path) -> [(PathBuf, &'static str); 2] {
    [
        (work.join(format!("{}.zst", disk.name)), r#"zstd -q -3 -T0 "$IN" -o "$OUT""#),
        (work.join(format!("{}.medv", disk.name)), r#""$MEDV" pack "$IN" -o "$OUT" -q"#),
    ]
}

struct List<'a> {
    disk: &'a Disk,
    work: &'a Path,
    found: Vec<Contender>,
}

impl List<'_> {
    fn add(
        &mut self,
        name: &'static str,
        input: &Path,
        baseline: &'static str,
        script: &'static str,
    ) -> &mut Contender {
        let ours = script.contains("$MEDV");
        let disk = self.disk.name;
        let input = input.to_owned();
        let (needs, rounds) = (program(name), Rounds::All);
        self.found.push(Contender { disk, name, needs, ours, rounds, input, script, baseline });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    fn compressors(mut self, options: &Options) -> Self {
        let disk = self.disk.fixed.clone();
        self.add(ZSTD, &disk, ZSTD, r#"zstd -q -3 -T0 "$IN" -o "$OUT""#);
        self.add(PACK, &disk, ZSTD, r#""$MEDV" pack "$IN" -o "$OUT" -q"#);
        self.add(PACK_TRIM, &disk, ZSTD, r#""$MEDV" pack --trim "$IN" -o "$OUT" -q"#);
        self.add(ZSTD_9, &disk, ZSTD, r#"zstd -q -9 -T0 "$IN" -o "$OUT""#);
        self.add(PACK_9, &disk, ZSTD, r#""$MEDV" pack -l 9 "$IN" -o "$OUT" -q"#);
        self.add("zstd -1", &disk, ZSTD, r#"zstd -q -1 -T0 "$IN" -o "$OUT""#);
        self.add("zstd -3 --long=27", &disk, ZSTD, r#"zstd -q -3 --long=27 -T0 "$IN" -o "$OUT""#);
        if options.slow {
            self.add(ZSTD_19, &disk, ZSTD, r#"zstd -q -19 -T0 "$IN" -o "$OUT""#).rounds = Rounds::One;
        }
        self.add("pzstd -3", &disk, ZSTD, r#"pzstd -q -3 "$IN" -o "$OUT""#);
        let qcow2 = r#"qemu-img convert -c -f vpc -O qcow2 -o compression_type=zstd -W "$IN" "$OUT""#;
        self.add("qemu-img qcow2", &disk, ZSTD, qcow2);
        let squash =
            r#"mksquashfs "$IN" "$OUT" -comp zstd -Xcompression-level 3 -b 1M -noappend -no-progress -quiet"#;
        self.add("mksquashfs zstd -3", &disk, ZSTD, squash);
        self.add("zeekstd -3", &disk, ZSTD, r#"zeekstd compress -q -l 3 "$IN" -o "$OUT""#);
        if !options.quick {
            let store = r#"mkdir "$OUT" && casync make --store="$OUT/store" "$OUT/disk.caibx" "$IN""#;
            self.add("casync make", &disk, ZSTD, store).rounds = Rounds::One;
        }
        self
    }

    /// Tools that know file systems and so take the volume, not the disk.
    fn volume_tools(mut self, options: &Options) -> Self {
        let Some(volume) = self.disk.volume.clone() else { return self };
        if self.disk.name == "ntfs" {
            let clone = r#"partclone.ntfs -c -s "$IN" -o - -L /dev/null | zstd -q -3 -T0 -o "$OUT""#;
            self.add("partclone.ntfs | zstd -3", &volume, ZSTD, clone);
            self.add(
                "wimlib XPRESS",
                &volume,
                ZSTD,
                r#"wimlib-imagex capture "$IN" "$OUT" --compress=XPRESS"#,
            );
            if !options.quick {
                self.add(
                    "wimlib LZX",
                    &volume,
                    ZSTD,
                    r#"wimlib-imagex capture "$IN" "$OUT" --compress=LZX"#,
                )
                .rounds = Rounds::One;
            }
        } else {
            let clone = r#"partclone.extfs -c -s "$IN" -o - -L /dev/null | zstd -q -3 -T0 -o "$OUT""#;
            self.add("partclone.extfs | zstd -3", &volume, ZSTD, clone);
        }
        self
    }

    fn readers(mut self) -> Vec<Contender> {
        let [(zst, _), (packed, _)] = prepared(self.disk, self.work);
        self.add(ZSTD_DECOMPRESS, &zst, ZSTD_DECOMPRESS, r#"zstd -q -d "$IN" -o "$OUT" && sync "$OUT""#);
        self.add(EXPAND, &packed, ZSTD_DECOMPRESS, r#""$MEDV" expand "$IN" -o "$OUT" -q && sync "$OUT""#);
        let dynamic = r#""$MEDV" expand "$IN" -o "$OUT" --format dynamic -q && sync "$OUT""#;
        self.add(EXPAND_DYNAMIC, &packed, ZSTD_DECOMPRESS, dynamic);
        self.add(ZSTD_TEST, &zst, ZSTD_TEST, r#"zstd -q -t "$IN""#);
        self.add(VERIFY, &packed, ZSTD_TEST, r#""$MEDV" verify "$IN" -q"#);
        self.add(CAT, &packed, CAT, r#"cat "$IN" >/dev/null"#);
        self.add(VERIFY_QUICK, &packed, CAT, r#""$MEDV" verify --quick "$IN" -q"#);
        self.found
    }

    fn almost_empty(mut self) -> Vec<Contender> {
        let (fixed, dynamic) = (self.disk.fixed.clone(), self.disk.dynamic.clone());
        self.add(ZSTD, &fixed, ZSTD, r#"zstd -q -3 -T0 "$IN" -o "$OUT""#);
        self.add(PACK, &fixed, ZSTD, r#""$MEDV" pack "$IN" -o "$OUT" -q"#);
        self.add(PACK_DYNAMIC, &dynamic, ZSTD, r#""$MEDV" pack "$IN" -o "$OUT" -q"#);
        self.add(
            "qemu-img qcow2",
            &dynamic,
            ZSTD,
            r#"qemu-img convert -c -f vpc -O qcow2 -o compression_type=zstd -W "$IN" "$OUT""#,
        );
        self.found
    }

    fn incompressible(mut self) -> Vec<Contender> {
        let fixed = self.disk.fixed.clone();
        self.add(ZSTD, &fixed, ZSTD, r#"zstd -q -3 -T0 "$IN" -o "$OUT""#);
        self.add(PACK, &fixed, ZSTD, r#""$MEDV" pack "$IN" -o "$OUT" -q"#);
        self.add("pzstd -3", &fixed, ZSTD, r#"pzstd -q -3 "$IN" -o "$OUT""#);
        self.found
    }
}

pub(crate) const PACK_DYNAMIC: &str = "medv pack (dynamic)";

/// The program that a contender is named after.
fn program(name: &'static str) -> &'static str {
    match name.split_whitespace().next().unwrap_or(name) {
        "medv" => "bash",
        "wimlib" => "wimlib-imagex",
        program => program,
    }
}
